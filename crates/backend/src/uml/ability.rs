//! Whether user-mode Linux is installed.

use crate::BackendError;
use std::{
    env,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The kernel's program, as Debian's package user-mode-linux installs it.
const PROGRAM: &str = "linux.uml";

/// Where the package puts its modules, a folder for each release.
const MODULES: &str = "/usr/lib/uml/modules";

/// How long the kernel may take to tell its version: it does so without booting.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(5);

/// An installed user-mode Linux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// The kernel's program.
    pub program: PathBuf,
    /// Its release: `6.1.176`.
    pub release: String,
    /// The folder of its modules.
    pub modules: PathBuf,
}

/// Looks for user-mode Linux, in PATH and where its package puts it.
///
/// # Errors
/// It is not installed, or without its modules, or it can't be started.
pub fn find() -> Result<Ability, BackendError> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let program = env::split_paths(&paths)
        .map(|folder| folder.join(PROGRAM))
        .find(|file| file.is_file())
        .ok_or_else(|| BackendError::NoUml {
            reason: format!("there is no {PROGRAM} in PATH"),
        })?;
    let said = version(&program, PATIENCE).map_err(|error| BackendError::NoUml {
        reason: format!("{} can't be started: {error}", program.display()),
    })?;
    let release = said.ok_or_else(|| BackendError::NoUml {
        reason: format!("{} does not tell its version", program.display()),
    })?;
    let modules = Path::new(MODULES).join(&release);
    if !modules.join("modules.dep").is_file() {
        return Err(BackendError::NoUml {
            reason: format!("its modules are not in {}", modules.display()),
        });
    }
    Ok(Ability {
        program,
        release,
        modules,
    })
}

/// The version that a kernel tells; none where it does not within that time.
fn version(program: &Path, patience: Duration) -> io::Result<Option<String>> {
    let mut kernel = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let deadline = Instant::now() + patience;
    // A version is short: it fits into the pipe, so the kernel can end before anyone reads.
    while kernel.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            kernel.kill()?;
            kernel.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
    let mut said = String::new();
    if let Some(mut stdout) = kernel.stdout.take() {
        stdout.read_to_string(&mut said)?;
    }
    Ok(Some(said.trim().to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn kernel(name: &str, script: &str) -> PathBuf {
        let name = format!("tinygram-{}-{name}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_kernel_that_does_not_tell_its_version_is_not_waited_for() {
        let silent = kernel("silent", "exec sleep 1000");
        let told = version(&silent, Duration::from_millis(20));
        fs::remove_file(silent).unwrap();
        assert_eq!(told.unwrap(), None);
    }

    #[test]
    fn a_kernel_tells_its_version() {
        let kernel = kernel("telling", "echo 6.1.176");
        let told = version(&kernel, Duration::from_secs(600));
        fs::remove_file(kernel).unwrap();
        assert_eq!(told.unwrap().as_deref(), Some("6.1.176"));
    }
}
