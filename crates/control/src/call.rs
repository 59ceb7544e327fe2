//! What is said on a connection to a coordinator that hosts come to, as they do in containers: who comes,
//! and then, on each channel of that connection, what for. Each is one JSON object and a line feed; what
//! follows depends on it.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};

/// The version of everything that coordinator and hosts tell each other. It changes with it.
pub const VERSION: u32 = 2;

/// Longest first line, in bytes.
const LONGEST: usize = 1024;

/// Who comes. The connection stands as long as the host does; its end is the host's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The host.
    pub host: String,
    /// Its [`VERSION`].
    pub version: u32,
}

/// What a host has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
pub enum Call {
    /// Its agent is ready: orders and reports follow, for one run.
    Agent,
    /// A file that the run has left: its bytes follow.
    File {
        /// The file's name, without a folder.
        name: String,
    },
    /// All files are handed in and what the run left is removed; an agent will call again.
    Left {
        /// What could not be removed, and would reach the next run; none when the host is as new.
        residue: Option<String>,
    },
}

/// Says it.
///
/// # Errors
/// The other side is gone.
pub fn say(what: &impl Serialize, mut to: impl Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line)
}

/// Hears it, and not a byte of what follows.
///
/// # Errors
/// The other side is gone, or says something else.
pub fn hear<T: DeserializeOwned>(mut from: impl Read) -> io::Result<T> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_call_is_left_for_whom_it_is_meant() {
        let call = Call::File {
            name: "server.log".into(),
        };
        let mut bytes = Vec::new();
        say(&call, &mut bytes).unwrap();
        bytes.extend(b"its content");
        let mut reader = bytes.as_slice();
        assert_eq!(hear::<Call>(&mut reader).unwrap(), call);
        assert_eq!(reader, b"its content");
    }

    #[test]
    fn a_line_without_an_end_is_not_read_for_ever() {
        let error = hear::<Call>(io::repeat(b'x')).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
