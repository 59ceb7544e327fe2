//! Ctrl-C and SIGTERM end the run; the lab goes with it.

use crate::exit::Failure;
use anyhow::Context;
use backend::coordinator::Interrupter;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use std::thread;

pub(super) fn forward_to(interrupter: &Interrupter) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("can't listen for Ctrl-C")?;
    let interrupter = interrupter.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            interrupter.interrupt();
        }
    });
    Ok(())
}
