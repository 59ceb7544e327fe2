//! What the end-to-end tests share.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its part"
)]

pub mod engine;
pub mod processes;
pub mod seen;

use assert_cmd::cargo::cargo_bin;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// A folder to run in, with nothing in it.
pub struct Workshop {
    folder: TempDir,
}

impl Workshop {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a scenario file and returns its path.
    pub fn scenario(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(format!("{name}.yaml"));
        fs::write(&path, text).unwrap();
        path
    }

    /// The command, in this folder, in English.
    pub fn tinygram(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("tinygram"));
        command.args(arguments).current_dir(self.path());
        command.env("LC_ALL", "C").env_remove("RUST_LOG");
        // `auto` prefers an engine where one answers: tests that want one ask for it.
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.tinygram(arguments).output().unwrap()
    }

    /// The run directory of a variant in the newest batch.
    pub fn latest(&self, variant: &str) -> PathBuf {
        self.path().join("runs/latest").join(variant)
    }
}

/// The scenarios that come with the lab.
pub fn catalogue() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let scenarios = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    scenarios
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts the exit code; shows everything that was said otherwise.
#[track_caller]
pub fn assert_exit(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}\n{}",
        stdout(output),
        stderr(output)
    );
}

/// Whether hosts can be brought up here; a skip with the reason when not.
pub fn namespaces() -> bool {
    let allowed = Command::new("unshare").args(["-n", "true"]).status();
    let rootless = Command::new("unshare").args(["-Urn", "true"]).status();
    let works = |status: &std::io::Result<std::process::ExitStatus>| {
        status.as_ref().is_ok_and(std::process::ExitStatus::success)
    };
    if works(&allowed) || works(&rootless) {
        return true;
    }
    testkit::skip(
        "netns",
        "unshare(1) is missing or network namespaces are forbidden",
    );
    false
}
