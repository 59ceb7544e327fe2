//! Whether user-mode Linux is installed.

use crate::BackendError;
use std::{env, fs, path::PathBuf};

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
/// It is not installed, or without its modules.
pub fn find() -> Result<Ability, BackendError> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let program = env::split_paths(&paths)
        .map(|folder| folder.join(PROGRAM))
        .find(|file| file.is_file())
        .ok_or_else(|| BackendError::NoUml {
            reason: format!("there is no {PROGRAM} in PATH"),
        })?;
    let mut releases: Vec<_> = fs::read_dir(MODULES)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("modules.dep").is_file())
        .collect();
    releases.sort();
    // The package holds one kernel and its modules; an older folder may be left from before.
    let modules = releases.pop().ok_or_else(|| BackendError::NoUml {
        reason: format!("its modules are missing below {MODULES}"),
    })?;
    let release = modules.file_name().unwrap_or_default().to_string_lossy();
    Ok(Ability {
        program,
        release: release.into_owned(),
        modules,
    })
}
