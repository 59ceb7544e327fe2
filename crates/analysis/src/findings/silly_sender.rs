//! The silly window syndrome, brought about by the sender (RFC 813; RFC 9293, section 3.8.6.2.1).
//!
//! A producer that is slow hands over a few bytes, and some time later a few more. What it writes
//! leaves at once, behind a header that is larger. `tinygram-run` tells of small segments whatever
//! the reason; this finding is about the rhythm: they come one after the other with a pause before
//! each, nobody answers them, and the receiver's window had room for more.

use super::{
    Case, Found, Seen,
    tinygrams::{self, RUN, is_tinygram, last_situation},
};
use crate::model::{
    connection::Segment,
    finding::{Cost, Details, Finding, Pieces},
};
use scenario::finding::{Cause, FindingCode};
use std::ops::Range;

/// A producer is slow when it takes this long, in ns, from one piece to the next. A loop that writes
/// without a pause takes a twentieth of it.
const SLOW: u64 = 500_000;

/// `silly-window-sender`: one per run of at least ten such segments in a row.
pub(super) fn slow_producer(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let count = case.stream.segments.len();
    let mut start = 0;
    while start < count {
        let len = (start..count)
            .take_while(|place| is_piece(case, *place))
            .count();
        if len >= RUN {
            findings.extend(run(case, start..start + len));
        }
        start += len + 1;
    }
}

/// A small segment that the receiver's window did not cut.
fn is_piece(case: &Case<'_>, place: usize) -> bool {
    let segment = &case.stream.segments[place];
    let room = case.situations[place].now.room;
    is_tinygram(segment)
        && !segment.is_retransmission()
        && room.is_none_or(|room| room > segment.len())
}

fn run(case: &Case<'_>, places: Range<usize>) -> Option<Finding> {
    let segments = &case.stream.segments[places.clone()];
    let pause = median_gap(segments)?;
    if pause < SLOW || is_dialogue(case, &places) {
        return None;
    }
    let nagle_off = last_situation(case, &places).now.nagle_off;
    let cause = tinygrams::cause(case, &places, nagle_off);
    // The diary shows other writes: something gathered or cut them.
    if cause == Cause::Undetermined && !case.stream.writes.is_empty() {
        return None;
    }
    let (first, last) = (segments.first()?, segments.last()?);
    let pieces = Pieces::of(segments);
    let mss = case.stream.mss.map_or(u64::MAX, u64::from);
    Some(case.finding(Found {
        code: FindingCode::SillyWindowSender,
        cause,
        seen: Seen::AtSender,
        at: first.at,
        frames: vec![case.sent(first.frame), case.sent(last.frame)],
        range: first.range.start..last.range.end,
        cost: pieces.cost(mss),
        details: Details::SillySender { pieces, pause },
    }))
}

fn median_gap(segments: &[Segment]) -> Option<u64> {
    let pairs = segments.windows(2);
    let mut gaps: Vec<u64> = pairs
        .map(|pair| pair[1].at.saturating_sub(pair[0].at))
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

/// Whether the other side said something to every second of them, the last included: then they are
/// questions or answers, and small because there is no more to say.
fn is_dialogue(case: &Case<'_>, places: &Range<usize>) -> bool {
    let own = &case.stream.segments;
    let Some(first) = own.get(places.start) else {
        return false;
    };
    let until = own.get(places.end).map_or(u64::MAX, |next| next.at);
    let others = &case.connection.stream(case.direction.reverse()).segments;
    let meanwhile = |other: &&Segment| (first.at..until).contains(&other.at);
    others.iter().filter(meanwhile).count() * 2 >= places.len()
}

impl Pieces {
    /// What segments add up to.
    pub(super) fn of<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> Self {
        let mut pieces = Self {
            count: 0,
            payload: 0,
            headers: 0,
            smallest: u64::MAX,
            largest: 0,
        };
        for segment in segments {
            pieces.count += 1;
            pieces.payload += segment.len();
            pieces.headers += u64::from(segment.headers);
            pieces.smallest = pieces.smallest.min(segment.len());
            pieces.largest = pieces.largest.max(segment.len());
        }
        pieces
    }

    /// What would have been saved, had their payload left in segments of that size.
    pub(super) fn cost(&self, size: u64) -> Cost {
        let enough = self.payload.div_ceil(size.max(1)).max(1);
        let packets = self.count.saturating_sub(enough);
        Cost {
            waited: 0,
            bytes: self.headers * packets / self.count.max(1),
            packets,
        }
    }
}
