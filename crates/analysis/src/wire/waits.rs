//! Segments that seem to have waited for an acknowledgment, told from the capture alone.
//!
//! Without a diary nobody knows when the bytes were written. But a program never sees
//! acknowledgments: when a small segment leaves at the very moment at which all earlier small
//! segments are acknowledged, and nothing else explains the moment, the kernel was holding it, as
//! Nagle's algorithm does (RFC 896; RFC 1122, 4.2.3.4).

use super::sender::{Freed, RELEASE, Situation, State};
use crate::model::connection::{Segment, Wait};

/// The acknowledgment must have taken this many times as long as the gap between it and the
/// segment, or the two may have met by chance.
const FASTER: u64 = 10;

/// What an acknowledgment with data lets go leaves within this time, in ns. A program that answers
/// needs longer, if only a little: it has to be woken, to read and to write.
const BEFORE_ANSWER: u64 = 100_000;

/// The segments of a stream that seem to have waited. The capture must have been made at the
/// sender.
pub(crate) fn waits(segments: &[Segment], situations: &[Situation]) -> Vec<Wait> {
    let judged = segments.iter().zip(situations).enumerate();
    judged
        .filter_map(|(place, (segment, situation))| {
            let freed = situation.release.as_ref().and_then(Freed::by);
            Some(wait(place, segment, &situation.now, freed.as_ref())?.0)
        })
        .collect()
}

/// Whether a segment does, and the frame of the one that it waited for. `freed` is what let something go right
/// before it.
pub(crate) fn wait(
    place: usize,
    segment: &Segment,
    now: &State,
    freed: Option<&Freed>,
) -> Option<(Wait, u64)> {
    if segment.is_retransmission() || segment.full || segment.fin {
        return None;
    }
    let freed = freed?;
    let nagle = !now.nagle_off && freed.small_in_flight && !now.small_in_flight;
    let windows_free = now.resent.is_none() && freed.room()? >= segment.len();
    let behind = now.last_small.filter(|_| nagle && windows_free)?;
    let gap = segment.at.saturating_sub(freed.at);
    let at_most = freed.at.saturating_sub(behind.at);
    let soon = if freed.with_data {
        BEFORE_ANSWER
    } else {
        RELEASE
    };
    let wait = Wait {
        segment: place,
        behind: behind.place,
        released_by: freed.frame,
        gap,
        at_most,
        with_data: freed.with_data,
    };
    (gap <= soon && gap.saturating_mul(FASTER) <= at_most).then_some((wait, behind.frame))
}
