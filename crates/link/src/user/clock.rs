//! The link's clock.

use emulator::Nanos;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds that nobody sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
}

/// The clock starts this late, so that a frame stamped before the thread began has a time, too.
const HEAD_START: Nanos = 1_000_000_000;

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    pub(super) fn now(self) -> Nanos {
        Nanos::try_from(self.start.elapsed().as_nanos()).unwrap_or(Nanos::MAX) + HEAD_START
    }
}

/// Nanoseconds since 1970, the clock of the kernel's stamps.
pub(super) fn wall_clock() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
