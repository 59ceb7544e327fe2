//! Why a link does not work.

use std::io;

/// Why a link does not work.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// An interface is not there.
    #[error("the link needs the interface {name}")]
    NoInterface {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: nix::Error,
    },
    /// Frames can't be received or sent.
    #[error("the link can't open packet sockets; it needs CAP_NET_RAW in its network namespace")]
    Socket(#[source] io::Error),
    /// The kernel's netem was asked for, and does not do it.
    #[error(
        "the scenario asks for `engine: netem`, which can't be had here; write `engine: auto` or `user`"
    )]
    Netem(#[from] crate::netem::Refusal),
    /// No thread, or no way to wake it.
    #[error("the link's thread can't be started")]
    Thread(#[source] io::Error),
    /// The thread met an error it could not go on with.
    #[error("the link stopped in mid-run")]
    Broken(#[source] io::Error),
    /// The thread panicked, which is a bug.
    #[error("the link's thread panicked; please report it with the host's log")]
    Panicked,
}
