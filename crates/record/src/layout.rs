//! Where a run's files lie: `runs/<scenario>/<UTC time>-<short id>/<variant>/`.

use std::path::{Path, PathBuf};

/// The directory of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir(PathBuf);

impl RunDir {
    /// The run that lies, or will lie, in `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What was asked and how it ended.
    pub fn manifest(&self) -> PathBuf {
        self.0.join("manifest.json")
    }

    /// The host's packets.
    pub fn capture(&self, host: &str) -> PathBuf {
        self.0.join(format!("{host}.pcapng"))
    }

    /// The diary of the host's peers.
    pub fn events(&self, host: &str) -> PathBuf {
        self.0.join(format!("{host}.events.jsonl"))
    }

    /// The diary that a `command:` program kept of itself.
    pub fn own_events(&self, host: &str, program: &str) -> PathBuf {
        self.0.join(format!("{host}.{program}.events.jsonl"))
    }

    /// What a `command:` program wrote to its standard output.
    pub fn output(&self, host: &str, program: &str) -> PathBuf {
        self.0.join(format!("{host}.{program}.out"))
    }

    /// What the host's agent and programs said.
    pub fn log(&self, host: &str) -> PathBuf {
        self.0.join(format!("{host}.log"))
    }

    /// What analysis found.
    pub fn analysis(&self) -> PathBuf {
        self.0.join("analysis.json")
    }
}
