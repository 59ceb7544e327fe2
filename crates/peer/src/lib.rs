//! Protocols driven on kernel sockets; the programs tcp-server, tcp-client and udp-peer.
//!
//! What is said is a machine of crate `protocol`, which sees no socket and no clock. [`run`] gives
//! it both, and keeps the [diary](Diary): every write and read call with its time and the bytes of
//! the stream it moved.
//!
//! | module | holds |
//! |---|---|
//! | `stream`, `datagram` | the drivers: orders of a machine → socket calls → events |
//! | `command` | programs that a machine orders to run |
//! | `server`, `client`, `connections` | where connections come from, and when they are cut |
//! | `diary`, `journal`, `story` | what is written down, for the lab and for a person |
//! | [`lab`] | a peer that an agent starts and leads over stdin and stdout |
//! | [`cli`] | the three programs |

pub mod cli;
mod client;
mod clock;
mod command;
mod connections;
mod datagram;
mod diary;
mod error;
mod journal;
pub mod lab;
mod options;
mod recent;
mod server;
mod signals;
mod story;
mod stream;

pub use diary::{Diary, DiaryError, Pen};
pub use error::PeerError;
pub use story::Story;

use protocol::{PeerConfig, ProtocolName, Role};
use std::{
    error::Error,
    fmt,
    future::Future,
    io::{IsTerminal, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tracing_subscriber::EnvFilter;

/// Who watches what a peer does.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// The diary.
    pub pen: Pen,
    /// The story for a person.
    pub story: Story,
}

/// When a peer starts and stops.
#[derive(Debug)]
pub struct Hooks<Ready, Go, Stop> {
    /// Called once the peer could be reached, with the address it is bound to; a client, which
    /// has none yet, is ready when it knows whom to connect to.
    pub ready: Ready,
    /// Awaited before connecting, or before the first datagram.
    pub go: Go,
    /// A server stops accepting, a client is cut.
    pub stop: Stop,
    /// How long a server's open connections may go on after `stop` before they are cut.
    pub grace: Duration,
}

/// What came of a peer's connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Connections that were open; 0 for UDP.
    pub connections: u64,
    /// Messages understood; for UDP, datagrams received.
    pub understood: u64,
    /// Connections whose incoming stream broke the framing's rules.
    pub malformed: u64,
    /// Connections that the other side reset or that timed out.
    pub broken: u64,
}

impl Summary {
    /// Whether nothing broke and nothing was malformed.
    pub fn went_well(&self) -> bool {
        self.malformed == 0 && self.broken == 0
    }

    fn add(&mut self, totals: &record::journal::Totals) {
        self.connections += 1;
        self.understood += totals.understood;
        self.malformed += u64::from(totals.malformed);
        self.broken += u64::from(totals.broken);
    }
}

/// `1 connection, 3 messages understood, 1 broken`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n| if n == 1 { "" } else { "s" };
        if self.connections > 0 {
            let n = self.connections;
            write!(f, "{n} connection{}, ", plural(n))?;
        }
        let n = self.understood;
        write!(f, "{n} message{} understood", plural(n))?;
        if self.malformed > 0 {
            write!(f, ", {} malformed", self.malformed)?;
        }
        if self.broken > 0 {
            write!(f, ", {} broken", self.broken)?;
        }
        Ok(())
    }
}

/// Plays a peer to its end. A connection that breaks is no error but counted in the summary.
///
/// # Errors
/// What keeps the peer from its work: see [`PeerError`].
pub async fn run(
    config: PeerConfig,
    witness: Witness,
    hooks: Hooks<
        impl FnOnce(Option<SocketAddr>),
        impl Future<Output = ()>,
        impl Future<Output = ()>,
    >,
) -> Result<Summary, PeerError> {
    if let Some(problem) = config.problems().into_iter().next() {
        return Err(problem.into());
    }
    let pen = witness.pen.clone();
    tokio::select! {
        summary = play(config, witness, hooks) => summary,
        () = pen.failed() => Err(PeerError::DiaryLost),
    }
}

async fn play(
    config: PeerConfig,
    mut witness: Witness,
    hooks: Hooks<
        impl FnOnce(Option<SocketAddr>),
        impl Future<Output = ()>,
        impl Future<Output = ()>,
    >,
) -> Result<Summary, PeerError> {
    let Hooks {
        ready,
        go,
        stop,
        grace,
    } = hooks;
    tokio::pin!(stop);
    let config = Arc::new(config);
    match config.role {
        Role::TcpServer => {
            let listener = server::listen(&config)?;
            ready(listener.local_addr().ok());
            server::serve(config, listener, witness, stop, grace).await
        }
        Role::TcpClient => {
            let to = config
                .to
                .ok_or(PeerError::NoAddress("a client needs one to connect to"))?;
            ready(None);
            tokio::select! {
                biased;
                () = &mut stop => Ok(Summary::default()),
                () = go => client::play(config, to, witness, stop).await,
            }
        }
        Role::UdpPeer => {
            let endpoint = datagram::bind(&config).await?;
            ready(Some(endpoint.local));
            let sends = config.ends_by_itself();
            if sends {
                tokio::select! {
                    biased;
                    () = &mut stop => return Ok(Summary::default()),
                    () = go => {}
                }
            }
            let grace = if sends { Duration::ZERO } else { grace };
            if config.protocol == ProtocolName::Sink {
                // Bulk: a line for each datagram would only make the sink lose some.
                witness.story = Story::off();
            }
            let machine = protocol::datagram_peer(&config);
            datagram::drive(endpoint, machine, witness, stop, grace).await
        }
    }
}

/// Warnings, or what `RUST_LOG` asks for.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    log.with_env_filter(filter).init();
}

/// An error and its causes on stderr, in one line.
fn complain(error: &dyn Error) {
    let mut line = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(&format!(": {error}"));
        cause = error.source();
    }
    // There is nobody left to tell if this fails.
    let _ = writeln!(std::io::stderr(), "{line}");
}
