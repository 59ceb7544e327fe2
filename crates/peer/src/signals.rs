//! The signals that end a peer in order.

use std::{future::Future, io};
use tokio::signal::unix::{SignalKind, signal};

/// A signal that ends the program, signal(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// SIGINT: Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Ending {
    /// What shells show for a program that this signal ended.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Interrupted => 128 + 2,
            Self::Terminated => 128 + 15,
        }
    }
}

/// Catches the signals from now on; the future ends with the first.
pub(crate) fn ending() -> io::Result<impl Future<Output = Ending>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ending::Interrupted,
            _ = terminate.recv() => Ending::Terminated,
        }
    })
}
