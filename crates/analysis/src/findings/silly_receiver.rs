//! The silly window syndrome, brought about by the receiver (RFC 813).
//!
//! A receiver whose buffer is full should open its window only when it can take a segment, or when
//! half of its buffer is free (Clark's rule; RFC 9293, section 3.8.6.2.2). One that announces each
//! few bytes as they are read gets them in segments of that size for ever after: every segment fills
//! the window, and every window is as small as the last read.

use super::{Case, Found, Seen, tinygrams::RUN};
use crate::{
    model::{
        connection::Segment,
        finding::{Details, Finding, Pieces},
    },
    span::covering,
    wire::sender::Situation,
};
use scenario::finding::{Cause, FindingCode};

/// A segment that the receiver's window cut small.
struct Crumb<'a> {
    segment: &'a Segment,
    situation: &'a Situation,
    /// What the rule would have had the receiver wait for, in bytes.
    rule: u64,
}

/// `silly-window-receiver`: one for all such segments of a stream.
pub(super) fn crumbs(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let crumbs = all(case);
    let [first, .., last] = &crumbs[..] else {
        return;
    };
    if crumbs.len() < RUN {
        return;
    }
    let pieces = Pieces::of(crumbs.iter().map(|crumb| crumb.segment));
    let window = last.situation.now.largest_window;
    let range = first.segment.range.start..last.segment.range.end;
    let meanwhile = first.segment.at..=last.segment.at;
    let reads = case.stream.reads.iter();
    let reads = reads.filter(|read| meanwhile.contains(&read.end));
    let opened_by = first.situation.release.map(|release| release.ack.frame);
    let frames = [
        opened_by,
        Some(first.segment.frame),
        Some(last.segment.frame),
    ];
    findings.push(
        case.finding(Found {
            code: FindingCode::SillyWindowReceiver,
            cause: cause(case, &crumbs),
            seen: Seen::AtReceiver,
            at: first.segment.at,
            frames: frames
                .into_iter()
                .flatten()
                .map(|frame| case.sent(frame))
                .collect(),
            range,
            cost: pieces.cost(last.rule),
            details: Details::SillyReceiver {
                pieces,
                window,
                rule: last.rule,
                read: reads.map(|read| read.range.end - read.range.start).max(),
            },
        }),
    );
}

/// Segments that filled a window which the segment before had filled, too, and which had opened by
/// less than half of what the rule asks: stacks round, and need not count as others do.
fn all<'a>(case: &Case<'a>) -> Vec<Crumb<'a>> {
    let mut crumbs = Vec::new();
    let mut was_filled = false;
    for (segment, situation) in case.stream.segments.iter().zip(case.situations) {
        if segment.is_retransmission() {
            continue;
        }
        let now = &situation.now;
        let mss = case.stream.mss.map_or(u64::MAX, u64::from);
        let rule = mss.min(now.largest_window / 2);
        let fills = now.room == Some(segment.len());
        if was_filled && fills && !segment.full && segment.len() < rule / 2 {
            crumbs.push(Crumb {
                segment,
                situation,
                rule,
            });
        }
        was_filled = now.room.is_some_and(|room| room <= segment.len());
    }
    crumbs
}

/// The window is the cause where the bytes were there before it opened: by the diary they were
/// handed over before; by the wire they left next after the packet that opened it.
fn cause(case: &Case<'_>, crumbs: &[Crumb<'_>]) -> Cause {
    let writes = &case.stream.writes;
    let waited = |crumb: &&Crumb<'_>| {
        let Some(release) = crumb.situation.release else {
            return false;
        };
        match covering(writes, crumb.segment.range.end - 1) {
            Some(write) => writes[write].begin <= release.ack.at,
            None => writes.is_empty() && release.just_now,
        }
    };
    let proven = crumbs.iter().filter(waited).count();
    match proven * 10 >= crumbs.len() * 9 {
        true => Cause::ReceiveWindow,
        false => Cause::Undetermined,
    }
}
