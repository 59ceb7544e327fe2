//! Reads that return bytes of several messages, messages that need several reads.

use super::{Case, Found, Seen, mss};
use crate::{
    model::{
        connection::{Read, Segment},
        finding::{Cost, Details, Finding, FrameRef},
    },
    span::{SegmentIndex, overlapping},
};
use framing::Framing;
use scenario::finding::{Cause, FindingCode};

/// `sticky-read`: one per read that returned bytes of several messages.
pub(super) fn sticky(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let index = SegmentIndex::new(&stream.segments);
    for (place, read) in stream.reads.iter().enumerate() {
        let messages = overlapping(&stream.messages, &read.range);
        if messages.len() < 2 {
            continue;
        }
        let boundaries = stream.messages[messages.clone()].iter().skip(1);
        let causes: Vec<Cause> = boundaries
            .map(|message| sticky_at(case, &index, message.range.start))
            .collect();
        let segments = index.overlapping(&stream.segments, &read.range);
        findings.push(case.finding(Found {
            code: FindingCode::StickyRead,
            cause: first_of(&STICKY, &causes),
            seen: Seen::AtReceiver,
            at: read.end,
            frames: arrivals(case, &segments),
            range: read.range.clone(),
            cost: Cost::default(),
            details: Details::StickyRead {
                read: place,
                messages,
                segments,
            },
        }));
    }
}

/// Why the bytes on both sides of an offset were there at once.
fn sticky_at(case: &Case<'_>, index: &SegmentIndex, boundary: u64) -> Cause {
    let (Some(left), Some(right)) = (
        arrived(case, index, boundary - 1),
        arrived(case, index, boundary),
    ) else {
        return Cause::Undetermined;
    };
    if left.frame == right.frame {
        Cause::CoalescedSegment
    } else if left.arrival.map(|arrival| arrival.at) > right.arrival.map(|arrival| arrival.at) {
        // What came later filled a hole, and the kernel handed out both at once.
        Cause::LossRecovery
    } else {
        Cause::ReceiverBacklog
    }
}

/// `split-read`: one per message that needed several reads. A handshake's length and body never
/// come together, by design, so there only the body counts.
pub(super) fn split(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let index = SegmentIndex::new(&stream.segments);
    let longest = stream.segments.iter().map(Segment::len).max().unwrap_or(0);
    for (place, message) in stream.messages.iter().enumerate() {
        let range = match case.framing {
            Some(Framing::Handshake) => &message.body,
            _ => &message.range,
        };
        let reads = overlapping(&stream.reads, range);
        if reads.len() < 2 {
            continue;
        }
        let parts = &stream.reads[reads.clone()];
        let cuts: Vec<u64> = parts[1..].iter().map(|read| read.range.start).collect();
        // No single read could have returned it.
        let too_large = parts
            .iter()
            .all(|read| read.asked < range.end - range.start);
        let causes: Vec<Cause> = parts
            .iter()
            .zip(&cuts)
            .map(|(read, cut)| split_at(case, &index, longest, read, *cut))
            .chain(too_large.then_some(Cause::SmallReadBuffer))
            .collect();
        let segments = index.overlapping(&stream.segments, range);
        findings.push(case.finding(Found {
            code: FindingCode::SplitRead,
            cause: first_of(&SPLIT, &causes),
            seen: Seen::AtReceiver,
            at: parts[parts.len() - 1].end,
            frames: arrivals(case, &segments),
            range: range.clone(),
            cost: Cost::default(),
            details: Details::SplitRead {
                message: place,
                reads,
                cuts,
            },
        }));
    }
}

/// Why a read ended where it did, in the middle of a message. One that was not full took all that
/// was there, so the next byte had not come: it came in another segment.
fn split_at(case: &Case<'_>, index: &SegmentIndex, longest: u64, read: &Read, cut: u64) -> Cause {
    if read.range.end - read.range.start >= read.asked {
        return Cause::SmallReadBuffer;
    }
    let (Some(before), Some(right)) = (brought(case, index, cut - 1), arrived(case, index, cut))
    else {
        return Cause::Undetermined;
    };
    let left = &case.stream.segments[before];
    if left.frame == right.frame {
        Cause::Undetermined
    } else if right.is_retransmission() {
        Cause::LossRecovery
    } else if left.full || mss::cuts(case, before, longest) {
        Cause::Mss
    } else {
        Cause::SeparateSegments
    }
}

/// The segment that brought the byte at an offset first.
fn arrived<'a>(case: &Case<'a>, index: &SegmentIndex, offset: u64) -> Option<&'a Segment> {
    Some(&case.stream.segments[brought(case, index, offset)?])
}

/// The same, as its place.
fn brought(case: &Case<'_>, index: &SegmentIndex, offset: u64) -> Option<usize> {
    let segments = &case.stream.segments;
    let carriers = index.overlapping(segments, &(offset..offset + 1));
    let arrivals = carriers
        .into_iter()
        .filter_map(|place| Some((segments[place].arrival?.at, place)));
    arrivals.min().map(|(_, place)| place)
}

/// The frames in which segments arrived.
fn arrivals(case: &Case<'_>, segments: &[usize]) -> Vec<FrameRef> {
    let host = &case.connection.receiver(case.direction).host;
    segments
        .iter()
        .filter_map(|at| case.stream.segments[*at].arrival)
        .map(|arrival| FrameRef {
            host: host.clone(),
            number: arrival.frame,
        })
        .collect()
}

/// Each boundary in a read is enough to make it sticky. Where several have different causes, it is
/// named what happened at the receiver before what segments brought along.
const STICKY: [Cause; 3] = [
    Cause::LossRecovery,
    Cause::ReceiverBacklog,
    Cause::CoalescedSegment,
];

/// Each cut is enough to split a message. Where several have different causes, it is named what no
/// luck on the way would have changed.
const SPLIT: [Cause; 4] = [
    Cause::SmallReadBuffer,
    Cause::Mss,
    Cause::LossRecovery,
    Cause::SeparateSegments,
];

fn first_of(order: &[Cause], causes: &[Cause]) -> Cause {
    let proven = order.iter().find(|cause| causes.contains(cause));
    proven.copied().unwrap_or(Cause::Undetermined)
}
