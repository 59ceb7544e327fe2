//! A peer that an agent leads: `tinygram peer`.
//!
//! On stdin: one line of JSON, a [`Task`]; then [`GO`]; then [`STOP`], or the end of stdin, which
//! an agent that dies leaves behind. On stdout: [`READY`] and, if bound, the address. A client
//! ends by itself, a server on stop.

use crate::{Diary, Hooks, PeerError, Pen, Story, Witness, complain, log_to_stderr, run, signals};
use protocol::PeerConfig;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, BufRead, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::Duration,
};
use tokio::{runtime::Builder, sync::watch};

/// First word of the line on stdout that says the peer can be reached: `ready 198.18.0.1:9999`.
pub const READY: &str = "ready";
/// Line on stdin: connect, send.
pub const GO: &str = "go";
/// Line on stdin: come to an end.
pub const STOP: &str = "stop";

/// How long connections may go on after [`STOP`]: enough for a lost FIN to be sent again.
const GRACE: Duration = Duration::from_secs(2);

/// What the peer is told first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Task {
    /// The program's name in the scenario.
    pub name: String,
    /// Its options.
    pub config: PeerConfig,
    /// The diary to append to; none is kept without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<PathBuf>,
    /// Whether to tell on stderr what happens, for people who watch.
    #[serde(default)]
    pub tell: bool,
}

/// A peer that the agent can't lead.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The first line is no task.
    #[error(
        "stdin must begin with a task as one line of JSON: `tinygram peer` is started by agents"
    )]
    Task(#[source] serde_json::Error),
    /// stdin can't be read, or stdout not be written.
    #[error("the agent can't be talked to")]
    Pipe(#[source] io::Error),
    /// Threads or the runtime are refused.
    #[error("can't start: end some processes or raise `ulimit -u` and `ulimit -n`")]
    Start(#[source] io::Error),
    /// What the peer itself ran into.
    #[error(transparent)]
    Peer(#[from] PeerError),
}

/// How far the agent has led the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Going,
    Stopped,
}

/// Plays the task on stdin. Exit code 0; 1 with a message on stderr when the peer could not work.
pub fn main() -> ExitCode {
    log_to_stderr();
    let agent = io::BufReader::new(io::stdin());
    match play(agent, io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn play(mut agent: impl BufRead + Send + 'static, mut reply: impl Write) -> Result<(), LabError> {
    let mut line = String::new();
    agent.read_line(&mut line).map_err(LabError::Pipe)?;
    let task: Task = serde_json::from_str(&line).map_err(LabError::Task)?;
    let (phase, mut led) = watch::channel(Phase::Waiting);
    let mut went = led.clone();
    // A thread, because a blocked read can't be taken back; it ends with the process.
    let follow = move || follow(agent, &phase);
    let thread = thread::Builder::new().name("agent".into()).spawn(follow);
    thread.map_err(LabError::Start)?;

    let diary = match &task.events {
        Some(path) => Some(Diary::open(path, &task.name).map_err(PeerError::from)?),
        None => None,
    };
    let witness = Witness {
        pen: diary.as_ref().map_or_else(Pen::off, Diary::pen),
        story: if task.tell {
            Story::to(io::stderr())
        } else {
            Story::off()
        },
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(LabError::Start)?;
    let played = runtime.block_on(async {
        let ending = signals::ending().map_err(LabError::Start)?;
        let hooks = Hooks {
            ready: |address: Option<SocketAddr>| {
                let told = match address {
                    Some(address) => writeln!(reply, "{READY} {address}"),
                    None => writeln!(reply, "{READY}"),
                };
                // An agent that does not listen any more has closed stdin too, which ends us.
                let _ = told.and_then(|()| reply.flush());
            },
            go: async {
                // An agent that is gone, or said stop first, never lets the peer go.
                if went.wait_for(|phase| *phase == Phase::Going).await.is_err() {
                    std::future::pending().await
                }
            },
            stop: async {
                tokio::select! {
                    _ = led.wait_for(|phase| *phase == Phase::Stopped) => {}
                    _ = ending => {}
                }
            },
            grace: GRACE,
        };
        run(task.config, witness, hooks)
            .await
            .map_err(LabError::from)
    });
    // First why the diary failed, which is more than that it did.
    diary
        .map_or(Ok(()), Diary::close)
        .map_err(PeerError::from)?;
    played.map(drop)
}

fn follow(agent: impl BufRead, phase: &watch::Sender<Phase>) {
    for line in agent.lines() {
        match line.as_deref().map(str::trim) {
            Ok(GO) => drop(phase.send_replace(Phase::Going)),
            Ok(STOP) | Err(_) => break,
            Ok(other) => tracing::warn!(line = other, "the agent said something unknown"),
        }
    }
    phase.send_replace(Phase::Stopped);
}

#[cfg(test)]
mod tests;
