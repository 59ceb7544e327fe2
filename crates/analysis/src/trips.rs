//! Round trips that a sender waited for.

use crate::{
    join::Joined,
    model::connection::{Direction, Stream},
    span::covering,
};

/// How often a sender waited a whole round trip before it sent on.
///
/// Segments that left without waiting for each other make a flight. A flight ends when its first
/// segment is acknowledged: whatever leaves later does so a round trip after that segment, at
/// least. That counts as waited for when the bytes were written before the acknowledgment came in
/// (the kernel waited for it) or when the program read something between the write before and
/// this one (the program waited for an answer). A program that was just slow, and read nothing,
/// did not wait for a round trip, and neither did one that reads answers without waiting for them (`asks_on`).
/// Retransmissions begin no flight.
pub(crate) fn round_trips(joined: &Joined<'_>, out: Direction, asks_on: bool) -> u64 {
    let stream = joined.connection.stream(out);
    let back = joined.connection.stream(out.reverse());
    let situations = &joined.situations[out.index()];
    let mut trips = 0;
    let mut flight_end: Option<u64> = None;
    for (place, segment) in stream.segments.iter().enumerate() {
        if segment.is_retransmission() {
            continue;
        }
        let now = &situations[place].now;
        match flight_end {
            Some(end) if now.acknowledged < end => continue,
            Some(_) => {
                trips += u64::from(waited(stream, back, place, now.acknowledged_at, asks_on))
            }
            None => {}
        }
        flight_end = Some(segment.range.end);
    }
    trips
}

/// Whether the segment's first byte had to wait for the acknowledgment that came in at that time,
/// or for the answer that the program read.
fn waited(
    stream: &Stream,
    back: &Stream,
    place: usize,
    acknowledged_at: u64,
    asks_on: bool,
) -> bool {
    let offset = stream.segments[place].fresh.start;
    let Some(at) = covering(&stream.writes, offset) else {
        return false;
    };
    let write = &stream.writes[at];
    if write.end < acknowledged_at {
        return true;
    }
    if asks_on {
        return false;
    }
    let Some(before) = at.checked_sub(1).map(|at| &stream.writes[at]) else {
        return false;
    };
    let after = back.reads.partition_point(|read| read.end < before.end);
    back.reads
        .get(after)
        .is_some_and(|read| read.end <= write.begin)
}
