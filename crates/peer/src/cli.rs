//! The programs tcp-server, tcp-client and udp-peer, for use by hand outside the lab.
//!
//! stdout: what happens, one line each; stderr: logs and errors. Exit code 0; 1 when a client's
//! connection broke or what arrived was malformed, and for every error; 2 for wrong options; a
//! client that a signal ends has that signal's code (130 after Ctrl-C), a server ends well by it.

mod args;
mod bytes;

pub use args::{Program, TcpClient, TcpServer, UdpPeer};
pub use bytes::{BytesError, parse_bytes};

use crate::{Diary, Hooks, PeerError, Pen, Story, Witness, complain, log_to_stderr, run, signals};
use clap::error::ErrorKind;
use protocol::{PeerConfig, Problem, ProtocolName, Role};
use std::{
    cell::Cell, env, ffi::OsStr, io, net::SocketAddr, path::Path, process::ExitCode, time::Duration,
};

/// How long a server's connections may go on after Ctrl-C.
const GRACE: Duration = Duration::from_millis(500);

/// A program that could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A host name has no address.
    #[error("can't find {host}: check its name, and write HOST:PORT")]
    Resolve {
        /// What was written.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A host name with no address, though the search went well.
    #[error("{0} has no address: check its name")]
    NoSuchHost(String),
    /// Threads or the runtime are refused.
    #[error("can't start: end some processes or raise `ulimit -u` and `ulimit -n`")]
    Start(#[source] io::Error),
    /// What the peer ran into.
    #[error(transparent)]
    Peer(#[from] PeerError),
}

/// Runs the program by whose name this process was called, if it is one of these.
pub fn as_called() -> Option<ExitCode> {
    let called = env::args_os().next().unwrap_or_default();
    match Path::new(&called).file_name().and_then(OsStr::to_str) {
        Some("tcp-server") => Some(main::<TcpServer>()),
        Some("tcp-client") => Some(main::<TcpClient>()),
        Some("udp-peer") => Some(main::<UdpPeer>()),
        _ => None,
    }
}

/// Runs the program on this process's arguments.
pub fn main<P: Program>() -> ExitCode {
    let program = P::parse();
    log_to_stderr();
    match play(&program) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn play<P: Program>(program: &P) -> Result<u8, CliError> {
    let config = program.config()?;
    let problems = config.problems();
    if !problems.is_empty() {
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        let kind = ErrorKind::ArgumentConflict;
        P::command().error(kind, told.join("\n")).exit();
    }
    if let Some(listen) = listens_for_commands_of_others(&config) {
        let told = format!(
            "commands are run for this machine only: listen on 127.0.0.1 or [::1], not on {listen}"
        );
        P::command().error(ErrorKind::ArgumentConflict, told).exit();
    }
    let diary = program
        .events()
        .map(|path| Diary::open(path, ""))
        .transpose();
    let diary = diary.map_err(PeerError::from)?;
    let story = Story::to(io::stdout()).written_in(config.encoding);
    let witness = Witness {
        pen: diary.as_ref().map_or_else(Pen::off, Diary::pen),
        story: story.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(CliError::Start)?;
    let ended_by = Cell::new(None);
    let client = config.ends_by_itself();
    let bound = match config.role {
        Role::TcpServer => "listening on",
        Role::TcpClient | Role::UdpPeer => "bound to",
    };
    let played = runtime.block_on(async {
        let ending = signals::ending().map_err(CliError::Start)?;
        let hooks = Hooks {
            ready: |address| {
                if let Some(address) = address {
                    story.line(format_args!("{bound} {address}"));
                }
            },
            go: async {},
            stop: async { ended_by.set(Some(ending.await)) },
            grace: GRACE,
        };
        run(config, witness, hooks).await.map_err(CliError::from)
    });
    // First why the diary failed, which is more than that it did.
    diary
        .map_or(Ok(()), Diary::close)
        .map_err(PeerError::from)?;
    let summary = played?;
    story.line(format_args!("{summary}"));
    Ok(match ended_by.get() {
        Some(signal) if client => signal.exit_code(),
        None if client && !summary.went_well() => 1,
        _ => 0,
    })
}

/// Where a server that runs commands would listen, if others than this machine could reach it. In
/// the lab its network is a namespace of its own.
fn listens_for_commands_of_others(config: &PeerConfig) -> Option<SocketAddr> {
    let runs = config.role == Role::TcpServer && config.protocol == ProtocolName::Command;
    config
        .listen
        .filter(|listen| runs && !listen.ip().is_loopback())
}
