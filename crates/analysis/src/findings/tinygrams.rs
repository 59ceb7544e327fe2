//! Runs of segments with less payload than header.

use super::{Case, Found, Seen};
use crate::{
    model::{
        connection::Segment,
        finding::{Cost, Details, Finding},
    },
    span::overlapping,
    wire::sender::Situation,
};
use scenario::finding::{Cause, FindingCode};
use std::ops::Range;

/// So many in a row are a run.
pub(super) const RUN: usize = 10;

/// `tinygram-run`: one per run of at least ten segments in a row.
pub(super) fn runs(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let segments = &case.stream.segments;
    let mut start = 0;
    while start < segments.len() {
        let len = segments[start..]
            .iter()
            .take_while(|segment| is_tinygram(segment))
            .count();
        if len >= RUN {
            findings.push(run(case, start..start + len));
        }
        start += len + 1;
    }
}

pub(super) fn is_tinygram(segment: &Segment) -> bool {
    segment.len() < u64::from(segment.headers)
}

fn run(case: &Case<'_>, places: Range<usize>) -> Finding {
    let segments = &case.stream.segments[places.clone()];
    let lengths = || segments.iter().map(Segment::len);
    let payload: u64 = lengths().sum();
    let headers: u64 = segments
        .iter()
        .map(|segment| u64::from(segment.headers))
        .sum();
    let (first, last) = (&segments[0], &segments[segments.len() - 1]);
    let nagle_off = last_situation(case, &places).now.nagle_off;
    // Gathered, the payload would have filled segments of the MSS, or one if that is not known.
    let mss = u64::from(case.stream.mss.unwrap_or(u16::MAX));
    let enough = payload.div_ceil(mss.max(1)).max(1);
    let saved = (segments.len() as u64).saturating_sub(enough);
    case.finding(Found {
        code: FindingCode::TinygramRun,
        cause: cause(case, &places, nagle_off),
        seen: Seen::AtSender,
        at: last.at,
        frames: vec![case.sent(first.frame), case.sent(last.frame)],
        range: first.range.start..last.range.end,
        cost: Cost {
            waited: 0,
            bytes: headers * saved / segments.len() as u64,
            packets: saved,
        },
        details: Details::Tinygrams {
            count: segments.len() as u64,
            payload,
            headers,
            smallest: lengths().min().unwrap_or(0),
            largest: lengths().max().unwrap_or(0),
            nagle_off,
        },
    })
}

/// Where nearly all of them filled the receiver's window, that cut them. With a diary: the program wrote each piece by itself; here and there, once in ten at most, a few
/// whole writes may have gathered, as they do when an acknowledgment is late. Without: segments that left while others
/// were unacknowledged and the window had room were cut neither by Nagle's algorithm nor by the
/// window, so they are as the program wrote them.
pub(super) fn cause(case: &Case<'_>, places: &Range<usize>, nagle_off: bool) -> Cause {
    let segments = &case.stream.segments[places.clone()];
    let room = |place: usize| case.situations[place].now.room;
    let window_free = places
        .clone()
        .all(|place| room(place).is_some_and(|room| room > case.stream.segments[place].len()));
    let writes = &case.stream.writes;
    let whole_writes = |segment: &Segment| {
        let own = &writes[overlapping(writes, &segment.range)];
        let (first, last) = own.first().zip(own.last())?;
        let is_whole = (first.range.start..last.range.end) == segment.range;
        is_whole.then_some(own.len())
    };
    let gathered: Option<Vec<usize>> = segments.iter().map(whole_writes).collect();
    let as_written = gathered.is_some_and(|counts| {
        let several = counts.iter().filter(|count| **count > 1).count();
        several * 10 <= counts.len()
    });
    let filled = places
        .clone()
        .filter(|place| room(*place) == Some(case.stream.segments[*place].len()))
        .count();
    let told_by_wire = writes.is_empty() && nagle_off && window_free;
    if as_written || told_by_wire {
        Cause::SmallWrites
    } else if filled * 10 >= segments.len() * 9 {
        Cause::ReceiveWindow
    } else {
        Cause::Undetermined
    }
}

pub(super) fn last_situation<'a>(case: &Case<'a>, places: &Range<usize>) -> &'a Situation {
    // A segment shows in the situation of the one behind it.
    let at = places.end.min(case.situations.len() - 1);
    &case.situations[at]
}
