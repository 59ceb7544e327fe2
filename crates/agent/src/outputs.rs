//! What users' commands leave in the run directory: what they print, and the events they tell.
//!
//! Both are plain files rather than pipes: nothing has to read along, nothing can slow a program down,
//! and what is there when a program has ended is all there is, whatever its own children keep open.

use crate::{AgentError, log::Log};
use control::Task;
use record::layout::RunDir;
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::PathBuf,
    process::Stdio,
};

/// Most lines of a program's output that are repeated in the log: its last.
const LOGGED: usize = 20;

/// Where a command's standard output goes.
pub(crate) fn output(task: &Task, program: &str) -> Result<Stdio, AgentError> {
    open(RunDir::new(&task.dir).output(&task.host, program)).map(Stdio::from)
}

/// Where a command writes the events of its own diary.
pub(crate) fn own_events(task: &Task, program: &str) -> Result<File, AgentError> {
    open(RunDir::new(&task.dir).own_events(&task.host, program))
}

/// Repeats the end of a command's output in the log, where one looks for what went wrong.
pub(crate) fn into_log(task: &Task, program: &str, log: &mut Log) -> Result<(), AgentError> {
    let path = RunDir::new(&task.dir).output(&task.host, program);
    let output = fs::read(&path).or_else(|source| match source.kind() {
        io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(AgentError::Write { path, source }),
    })?;
    let text = String::from_utf8_lossy(&output);
    let number = text.lines().count();
    for line in text.lines().skip(number.saturating_sub(LOGGED)) {
        log.line(program, line)?;
    }
    Ok(())
}

fn open(path: PathBuf) -> Result<File, AgentError> {
    match OpenOptions::new().append(true).create(true).open(&path) {
        Ok(file) => Ok(file),
        Err(source) => Err(AgentError::Write { path, source }),
    }
}
