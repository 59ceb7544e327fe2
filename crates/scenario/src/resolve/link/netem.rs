//! What the kernel's netem can't do, whatever the kernel.

use crate::{
    decode::{Key, OrShort},
    impairment::{Impairments, Loss, Queue},
    problem::Problems,
    span::Span,
    written::ImpairmentKeys,
};
use std::time::Duration;

/// What to do about it.
pub(super) const OTHER_ENGINE: &str = "write `engine: user`, or `auto`";

/// The most that netem varies a delay by: it counts ns in an `i32`.
const MOST_JITTER: Duration = Duration::from_nanos(i32::MAX as u64);

/// Netem counts bytes a second.
const BYTE: u64 = 8;

/// Less overhead could make netem take the smallest packet, an IPv4 header (RFC 791), for a very large
/// one.
const LEAST_OVERHEAD: i32 = -20;

/// Tells what of this netem, and only that, would have to do and can't.
pub(super) fn check(asked: &Impairments, keys: &ImpairmentKeys, problems: &mut Problems) {
    let mut add = |span: Option<Span>, message: &str| {
        if let Some(span) = span {
            problems.add(span, message, OTHER_ENGINE);
        }
    };
    if matches!(asked.loss, Loss::Packets(_)) {
        add(
            place(&keys.loss),
            "netem can't lose packets by their numbers",
        );
    }
    if matches!(asked.queue, Some(Queue::Bytes(_))) {
        add(
            place(&keys.queue),
            "netem's queue counts packets, not bytes",
        );
    }
    if asked
        .jitter
        .is_some_and(|jitter| jitter.spread > MOST_JITTER)
    {
        let spread = keys.jitter.given().map(|given| &given.value);
        let spread = spread.and_then(|OrShort(keys)| place(&keys.spread));
        add(spread, "netem can't vary a delay by more than 2.147 s");
    }
    let Some(limit) = asked.rate else {
        return;
    };
    let rate = keys.rate.given().and_then(|given| given.value.as_ref());
    let rate = || rate.map(|OrShort(keys)| keys);
    if !limit.rate.bits_per_second().is_multiple_of(BYTE) {
        let message = "netem can't hold a rate that is no whole number of bytes a second";
        add(rate().and_then(|keys| place(&keys.rate)), message);
    }
    if limit.overhead < LEAST_OVERHEAD {
        let message = "netem can't take an overhead below -20 bytes";
        add(rate().and_then(|keys| place(&keys.overhead)), message);
    }
}

fn place<T>(key: &Key<T>) -> Option<Span> {
    key.given().map(|given| given.span)
}
