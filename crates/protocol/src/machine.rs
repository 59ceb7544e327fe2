//! The seam between what a peer says and what carries it.
//!
//! A machine is told what happened and answers with orders. It never sees a socket or a clock; a
//! driver does, carries the orders out and keeps the diary. There are four independent lanes
//! (read, write, wait, run): a machine has at most one order outstanding in each, and every order is
//! completed by exactly one event.

use std::{net::SocketAddr, ops::Range, time::Duration};

/// What happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEvent<'a> {
    /// The connection is established. Always first, exactly once.
    Opened,
    /// Completes a read order: one read returned these bytes, at least one.
    Read(&'a [u8]),
    /// Completes a read order: the other side closed its direction.
    Eof,
    /// Completes a write order: the last of its bytes was handed over.
    Wrote,
    /// Completes a wait order.
    Woke,
    /// Completes a run order.
    Ran(Ran<'a>),
    /// Completes whatever is outstanding: the connection is gone. No event follows.
    Broken(Broken),
}

/// A program to run, without input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name and its arguments; at least the name.
    pub argv: Vec<String>,
    /// How long it may take before it is killed.
    pub time_limit: Duration,
    /// Most bytes of its output, and of what it says on stderr, that are kept; more is thrown away.
    pub output_limit: usize,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran<'a> {
    /// It has ended.
    Ended {
        /// Its exit status; none when a signal ended it.
        status: Option<i32>,
        /// What it wrote to stdout.
        stdout: &'a [u8],
        /// What it wrote to stderr.
        stderr: &'a [u8],
    },
    /// It took too long and was killed.
    TookTooLong,
    /// It could not be started, and why.
    NotStarted(&'a str),
}

/// Why a connection is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The other side reset it (ECONNRESET, EPIPE).
    Reset,
    /// The other side does not answer any more (ETIMEDOUT, EHOSTUNREACH).
    TimedOut,
    /// The driver was told to stop.
    Stopped,
}

/// How a machine ends its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Send FIN once everything written has been acknowledged (an earlier FIN would push out what
    /// Nagle's algorithm holds), then go on reading.
    HalfClose,
    /// Close both directions once the write lane is empty.
    Close,
    /// Reset the connection once everything written has been acknowledged: a reset throws away what
    /// has not been sent yet, and how much that is would be a matter of time.
    Abort,
}

/// What a machine says about its messages, for the diary. Ranges are half-open byte ranges of the
/// stream in that direction, counted from the connection's first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// This machine means these bytes of its outgoing stream as one message.
    Message {
        /// With framing.
        range: Range<u64>,
        /// Without framing.
        body: Range<u64>,
    },
    /// This machine takes these bytes of its incoming stream for one message.
    Understood {
        /// With framing.
        range: Range<u64>,
        /// Without framing.
        body: Range<u64>,
    },
    /// The incoming stream breaks the framing's rules; the text is the codec's error.
    Malformed(String),
}

/// What a machine wants next. The driver hands in an empty one with each event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Read at most this many bytes.
    pub read: Option<usize>,
    /// Pause this long before that read.
    pub read_pause: Duration,
    /// Write these bytes, as one write where the kernel takes them at once.
    pub write: Option<Vec<u8>>,
    /// Pause this long before that write.
    pub write_pause: Duration,
    /// Gather what is written from here on (true), or let it go (false): TCP_CORK, tcp(7). It takes
    /// effect before this event's write order.
    pub cork: Option<bool>,
    /// Wake after this long.
    pub wait: Option<Duration>,
    /// Run a program.
    pub run: Option<Command>,
    /// End the connection.
    pub end: Option<End>,
    /// For the diary. A message is noted with the order that writes its first byte.
    pub notes: Vec<Note>,
}

/// One side of one TCP connection.
pub trait StreamPeer {
    /// Takes what happened and fills in what to do next.
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders);
}

/// What happened to a UDP peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatagramEvent<'a> {
    /// The socket is bound. Always first, exactly once.
    Opened,
    /// Completes a receive order.
    Received {
        /// Who sent it.
        from: SocketAddr,
        /// What fitted into the buffer.
        bytes: &'a [u8],
    },
    /// Completes a send order.
    Sent,
    /// Completes a wait order.
    Woke,
    /// The driver was told to stop. No event follows.
    Stopped,
}

/// What a UDP machine wants next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatagramOrders {
    /// Receive a datagram into a buffer of this size. Stays outstanding across other events.
    pub receive: Option<usize>,
    /// Send one datagram; the address is the configured one when absent.
    pub send: Option<(Option<SocketAddr>, Vec<u8>)>,
    /// Wake after this long; a new order replaces the one before.
    pub wait: Option<Duration>,
    /// Nothing more to do.
    pub end: bool,
}

/// A UDP peer.
pub trait DatagramPeer {
    /// Takes what happened and fills in what to do next.
    fn on(&mut self, event: DatagramEvent<'_>, orders: &mut DatagramOrders);
}
