//! Why a capture can't be had.

use packet::pcapng::WriteError;
use std::{io, path::PathBuf, sync::mpsc::RecvError};

/// Why a capture can't be had.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file could not be created.
    #[error("can't create the capture {}", path.display())]
    Create {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file could not be written.
    #[error("can't go on with the capture {}; is there room on the disk?", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: WriteError,
    },
    /// The kernel gives no packet socket.
    #[error("can't open a packet socket; capturing needs CAP_NET_RAW, which root has")]
    Socket(#[source] io::Error),
    /// The kernel gives no ring for packets.
    #[error("can't set up a ring of {bytes} bytes for packets; is there memory?")]
    Ring {
        /// How large it should have been.
        bytes: usize,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel does not let packets in.
    #[error("can't receive packets of interfaces {interfaces:?}")]
    Receive {
        /// Their numbers.
        interfaces: Vec<u32>,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel does not tell how many packets it dropped.
    #[error("can't learn how many packets were dropped")]
    Statistics(#[source] io::Error),
    /// No thread could be started.
    #[error("can't start the capture's thread")]
    Thread(#[source] io::Error),
    /// Waiting for packets failed.
    #[error("can't wait for packets")]
    Wait(#[source] nix::Error),
    /// The capture's thread ended without a word: a defect of this program.
    #[error("the capture broke off; please report this with the program's output")]
    Lost(#[source] RecvError),
}
