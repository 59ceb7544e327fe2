//! The programs of a host.

use crate::{Nanos, datagrams::Datagrams, wakes::Armed};
use protocol::PeerConfig;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
};

/// A program of a host, by its place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramId(pub usize);

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It came to its end, by itself or when it was told to.
    Well,
    /// It could not do its work; why.
    Failed(String),
}

/// One program.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) config: PeerConfig,
    pub(crate) kind: Kind,
    pub(crate) end: Option<End>,
    pub(crate) armed: Armed,
}

/// What a program is doing.
pub(crate) enum Kind {
    Server(Server),
    Client(Client),
    Udp(Box<Datagrams>),
}

/// Accepts connections.
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) is_accepting: bool,
    /// Its connections that are not over for it.
    pub(crate) open: BTreeSet<usize>,
    /// Of a server that serves one client at a time: connections that wait to be accepted.
    pub(crate) queue: VecDeque<usize>,
    /// And the one it serves.
    pub(crate) served: Option<usize>,
    /// When those that are then left are cut.
    pub(crate) cut_at: Option<Nanos>,
}

/// Opens connections.
pub(crate) struct Client {
    pub(crate) to: SocketAddr,
    pub(crate) open: BTreeSet<usize>,
    /// Attempts that are to be made again.
    pub(crate) retries: Vec<Retry>,
    /// When an attempt that has not succeeded is given up.
    pub(crate) patience: Option<Nanos>,
    /// For each of them, the pause before another attempt if this one is refused.
    pub(crate) pauses: BTreeMap<usize, Nanos>,
    pub(crate) failed: Option<String>,
}

/// An attempt to connect that the other side refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) at: Nanos,
    pub(crate) next_pause: Nanos,
}

impl Program {
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_some()
    }
}
