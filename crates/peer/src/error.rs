//! What stops a peer.

use crate::diary::DiaryError;
use protocol::Problem;
use std::{io, net::SocketAddr, time::Duration};

/// A peer that could not do its work. A connection that breaks is no error of the peer: it is in
/// the diary and in [`Summary`](crate::Summary).
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Options that make no sense together.
    #[error(transparent)]
    Options(#[from] Problem),
    /// The options name no address.
    #[error("no address given: {0}")]
    NoAddress(&'static str),
    /// The address can't be listened on.
    #[error("can't listen on {address}: choose a free port and an address of this machine")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No connection within the time allowed.
    #[error("no connection to {to} within {waited:?}: start its server, or allow more time")]
    Connect {
        /// Whom.
        to: SocketAddr,
        /// How long it was tried.
        waited: Duration,
        /// The last attempt's error.
        #[source]
        source: io::Error,
    },
    /// Another attempt would not help.
    #[error("can't connect to {to}: check the address and this machine's limits")]
    Unconnectable {
        /// Whom.
        to: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A socket option is refused.
    #[error("can't set {option}: choose another value")]
    Option {
        /// Its name.
        option: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A socket or a timer is refused in the middle of the work.
    #[error("can't {what}: raise `ulimit -n` where too many files are open")]
    Resource {
        /// What was to be done.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A datagram that no retry would send.
    #[error("can't send a datagram of {len} bytes to {to}: UDP over IPv4 carries 65507 at most")]
    Datagram {
        /// Its payload's length.
        len: usize,
        /// Whom to.
        to: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Datagrams can't be received any more.
    #[error("can't receive datagrams on {local}: check that its address still exists")]
    Receive {
        /// Where.
        local: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The diary can't be written; closing it tells why.
    #[error("the diary can't be written any more: make room on its disk")]
    DiaryLost,
    /// The diary can't be kept.
    #[error(transparent)]
    Diary(#[from] DiaryError),
}
