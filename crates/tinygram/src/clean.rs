//! `tinygram clean`: removes what runs left behind, and only that.

use crate::exit::{Exit, Failure};
use anyhow::Context;
use scenario::text::Lang;
use std::{env, fs, io::Write, os::unix::fs::MetadataExt, path::Path};

/// Removes the temporary folders of runs that could not write to their own, when the run that made
/// them is gone. Namespaces, interfaces, mounts and processes go with their lab: there is nothing
/// of those to remove. Never touches runs/.
pub(crate) fn clean(lang: Lang) -> Result<Exit, Failure> {
    let mut removed = 0;
    let temporary = env::temp_dir();
    let entries = fs::read_dir(&temporary)
        .with_context(|| format!("can't look into {}", temporary.display()))?;
    let mut output = anstream::stdout().lock();
    for entry in entries.flatten() {
        let Some(pid) = made_by(&entry.file_name().to_string_lossy()) else {
            continue;
        };
        let owner = entry.metadata().map(|metadata| metadata.uid()).ok();
        let mine = fs::metadata("/proc/self")
            .map(|metadata| metadata.uid())
            .ok();
        if owner != mine || Path::new(&format!("/proc/{pid}")).exists() {
            continue;
        }
        let path = entry.path();
        fs::remove_dir_all(&path).with_context(|| format!("can't remove {}", path.display()))?;
        match lang {
            Lang::En => writeln!(output, "removed {}", path.display())?,
            Lang::Zh => writeln!(output, "已删除 {}", path.display())?,
        }
        removed += 1;
    }
    if removed == 0 {
        match lang {
            Lang::En => writeln!(output, "nothing was left behind")?,
            Lang::Zh => writeln!(output, "没有遗留任何东西")?,
        }
    }
    Ok(Exit::Held)
}

/// The process that made a temporary folder of runs, if the name is of one.
fn made_by(name: &str) -> Option<u32> {
    name.strip_prefix("tinygram-runs-")?.parse().ok()
}
