//! `tinygram clean`: removes what runs left behind, and only that. Never touches runs/.
//!
//! Interfaces, mounts and namespaces of a lab have no names outside: they live as long as its
//! processes, and these end with the command that made them (PR_SET_PDEATHSIG). What could be left
//! is a lab's process that the kernel did not end, and the temporary folder of a user-mode Linux
//! whose command was killed, so these are looked for.

use crate::exit::{Exit, Failure};
use anyhow::Context;
use backend::docker::{self, DockerError, Removed};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use scenario::text::Lang;
use std::{env, fs, io::Write, os::unix::fs::MetadataExt, path::Path};

/// Ends processes of labs whose command is gone.
pub(crate) fn clean(lang: Lang) -> Result<Exit, Failure> {
    let mut output = anstream::stdout().lock();
    let mut removed = 0;
    for entry in fs::read_dir("/proc")
        .context("can't look at the processes")?
        .flatten()
    {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else {
            continue;
        };
        let Some(name) = orphan(&entry.path()) else {
            continue;
        };
        kill(Pid::from_raw(pid), Signal::SIGKILL)
            .with_context(|| format!("can't end process {pid} ({name})"))?;
        removed += 1;
        match lang {
            Lang::En => writeln!(output, "ended process {pid} ({name})")?,
            Lang::Zh => writeln!(output, "已结束进程 {pid}（{name}）")?,
        }
    }
    for entry in fs::read_dir(env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        if !backend::uml::is_stale_folder(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        fs::remove_dir_all(&path).with_context(|| format!("can't remove {}", path.display()))?;
        removed += 1;
        match lang {
            Lang::En => writeln!(output, "removed {}", path.display())?,
            Lang::Zh => writeln!(output, "已删除 {}", path.display())?,
        }
    }
    removed += clean_docker(lang, &mut output)?;
    if removed == 0 {
        match lang {
            Lang::En => writeln!(output, "nothing was left behind")?,
            Lang::Zh => writeln!(output, "没有遗留任何东西")?,
        }
    }
    Ok(Exit::Held)
}

/// Removes containers and networks. Where no engine answers there are none.
fn clean_docker(lang: Lang, output: &mut impl Write) -> Result<usize, Failure> {
    let (removed, kept) = match docker::clean() {
        Ok(cleaned) => cleaned,
        Err(
            DockerError::NoEngine { .. }
            | DockerError::Forbidden { .. }
            | DockerError::Address { .. },
        ) => {
            return Ok(0);
        }
        Err(error) => return Err(error.into()),
    };
    for thing in &removed {
        match (lang, thing) {
            (Lang::En, Removed::Container(name)) => writeln!(output, "removed container {name}")?,
            (Lang::Zh, Removed::Container(name)) => writeln!(output, "已删除容器 {name}")?,
            (Lang::En, Removed::Network(name)) => writeln!(output, "removed network {name}")?,
            (Lang::Zh, Removed::Network(name)) => writeln!(output, "已删除网络 {name}")?,
        }
    }
    match kept.into_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok(removed.len()),
    }
}

/// The name of a lab's process whose parent is none of ours any more. A process that ends
/// meanwhile has no name.
fn orphan(process: &Path) -> Option<String> {
    let command = fs::read(process.join("cmdline")).ok()?;
    let mut words = command.split(|byte| *byte == 0);
    let (program, role) = (words.next()?, String::from_utf8_lossy(words.next()?));
    if program != b"tinygram" || !role.starts_with("netns-") {
        return None;
    }
    let status = fs::read_to_string(process.join("status")).ok()?;
    let parent = status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))?
        .trim();
    let parent = Path::new("/proc").join(parent);
    let ours = match (program_of(process), program_of(&parent)) {
        (Some(own), Some(parents)) => own == parents,
        // Whoever may not look at programs goes by the name.
        _ => {
            let name = fs::read_to_string(parent.join("comm")).unwrap_or_default();
            name.trim() == "tinygram"
        }
    };
    (!ours).then(|| role.into_owned())
}

/// Which file a process runs, whatever it is called.
fn program_of(process: &Path) -> Option<(u64, u64)> {
    let program = fs::metadata(process.join("exe")).ok()?;
    Some((program.dev(), program.ino()))
}
