//! What can go wrong with rtnetlink.

use netlink_packet_core::DecodeError;
use std::io;

/// An rtnetlink request that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum NetlinkError {
    /// No socket.
    #[error("can't open a netlink socket")]
    Open(#[source] io::Error),
    /// The request or its answer did not travel.
    #[error("can't ask the kernel to {what}")]
    Io {
        /// The request in words.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel said no.
    #[error("the kernel refuses to {what}")]
    Refused {
        /// The request in words.
        what: String,
        /// The kernel's error number.
        #[source]
        source: io::Error,
    },
    /// The answer is no netlink message.
    #[error("the kernel's answer to \"{what}\" makes no sense")]
    Decode {
        /// The request in words.
        what: String,
        /// Where it stops making sense.
        #[source]
        source: DecodeError,
    },
    /// The answer is a netlink message, but of another kind.
    #[error("the kernel answered \"{what}\" with a message of another kind")]
    Unexpected {
        /// The request in words.
        what: String,
    },
}
