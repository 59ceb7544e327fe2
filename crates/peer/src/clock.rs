//! The one clock of diaries and captures.

use std::time::{SystemTime, UNIX_EPOCH};

/// Wall-clock time (CLOCK_REALTIME) in nanoseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}
