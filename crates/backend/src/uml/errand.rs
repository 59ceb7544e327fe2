//! Sends a command into a kernel of its own, and brings back what came of it.

use super::Ability;
use crate::BackendError;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use sys::process::spawn_leashed;

/// How long the kernel may take until its first process runs.
const BOOTING: Duration = Duration::from_secs(60);

/// How often it is looked whether it has come so far.
const LOOK: Duration = Duration::from_millis(10);

/// How much of the kernel's log goes into a message.
const LOG_LINES: usize = 15;

/// Memory of the kernel in MiB: for itself, and for each host's rings and programs.
const MEMORY: usize = 384;
const MEMORY_OF_HOST: usize = 48;

/// Begin of the name of an errand's folder; the process that runs it follows.
const FOLDER: &str = "tinygram-uml-";

/// Files of an errand's folder.
pub(super) const ERRAND: &str = "errand.json";
pub(super) const BOOTED: &str = "booted";
pub(super) const STDOUT: &str = "stdout";
pub(super) const STDERR: &str = "stderr";
pub(super) const STATUS: &str = "status";
const LOG: &str = "kernel.log";
const PROGRAM: &str = "init";

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
        let mut kernel = self.boot(ability, &folder.0).map_err(BackendError::Start)?;
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = kernel.try_wait().map_err(BackendError::Start)? {
                break status.to_string();
            }
            let is_late = begin.elapsed() > BOOTING && !folder.0.join(BOOTED).exists();
            if stop() || is_late {
                end(&mut kernel);
                if is_late {
                    let reason = format!("it did not boot within {} s", BOOTING.as_secs());
                    return Err(self.failed(reason, &folder.0));
                }
                return Ok(None);
            }
            thread::sleep(LOOK);
        };
        let read = |name: &str| fs::read(folder.0.join(name));
        let told = read(STATUS)
            .ok()
            .and_then(|text| String::from_utf8(text).ok());
        let Some(status) = told.and_then(|text| text.trim().parse().ok()) else {
            return Err(self.failed(
                format!("it ended before the command had ({status})"),
                &folder.0,
            ));
        };
        Ok(Some(Returned {
            status,
            stdout: read(STDOUT).map_err(BackendError::Start)?,
            stderr: read(STDERR).map_err(BackendError::Start)?,
        }))
    }

    fn boot(&self, ability: &Ability, folder: &Path) -> io::Result<Child> {
        fs::write(folder.join(ERRAND), serde_json::to_vec(self)?)?;
        // The kernel's command line is cut at blanks, which this program's path may have.
        let init = folder.join(PROGRAM);
        std::os::unix::fs::symlink(env::current_exe()?, &init)?;
        let log = fs::File::create(folder.join(LOG))?;
        let memory = MEMORY + MEMORY_OF_HOST * self.hosts;
        let folder = folder.display();
        let mut command = Command::new(&ability.program);
        command
            .arg(format!("mem={memory}M"))
            .args(["rootfstype=hostfs", "rootflags=/", "rw"])
            .args(["con=null", "ssl=null", "con0=null,fd:1"])
            .args([format!("uml_dir={folder}/"), "umid=kernel".to_owned()])
            .arg(format!("init={}", init.display()))
            .args(["--", "uml-init", &folder.to_string()])
            // Where it keeps its memory: a file without a name.
            .env("TMPDIR", env::temp_dir())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        spawn_leashed(&mut command, &[])
    }

    fn failed(&self, reason: String, folder: &Path) -> BackendError {
        let log = fs::read(folder.join(LOG)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().map(str::trim_end).collect();
        let last = lines.len().saturating_sub(LOG_LINES);
        BackendError::Uml {
            reason,
            log: lines[last..]
                .iter()
                .map(|line| format!("\n  {line}"))
                .collect(),
        }
    }
}

/// The kernel's processes are all leashed to its first one.
fn end(kernel: &mut Child) {
    // It may have ended by itself meanwhile.
    let _ = kernel.kill();
    let _ = kernel.wait();
}

/// An errand's folder, which goes when the errand ends.
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        // One of that name is left from a process that was killed and had the same number.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed is left to `tinygram clean`.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a temporary folder of that name belongs to an errand whose process is gone.
#[must_use]
pub fn is_stale_folder(name: &str) -> bool {
    let process = name
        .strip_prefix(FOLDER)
        .and_then(|pid| pid.parse::<u32>().ok());
    process.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists())
}
