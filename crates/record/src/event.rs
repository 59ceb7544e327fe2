//! The diary of a peer: what its program did, one JSON object a line.
//!
//! `<host>.events.jsonl`, version 1. Lines of several peers of a host may stand in any order;
//! readers sort by `at`. Unknown kinds are kept out, not refused, so that old readers read new runs.
//! `command:` programs that keep a diary write `<host>.<program>.events.jsonl`, through the descriptor
//! that [`DESCRIPTOR`] names. docs/events.md is for who writes such a program.

use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, ops::Range};

/// Version of the format.
pub const VERSION: u32 = 1;

/// The environment variable that tells a `command:` program which descriptor takes its events.
pub const DESCRIPTOR: &str = "TINYGRAM_EVENTS";

/// One thing a peer did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Wall-clock time in nanoseconds since 1970. For a call, the time it returned.
    pub at: u64,
    /// Name of the program in the scenario (`tcp`); empty outside the lab. A `command:` program need not
    /// write it.
    #[serde(default)]
    pub peer: String,
    /// The socket it happened on, seen from this peer.
    #[serde(flatten)]
    pub conn: Conn,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Both ends of a connection, or of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conn {
    /// This peer's end.
    pub local: SocketAddr,
    /// The other's.
    pub remote: SocketAddr,
}

/// What happened. Stream offsets count bytes of that direction from the connection's first;
/// `message` and `write` are about the outgoing stream, `understood` and `read` about the incoming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// A client's connect succeeded. A new life of the 4-tuple: offsets start again at 0.
    Opened {
        /// When connect was called, in ns since 1970.
        begin: u64,
    },
    /// A server's accept returned. A new life of the 4-tuple: offsets start again at 0.
    Accepted,
    /// The program is done with the connection.
    Closed {
        /// How it came to that.
        how: Closing,
    },
    /// The program means these bytes as one message.
    Message {
        /// With framing.
        range: Range<u64>,
        /// Without framing.
        body: Range<u64>,
    },
    /// One write call.
    Write {
        /// When it was called, in ns since 1970; `at` is when it returned.
        begin: u64,
        /// What it handed over.
        range: Range<u64>,
    },
    /// One read call that returned bytes.
    Read {
        /// When it was called, in ns since 1970; `at` is when it returned.
        begin: u64,
        /// What it returned.
        range: Range<u64>,
        /// How many bytes it asked for.
        asked: u64,
    },
    /// A read returned the end of the stream.
    Eof,
    /// The program takes these bytes for one message.
    Understood {
        /// With framing.
        range: Range<u64>,
        /// Without framing.
        body: Range<u64>,
    },
    /// The incoming bytes break the framing's rules.
    Malformed {
        /// The codec's error.
        error: String,
    },
    /// One datagram was handed over.
    DatagramSent {
        /// When the call began, in ns since 1970.
        begin: u64,
        /// Its payload's length in bytes.
        len: u64,
        /// [`digest`] of its payload.
        digest: u64,
    },
    /// One datagram was received.
    DatagramReceived {
        /// When the call began, in ns since 1970.
        begin: u64,
        /// How many bytes the call returned.
        len: u64,
        /// The datagram's own length, where the kernel told (MSG_TRUNC); larger than `len` when cut.
        full: u64,
        /// [`digest`] of the bytes returned.
        digest: u64,
    },
}

/// How a connection came to its end, as this peer's program saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// Closed by this program after the other side's end of stream.
    Finished,
    /// Closed by this program first.
    Closed,
    /// Reset by this program.
    Aborted,
    /// Reset by the other side.
    Reset,
    /// The kernel gave up.
    TimedOut,
    /// The lab told the peer to stop.
    Stopped,
}

/// FNV-1a over 64 bits, which tells equal payloads from others wherever no offsets exist.
pub fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
