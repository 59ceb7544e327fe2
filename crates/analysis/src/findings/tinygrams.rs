//! Runs of segments with less payload than header.

use super::{
    Case, Found, Seen, mss,
    run::{Run, Runs, Written},
};
use crate::{
    model::{
        connection::Segment,
        finding::{Details, Finding},
    },
    span::{covering, overlapping},
};
use scenario::finding::{Cause, FindingCode};

/// `tinygram-run`: one per run of at least ten segments in a row.
pub(super) fn runs(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut runs = Runs::default();
    let tell = |run: Run| finding(case, &run, run.cause(written(case, &run)));
    for (place, (segment, situation)) in case.judged().enumerate() {
        let run = runs.next(is_tinygram(segment), place, segment, &situation.now);
        findings.extend(run.map(tell));
    }
    findings.extend(runs.end().map(tell));
}

pub(super) fn is_tinygram(segment: &Segment) -> bool {
    segment.len() < u64::from(segment.headers)
}

pub(super) fn finding(case: &Case<'_>, run: &Run, cause: Cause) -> Finding {
    let pieces = &run.pieces;
    // Gathered, the payload would have filled segments of the MSS, or one if that is not known.
    let mss = u64::from(case.stream.mss.unwrap_or(u16::MAX));
    case.finding(Found {
        code: FindingCode::TinygramRun,
        cause,
        seen: Seen::AtSender,
        at: run.last.at,
        frames: vec![case.sent(run.first.frame), case.sent(run.last.frame)],
        range: run.first.start..run.last.end,
        cost: pieces.cost(mss),
        details: Details::Tinygrams {
            count: pieces.count,
            payload: pieces.payload,
            headers: pieces.headers,
            smallest: pieces.smallest,
            largest: pieces.largest,
            nagle_off: run.nagle_off,
        },
    })
}

/// How the program wrote the pieces, by its diary.
pub(super) fn written(case: &Case<'_>, run: &Run) -> Option<Written> {
    if case.stream.writes.is_empty() {
        return None;
    }
    Some(if is_written_so(case, run) {
        Written::So
    } else if is_cut_by_size(case, run) {
        Written::Larger
    } else {
        Written::Otherwise
    })
}

/// Whether it wrote each by itself; here and there, once in ten at most, a few whole writes may have gathered,
/// as they do when an acknowledgment is late. Without Nagle's algorithm any may: loss and the congestion window
/// gather small writes, and make none smaller.
fn is_written_so(case: &Case<'_>, run: &Run) -> bool {
    let writes = &case.stream.writes;
    let whole_writes = |segment: &Segment| {
        let own = &writes[overlapping(writes, &segment.range)];
        let (first, last) = own.first().zip(own.last())?;
        let is_whole = (first.range.start..last.range.end) == segment.range;
        is_whole.then_some(own.len())
    };
    let segments = &case.stream.segments[run.places()];
    let gathered: Option<Vec<usize>> = segments.iter().map(whole_writes).collect();
    gathered.is_some_and(|counts| {
        let several = counts.iter().filter(|count| **count > 1).count();
        case.nodelay || several * 10 <= counts.len()
    })
}

/// Whether nearly all are pieces of writes that a small segment size cut, or what was left of such a write.
fn is_cut_by_size(case: &Case<'_>, run: &Run) -> bool {
    let (writes, longest) = (&case.stream.writes, run.pieces.largest);
    let is_rest = |place: &usize| {
        let end = case.stream.segments[*place].range.end;
        let write = covering(writes, end - 1).map(|at| &writes[at].range);
        write.is_some_and(|write| write.end == end && write.end - write.start > longest)
    };
    let cut = run
        .places()
        .filter(|place| mss::cuts(case, *place, longest));
    let (cut, rest) = (
        cut.count() as u64,
        run.places().filter(is_rest).count() as u64,
    );
    cut >= mss::ENOUGH && run.is_nearly_all(cut + rest)
}
