//! What is said first on a connection to a coordinator that agents come to, as they do in containers:
//! who calls, and what for. One JSON object and a line feed; what follows depends on it.

use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The version of everything that coordinator and agents tell each other. It changes with it.
pub const VERSION: u32 = 1;

/// Longest first line, in bytes.
const LONGEST: usize = 1024;

/// Who calls, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum Call {
    /// A host's agent: orders and reports follow, for one run.
    Agent {
        /// The host.
        host: String,
        /// The agent's [`VERSION`].
        version: u32,
    },
    /// A file that the run has left at a host: its bytes follow.
    File {
        /// The host.
        host: String,
        /// The file's name, without a folder.
        name: String,
    },
    /// The host has handed in all its files and removed what the run left; it will call again.
    Left {
        /// The host.
        host: String,
        /// What could not be removed, and would reach the next run; none when it is as new.
        residue: Option<String>,
    },
}

impl Call {
    /// Says it.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn say(&self, mut to: impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        to.write_all(&line)
    }

    /// Hears it, and not a byte of what follows.
    ///
    /// # Errors
    /// The other side is gone, or says something else.
    pub fn hear(mut from: impl Read) -> io::Result<Self> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.len() < LONGEST {
            from.read_exact(&mut byte)?;
            if byte == *b"\n" {
                return Ok(serde_json::from_slice(&line)?);
            }
            line.extend(byte);
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the first line has no end",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_call_is_left_for_whom_it_is_meant() {
        let call = Call::File {
            host: "server".into(),
            name: "server.log".into(),
        };
        let mut bytes = Vec::new();
        call.say(&mut bytes).unwrap();
        bytes.extend(b"its content");
        let mut reader = bytes.as_slice();
        assert_eq!(Call::hear(&mut reader).unwrap(), call);
        assert_eq!(reader, b"its content");
    }

    #[test]
    fn a_line_without_an_end_is_not_read_for_ever() {
        let error = Call::hear(io::repeat(b'x')).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
