//! Segments that seem to have waited for an acknowledgment, told from the capture alone.
//!
//! Without a diary nobody knows when the bytes were written. But a program never sees
//! acknowledgments: when a small segment leaves at the very moment at which all earlier small
//! segments are acknowledged, and nothing else explains the moment, the kernel was holding it, as
//! Nagle's algorithm does (RFC 896; RFC 1122, 4.2.3.4).

use super::sender::{RELEASE, Release, Situation, State};
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
            let release = situation.release.as_ref();
            Some(wait(place, segment, &situation.now, release)?.0)
        })
        .collect()
}

/// Whether a segment does, and the frame of the one that it waited for.
pub(crate) fn wait(
    place: usize,
    segment: &Segment,
    now: &State,
    release: Option<&Release>,
) -> Option<(Wait, u64)> {
    if segment.is_retransmission() || segment.full || segment.fin {
        return None;
    }
    let release = release.filter(|release| release.just_now)?;
    let before = &release.before;
    let nagle = !before.nagle_off && before.small_in_flight && !now.small_in_flight;
    let windows_free = before.resent.is_none() && before.room? >= segment.len();
    let behind = before.last_small.filter(|_| nagle && windows_free)?;
    let gap = segment.at.saturating_sub(release.ack.at);
    let at_most = release.ack.at.saturating_sub(behind.at);
    let soon = if release.ack.with_data {
        BEFORE_ANSWER
    } else {
        RELEASE
    };
    let wait = Wait {
        segment: place,
        behind: behind.place,
        released_by: release.ack.frame,
        gap,
        at_most,
        with_data: release.ack.with_data,
    };
    (gap <= soon && gap.saturating_mul(FASTER) <= at_most).then_some((wait, behind.frame))
}
