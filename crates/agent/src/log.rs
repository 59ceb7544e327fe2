//! `<host>.log`: what the host's agent and programs said, in the order it was said.

use crate::AgentError;
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    process::Stdio,
};

/// The host's log. Programs write to the same file by themselves, so every line is one write.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    pub(crate) fn create(path: PathBuf) -> Result<Self, AgentError> {
        match OpenOptions::new().append(true).create(true).open(&path) {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(AgentError::Write { path, source }),
        }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, who: &str, what: &str) -> Result<(), AgentError> {
        let line = format!("{who}: {what}\n");
        self.file
            .write_all(line.as_bytes())
            .map_err(|source| AgentError::Write {
                path: self.path.clone(),
                source,
            })
    }

    /// The log as a program's standard output or error.
    pub(crate) fn for_program(&self) -> Result<Stdio, AgentError> {
        let file = self.file.try_clone();
        file.map(Stdio::from).map_err(|source| AgentError::Write {
            path: self.path.clone(),
            source,
        })
    }
}
