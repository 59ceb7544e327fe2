//! Ctrl-C and SIGTERM end the run; the lab goes with it.

use crate::exit::Failure;
use anyhow::Context;
use backend::coordinator::Interrupter;
use signal_hook::{
    SigId,
    consts::{SIGINT, SIGTERM},
    flag,
    iterator::Signals,
    low_level::unregister,
};
use std::{
    process::exit,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

/// The exit code of what was interrupted.
const INTERRUPTED: i32 = 130;

/// Two signals that come together mean the same: a terminal's Ctrl-C reaches a whole group of processes,
/// some of which pass it on.
const TOGETHER: Duration = Duration::from_secs(1);

/// What Ctrl-C and SIGTERM interrupt from now on. Nothing that outlives a process may be made before. Who
/// asks again, because what is being taken down takes its time, ends the command; `clean` does the rest.
pub(super) fn listen() -> Result<Interrupter, Failure> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("can't listen for Ctrl-C")?;
    let interrupter = Interrupter::default();
    let interrupted = interrupter.clone();
    thread::spawn(move || {
        let mut first = None;
        for _ in signals.forever() {
            if first.get_or_insert_with(Instant::now).elapsed() > TOGETHER {
                exit(INTERRUPTED);
            }
            interrupted.interrupt();
        }
    });
    Ok(interrupter)
}

/// As long as this is kept, Ctrl-C and SIGTERM end the command at once. A container's first process ends by
/// no signal that it does not ask for.
pub(super) struct AtOnce(Vec<SigId>);

impl AtOnce {
    pub(super) fn begin() -> Result<Self, Failure> {
        let register = |signal| {
            let always = Arc::new(AtomicBool::new(true));
            flag::register_conditional_shutdown(signal, INTERRUPTED, always)
        };
        let registered = [SIGINT, SIGTERM].into_iter().map(register).collect();
        let registered: std::io::Result<_> = registered;
        Ok(Self(registered.context("can't listen for Ctrl-C")?))
    }
}

impl Drop for AtOnce {
    fn drop(&mut self) {
        for id in self.0.drain(..) {
            unregister(id);
        }
    }
}
