//! The runs that one command made: `runs/<scenario>/<UTC time>-<short id>/`, one folder a variant.

use crate::layout::RunDir;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// The folder of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    path: PathBuf,
}

impl Batch {
    /// Makes a folder for a batch below `runs`, and points `runs/latest` at it.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub fn create(runs: &Path, scenario: &str, now: SystemTime) -> io::Result<Self> {
        let folder = runs.join(scenario);
        fs::create_dir_all(&folder)?;
        let time = humantime::format_rfc3339_seconds(now)
            .to_string()
            .replace(':', "-");
        // Batches of one second differ in their id; a taken one is never written into.
        let start = now
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .subsec_nanos();
        let mut id = start.wrapping_mul(2_654_435_761) ^ std::process::id();
        loop {
            let name = format!("{time}-{:04x}", id & 0xffff);
            match fs::create_dir(folder.join(&name)) {
                Ok(()) => {
                    // A run is complete without its shortcut.
                    let _ = point_latest(runs, &Path::new(scenario).join(&name));
                    return Ok(Self {
                        path: folder.join(name),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    id = id.wrapping_add(1);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder of one run in it.
    ///
    /// # Errors
    /// Nothing can be written there, or the batch has such a run.
    pub fn run(&self, name: &str) -> io::Result<RunDir> {
        let path = self.path.join(name);
        fs::create_dir(&path)?;
        Ok(RunDir::new(path))
    }
}

/// Windows lets few users make links.
#[cfg(not(unix))]
fn point_latest(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Replaces the link in one step, so that there is always one.
#[cfg(unix)]
fn point_latest(runs: &Path, target: &Path) -> io::Result<()> {
    let draft = runs.join(format!(".latest-{}", std::process::id()));
    std::os::unix::fs::symlink(target, &draft)?;
    fs::rename(&draft, runs.join("latest")).inspect_err(|_| {
        // What can't be renamed must not stay either.
        let _ = fs::remove_file(&draft);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_one_instant_get_folders_of_their_own_and_latest_is_the_newest() {
        let runs = tempfile::tempdir().unwrap();
        let now = UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000);
        let first = Batch::create(runs.path(), "sticky", now).unwrap();
        let second = Batch::create(runs.path(), "sticky", now).unwrap();
        assert_ne!(first, second);
        let name = second
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(name.starts_with("2027-01-15T08-00-00Z-"), "{name}");
        let latest = fs::canonicalize(runs.path().join("latest")).unwrap();
        assert_eq!(latest, fs::canonicalize(second.path()).unwrap());
    }

    #[test]
    fn a_run_is_never_written_over() {
        let runs = tempfile::tempdir().unwrap();
        let batch = Batch::create(runs.path(), "sticky", UNIX_EPOCH).unwrap();
        batch.run("naive").unwrap();
        let again = batch.run("naive").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
