//! What a peer is told before it starts.

use crate::{Cut, Encoding};
use framing::Framing;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, time::Duration};

/// Which of the three programs a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Accepts TCP connections.
    TcpServer,
    /// Opens TCP connections.
    TcpClient,
    /// Sends and receives UDP datagrams; answers when it has nothing to send of its own.
    UdpPeer,
}

/// What is said over the connection; `docs/wire.md` gives each as bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtocolName {
    /// "Welcome!" on connect, "Hello, NAME!" for each message, `exit` closes.
    #[default]
    Greeting,
    /// One request and its answer (HTTP/1.1), TCP only.
    Http,
    /// Each message is a command to run, each answer what it said; TCP only.
    Command,
    /// Reads and counts; never answers.
    Sink,
    /// Writes `bytes` bytes, then half-closes.
    Source,
}

/// When a client sends its next message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wait {
    /// At once: messages are pipelined.
    Never,
    /// When the reply to the one before has been understood.
    #[default]
    Reply,
}

/// A peer's options, resolved: what `scenario` plans and the peer programs' command lines give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PeerConfig {
    /// Which program.
    pub role: Role,
    /// What it speaks.
    #[serde(default)]
    pub protocol: ProtocolName,
    /// How its messages are marked off in a TCP stream. UDP ignores it.
    #[serde(default)]
    pub framing: Framing,
    /// Where a server listens or a UDP peer binds; port 0 lets the kernel choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Whom a client connects to, or a UDP peer sends to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SocketAddr>,
    /// The messages to send, in order.
    #[serde(default)]
    pub send: Vec<String>,
    /// Whether to wait for replies between messages.
    #[serde(default)]
    pub wait: Wait,
    /// Bytes that `source` writes in all, or that the body of an `http` server's answer has.
    #[serde(default)]
    pub bytes: u64,
    /// Most bytes one read may return, 1 to 16 MiB.
    #[serde(default = "default_read")]
    pub read: usize,
    /// Pause before each read.
    #[serde(default, with = "humantime_serde")]
    pub read_pause: Duration,
    /// Most bytes one write hands over; none writes each piece whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<usize>,
    /// Pause between two writes.
    #[serde(default, with = "humantime_serde")]
    pub write_pause: Duration,
    /// How long a server thinks before each reply.
    #[serde(default, with = "humantime_serde")]
    pub think: Duration,
    /// How an `http` server leaves in the middle of the body; none stays to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// What a `command` server runs, each as it is to be asked for: a program and its arguments,
    /// with spaces in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Whether a `command` server gives anything to `sh -c`.
    #[serde(default)]
    pub shell: bool,
    /// How long a command may take before it is killed.
    #[serde(default = "default_time_limit", with = "humantime_serde")]
    pub time_limit: Duration,
    /// How commands and their answers are written as bytes.
    #[serde(default)]
    pub encoding: Encoding,
    /// TCP_NODELAY: Nagle's algorithm off (RFC 896).
    #[serde(default)]
    pub nodelay: bool,
    /// TCP_CORK around each burst of writes, see tcp(7).
    #[serde(default)]
    pub cork: bool,
    /// Whether all that is to be said at once is handed over by one write.
    #[serde(default)]
    pub gather: bool,
    /// SO_RCVBUF in bytes as set; the kernel doubles it, see socket(7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rcvbuf: Option<u32>,
    /// SO_SNDBUF in bytes as set; the kernel doubles it, see socket(7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sndbuf: Option<u32>,
    /// SO_KEEPALIVE: probes an idle connection after so long, and again after as long while no answer
    /// comes (TCP_KEEPIDLE, TCP_KEEPINTVL, see tcp(7)); whole seconds, up to 32,767.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "humantime_serde"
    )]
    pub keepalive: Option<Duration>,
    /// TCP_KEEPCNT: so many probes without an answer end the connection, 1 to 127.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keepalive_probes: Option<u32>,
    /// TCP_USER_TIMEOUT: how long what was sent may stay unacknowledged before the connection ends
    /// (RFC 5482); whole milliseconds.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "humantime_serde"
    )]
    pub user_timeout: Option<Duration>,
    /// TCP_QUICKACK, see tcp(7), which the kernel changes by itself: `false` once, at the beginning, so that it
    /// puts off acknowledgments from the first segment on; `true` again after every read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quickack: Option<bool>,
    /// Whether a server serves one connection after the other, while the others wait to be accepted.
    #[serde(default)]
    pub one_at_a_time: bool,
    /// How many connections a client opens, all at once.
    #[serde(default = "default_connections")]
    pub connections: u32,
    /// How long a client tries again while the server refuses or does not answer.
    #[serde(default = "default_connect_timeout", with = "humantime_serde")]
    pub connect_timeout: Duration,
    /// How long a UDP peer waits for the reply to a datagram before it goes on without.
    #[serde(default = "default_reply_timeout", with = "humantime_serde")]
    pub reply_timeout: Duration,
    /// Largest message the framing accepts, in bytes.
    #[serde(default = "default_max_message")]
    pub max_message: u64,
}

impl PeerConfig {
    /// A peer of this role with every option at its default.
    pub fn new(role: Role) -> Self {
        Self {
            role,
            protocol: ProtocolName::default(),
            framing: Framing::default(),
            listen: None,
            to: None,
            send: Vec::new(),
            wait: Wait::default(),
            bytes: 0,
            read: default_read(),
            read_pause: Duration::ZERO,
            write: None,
            write_pause: Duration::ZERO,
            think: Duration::ZERO,
            cut: None,
            allow: Vec::new(),
            shell: false,
            time_limit: default_time_limit(),
            encoding: Encoding::default(),
            nodelay: false,
            cork: false,
            gather: false,
            rcvbuf: None,
            sndbuf: None,
            keepalive: None,
            keepalive_probes: None,
            user_timeout: None,
            quickack: None,
            one_at_a_time: false,
            connections: default_connections(),
            connect_timeout: default_connect_timeout(),
            reply_timeout: default_reply_timeout(),
            max_message: default_max_message(),
        }
    }

    /// Whether the peer ends by itself (a client) rather than when it is told to (a server).
    pub fn ends_by_itself(&self) -> bool {
        self.to.is_some()
    }
}

fn default_read() -> usize {
    1024
}

fn default_connections() -> u32 {
    1
}

fn default_connect_timeout() -> Duration {
    Duration::from_secs(5)
}

fn default_reply_timeout() -> Duration {
    Duration::from_secs(2)
}

fn default_time_limit() -> Duration {
    Duration::from_secs(5)
}

fn default_max_message() -> u64 {
    16 << 20
}
