//! Segments that carry bytes of several messages.

use super::{Case, Found, Seen};
use crate::{
    hold::hold,
    model::{
        connection::Segment,
        finding::{Cost, Details, Finding, FrameRef, Hold},
    },
    span::{covering, overlapping},
};
use scenario::finding::{Cause, FindingCode};
use std::ops::Range;

/// `coalesced-segment`: one per first transmission that carries bytes of several messages.
pub(super) fn coalesced(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    for (place, segment) in stream.segments.iter().enumerate() {
        let messages = overlapping(&stream.messages, &segment.range);
        if messages.len() < 2 || segment.is_retransmission() {
            continue;
        }
        let (cause, hold) = cause(case, place, &messages);
        let frames = evidence(case, segment, hold.as_ref());
        findings.push(case.finding(Found {
            code: FindingCode::CoalescedSegment,
            cause,
            seen: Seen::AtSender,
            at: segment.at,
            frames,
            range: segment.range.clone(),
            cost: Cost {
                waited: hold.as_ref().map_or(0, Hold::waited),
                ..Cost::default()
            },
            details: Details::Coalesced {
                segment: place,
                messages,
                writes: overlapping(&stream.writes, &segment.range),
                hold,
            },
        }));
    }
}

/// The segment, the one it waited behind, and the acknowledgment that let it go.
pub(super) fn evidence(case: &Case<'_>, segment: &Segment, hold: Option<&Hold>) -> Vec<FrameRef> {
    let behind = hold.and_then(|hold| hold.behind);
    let behind = behind.map(|at| case.stream.segments[at].frame);
    let released = hold.and_then(|hold| hold.released_by);
    let numbers = [Some(segment.frame), behind, released];
    numbers
        .into_iter()
        .flatten()
        .map(|number| case.sent(number))
        .collect()
}

/// One call that wrote across a boundary put the messages together before the kernel had them.
/// Where that holds for every boundary in the segment, it is the cause; else it is what held the
/// first bytes until the others came.
fn cause(case: &Case<'_>, place: usize, messages: &Range<usize>) -> (Cause, Option<Hold>) {
    let stream = case.stream;
    let mut boundaries = stream.messages[messages.clone()]
        .iter()
        .skip(1)
        .map(|m| m.range.start);
    let in_one_write = |boundary: u64| {
        let write = covering(&stream.writes, boundary);
        write.is_some_and(|at| stream.writes[at].range.start < boundary)
    };
    if boundaries.all(in_one_write) {
        return (Cause::OneWrite, None);
    }
    match hold(stream, place, &case.situations[place], case.nodelay) {
        Some((cause, hold)) => (cause, Some(hold)),
        None => (Cause::Undetermined, None),
    }
}
