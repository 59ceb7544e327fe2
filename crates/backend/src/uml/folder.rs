//! The folder through which a kernel and its command are told what to do, and tell what came of it.

use std::{
    env,
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// Begin of its name; the process that made it follows.
const NAME: &str = "tinygram-uml-";

/// The errand, as JSON.
pub(super) const ERRAND: &str = "errand.json";
/// Made by PID 1 as soon as it runs.
pub(super) const BOOTED: &str = "booted";
/// What the command wrote, and its exit status.
pub(super) const STDOUT: &str = "stdout";
pub(super) const STDERR: &str = "stderr";
pub(super) const STATUS: &str = "status";
/// What the kernel, and PID 1, wrote to the console.
pub(super) const LOG: &str = "kernel.log";
/// This very program, by a name without blanks.
pub(super) const PROGRAM: &str = "init";
/// An errand's folder. It goes when the errand ends, and with the keeper when the command is killed.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it. Only this user may look into it: the environment may hold secrets.
    pub(super) fn create() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("{NAME}{}", std::process::id()));
        // One of that name is left from a process that was killed and had the same number.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    /// Takes over one that another process made.
    pub(super) fn adopt(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It may be gone already: the command and the keeper both see to it. What can't be removed
        // is left to `tinygram clean`.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a temporary folder of that name belongs to an errand whose process is gone.
#[must_use]
pub fn is_stale_folder(name: &str) -> bool {
    let process = name
        .strip_prefix(NAME)
        .and_then(|pid| pid.parse::<u32>().ok());
    process.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
}
