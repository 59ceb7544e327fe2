//! Durations: `20ms`, `1.5s`.

use super::{UnitError, number::Quantity};
use std::time::Duration;

const DURATION: Quantity = Quantity {
    name: "duration",
    units: &[
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ],
    habits: &[
        ("m", "write `min` for minutes, `ms` for milliseconds"),
        ("sec", "write `s`"),
        ("msec", "write `ms`"),
        ("usec", "write `us`"),
    ],
    usual: ["ms", "us"],
};

/// Reads a duration: a decimal number and one of `ns`, `us`, `ms`, `s`, `min`, `h`.
///
/// # Errors
/// No number, no unit or another unit, more than 584 years, or finer than a nanosecond.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    DURATION.parse(text).map(Duration::from_nanos)
}
