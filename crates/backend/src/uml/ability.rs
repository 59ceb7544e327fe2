//! Whether user-mode Linux is installed.

use crate::BackendError;
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The kernel's program, as Debian's package user-mode-linux installs it.
const PROGRAM: &str = "linux.uml";

/// Where the package puts its modules, a folder for each release.
const MODULES: &str = "/usr/lib/uml/modules";

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
    // It tells without booting.
    let said = Command::new(&program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| BackendError::NoUml {
            reason: format!("{} can't be started: {error}", program.display()),
        })?;
    let release = String::from_utf8_lossy(&said.stdout).trim().to_owned();
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
