//! Ctrl-C and SIGTERM end the run; the lab goes with it.

use crate::exit::Failure;
use anyhow::Context;
use backend::coordinator::Interrupter;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use std::thread;

/// What Ctrl-C and SIGTERM interrupt from now on. Nothing that outlives a process may be made before.
pub(super) fn listen() -> Result<Interrupter, Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("can't listen for Ctrl-C")?;
    let interrupter = Interrupter::default();
    let interrupted = interrupter.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            interrupted.interrupt();
        }
    });
    Ok(interrupter)
}
