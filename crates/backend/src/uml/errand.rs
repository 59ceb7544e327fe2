//! Sends a command into a kernel of its own, and brings back what came of it.

use super::{
    Ability,
    folder::{BOOTED, ERRAND, Folder, LOG, STATUS, STDERR, STDOUT},
    kernel::Kernel,
    log::last_words,
};
use crate::BackendError;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// How long the kernel may take until its first process runs; two or three seconds are usual.
const BOOTING: Duration = Duration::from_secs(60);

/// How often it is looked whether it has come so far, and whether to give up.
const LOOK: Duration = Duration::from_millis(10);

/// Memory of the kernel in MiB: for itself, and for each host's rings and programs.
const MEMORY: usize = 384;
const MEMORY_OF_HOST: usize = 48;

/// A command of this very program, to be run inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it is run.
    pub dir: PathBuf,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// How many hosts it has at the same time.
    pub hosts: usize,
    /// The kernel's modules.
    pub modules: PathBuf,
}

/// What came of an errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Exit status.
    pub status: i32,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Errand {
    /// Boots a kernel, runs the command in it, ends the kernel. `stop` is asked again and again
    /// whether to give up; then nothing is returned.
    ///
    /// # Errors
    /// The kernel does not start, or ends without having run the command; with its log.
    pub fn run(
        &self,
        ability: &Ability,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Returned>, BackendError> {
        let folder = Folder::create().map_err(BackendError::Start)?;
        let errand = serde_json::to_vec(self).map_err(|error| BackendError::Start(error.into()))?;
        fs::write(folder.file(ERRAND), errand).map_err(BackendError::Start)?;
        let memory = MEMORY + MEMORY_OF_HOST * self.hosts;
        let mut kernel = Kernel::boot(ability, &folder, memory).map_err(BackendError::Start)?;
        let failed = |reason: String| BackendError::Uml {
            reason,
            log: last_words(&folder.file(LOG)),
        };
        let begin = Instant::now();
        let how = loop {
            if let Some(how) = kernel.wait(LOOK) {
                break how;
            }
            if stop() {
                return Ok(None);
            }
            if begin.elapsed() > BOOTING && !folder.file(BOOTED).exists() {
                let patience = humantime::format_duration(BOOTING);
                return Err(failed(format!("it did not boot within {patience}")));
            }
        };
        let read = |name: &str| fs::read(folder.file(name));
        let told = read(STATUS)
            .ok()
            .and_then(|text| String::from_utf8(text).ok());
        let Some(status) = told.and_then(|text| text.trim().parse().ok()) else {
            return Err(failed(format!("it ended before the command had ({how})")));
        };
        Ok(Some(Returned {
            status,
            stdout: read(STDOUT).map_err(BackendError::Start)?,
            stderr: read(STDERR).map_err(BackendError::Start)?,
        }))
    }
}
