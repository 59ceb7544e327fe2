//! A remote command: the client sends one, the server runs it and answers with what it said.
//!
//! What is answered never depends on luck: a command that fails, takes too long, can't be found or
//! is not allowed is an answer, too.

use crate::{
    Encoding, PeerConfig,
    answering::{Begun, Work},
    machine::{Command, Ran},
};
use std::time::Duration;

/// The answer where a command succeeds and says nothing.
const SUCCESS: &str = "action success!";

/// Most bytes of an answer; with what is said behind it, it still fits behind a length of 16 bits.
const OUTPUT_LIMIT: usize = 60 << 10;

/// Runs commands: those on a list, or any.
#[derive(Debug)]
pub(crate) struct Runner {
    allow: Vec<String>,
    shell: bool,
    time_limit: Duration,
    encoding: Encoding,
    /// The command that runs.
    line: String,
}

impl Runner {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            allow: config.allow.clone(),
            shell: config.shell,
            time_limit: config.time_limit,
            encoding: config.encoding,
            line: String::new(),
        }
    }

    fn argv(&self, line: &str) -> Option<Vec<String>> {
        let owned = |words: &[&str]| words.iter().map(|word| String::from(*word)).collect();
        if self.shell {
            return Some(owned(&["sh", "-c", line]));
        }
        // What is on the list has no empty lines: the options are checked.
        let is_allowed = self.allow.iter().any(|allowed| allowed == line);
        is_allowed.then(|| owned(&line.split_whitespace().collect::<Vec<_>>()))
    }
}

impl Work for Runner {
    fn begin(&mut self, message: &[u8]) -> Begun {
        self.line = self.encoding.decode(message);
        match self.argv(&self.line).filter(|argv| !argv.is_empty()) {
            Some(argv) => Begun::Run(Command {
                argv,
                time_limit: self.time_limit,
                output_limit: OUTPUT_LIMIT,
            }),
            None => {
                let text = format!("not allowed here: {}", self.line);
                Begun::Answer(self.encoding.encode(&text))
            }
        }
    }

    fn ran(&mut self, ran: Ran<'_>) -> Vec<u8> {
        let line = &self.line;
        let text = match ran {
            Ran::TookTooLong => format!("killed after {:?}: {line}", self.time_limit),
            Ran::NotStarted(reason) => format!("can't run {line}: {reason}"),
            Ran::Ended {
                status,
                stdout,
                stderr,
            } => match [stderr, stdout].into_iter().find(|said| !said.is_empty()) {
                Some(said) => output(said),
                None => match status {
                    Some(0) => SUCCESS.to_owned(),
                    Some(status) => format!("exit status {status}: {line}"),
                    None => format!("ended by a signal: {line}"),
                },
            },
        };
        self.encoding.encode(&text)
    }
}

fn output(said: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(said).into_owned();
    if said.len() >= OUTPUT_LIMIT {
        text.push_str("\n(the rest is left out)");
    }
    text
}
