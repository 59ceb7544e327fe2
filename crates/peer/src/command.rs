//! Runs commands for a machine, within bounds: what they may take, what they may say, and that
//! nothing of them is left.

use protocol::{Command, Ran};
use std::{io, os::unix::process::CommandExt, process::Stdio};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Child,
    time::timeout,
};

/// What came of a command.
pub(crate) enum Ended {
    Done {
        status: Option<i32>,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
    },
    TookTooLong,
    NotStarted(String),
}

impl Ended {
    pub(crate) fn as_ran(&self) -> Ran<'_> {
        match self {
            Self::Done {
                status,
                stdout,
                stderr,
            } => Ran::Ended {
                status: *status,
                stdout,
                stderr,
            },
            Self::TookTooLong => Ran::TookTooLong,
            Self::NotStarted(reason) => Ran::NotStarted(reason),
        }
    }
}

/// Runs a command to its end, or to the end of its time. Dropped before, it takes the command and
/// whatever that has started along.
pub(crate) async fn run(command: Command) -> Ended {
    let mut child = match start(&command.argv) {
        Ok(child) => child,
        Err(error) => return Ended::NotStarted(error.to_string()),
    };
    let group = Group(child.id());
    let stdout = keep(child.stdout.take(), command.output_limit);
    let stderr = keep(child.stderr.take(), command.output_limit);
    let end = async { tokio::join!(stdout, stderr, child.wait()) };
    match timeout(command.time_limit, end).await {
        Ok((stdout, stderr, status)) => {
            group.has_ended();
            Ended::Done {
                status: status.ok().and_then(|status| status.code()),
                stdout,
                stderr,
            }
        }
        Err(_) => Ended::TookTooLong,
    }
}

fn start(argv: &[String]) -> io::Result<Child> {
    let (name, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = std::process::Command::new(name);
    command.args(arguments).current_dir("/").process_group(0);
    // Messages in English, names in any language.
    command.env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    sys::process::leash(&mut command, &[]);
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true).spawn()
}

/// The beginning of what a command says. Behind it the pipe is closed, which ends most commands.
async fn keep(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> Vec<u8> {
    let mut said = Vec::new();
    if let Some(pipe) = pipe {
        let mut pipe = pipe.take(limit as u64);
        if let Err(error) = pipe.read_to_end(&mut said).await {
            tracing::debug!(%error, "the output of a command can't be read");
        }
    }
    said
}

/// The processes of a command, killed when this is dropped.
struct Group(Option<u32>);

impl Group {
    /// The command has ended; its number may belong to another one soon.
    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            sys::process::kill_group(leader);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn shell(line: &str, time_limit: Duration, output_limit: usize) -> Ended {
        let argv = ["sh", "-c", line].map(String::from).to_vec();
        let command = Command {
            argv,
            time_limit,
            output_limit,
        };
        run(command).await
    }

    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn output_and_status_are_told() {
        let Ended::Done {
            status,
            stdout,
            stderr,
        } = shell("echo out; echo err >&2; exit 3", LONG, 100).await
        else {
            panic!("it ends");
        };
        assert_eq!(status, Some(3));
        assert_eq!((&stdout[..], &stderr[..]), (&b"out\n"[..], &b"err\n"[..]));
    }

    #[tokio::test]
    async fn an_endless_output_is_kept_in_bounds() {
        let Ended::Done { stdout, .. } = shell("yes", LONG, 1000).await else {
            panic!("yes ends when nobody reads it any more");
        };
        assert_eq!(stdout.len(), 1000);
    }

    /// The pipe stays open as long as the sleeper lives: its end shows that it is gone, too.
    #[tokio::test]
    async fn what_hangs_is_killed_with_all_that_it_has_started() {
        let mut child = start(&["sh", "-c", "sleep 600 & sleep 600"].map(String::from)).unwrap();
        let mut stdout = child.stdout.take().unwrap();
        drop(Group(child.id()));
        assert_eq!(stdout.read_to_end(&mut Vec::new()).await.unwrap(), 0);
        child.wait().await.unwrap();

        let hung = shell("sleep 600 & sleep 600", Duration::from_millis(50), 100).await;
        assert!(matches!(hung, Ended::TookTooLong));
    }

    #[tokio::test]
    async fn what_is_missing_is_told() {
        let argv = vec!["no-such-program".to_owned()];
        let command = Command {
            argv,
            time_limit: LONG,
            output_limit: 100,
        };
        let Ended::NotStarted(reason) = run(command).await else {
            panic!("there is no such program");
        };
        assert!(reason.starts_with("No such file"), "{reason}");
    }
}
