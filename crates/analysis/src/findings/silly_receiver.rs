//! The silly window syndrome, brought about by the receiver (RFC 813).
//!
//! A receiver whose buffer is full should open its window only when it can take a segment, or when
//! half of its buffer is free (Clark's rule; RFC 9293, section 3.8.6.2.2). One that announces each
//! few bytes as they are read gets them in segments of that size for ever after: every segment fills
//! the window, and every window is as small as the last read.

use super::{
    Case, Found, Seen,
    run::{Mark, RUN},
};
use crate::{
    model::{
        connection::Segment,
        finding::{Details, Finding, Pieces},
    },
    span::covering,
    wire::sender::{Release, State},
};
use scenario::finding::{Cause, FindingCode};

/// `silly-window-receiver`: one for all such segments of a stream.
pub(super) fn crumbs(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let writes = &case.stream.writes;
    let mut crumbs = Crumbs::default();
    for (segment, situation) in case.judged() {
        // By the diary the bytes were handed over before the window opened; by the wire they left next
        // after the packet that opened it.
        let release = situation.release.as_ref();
        let waited = |release: &Release| match covering(writes, segment.range.end - 1) {
            Some(write) => writes[write].begin <= release.ack.at,
            None => writes.is_empty() && release.just_now,
        };
        crumbs.next(
            segment,
            &situation.now,
            release.map(|release| release.ack.frame),
            case.stream.mss,
            || release.is_some_and(waited),
        );
    }
    findings.extend(crumbs.finding(case));
}

/// Finds segments that the receiver's window cut small: they filled a window which the segment before
/// had filled, too, and which had opened by less than half of what the rule asks. Stacks round, and need
/// not count as others do.
#[derive(Debug, Default)]
pub(crate) struct Crumbs {
    was_filled: bool,
    /// Few streams have any.
    found: Option<Box<Swept>>,
}

/// Such segments, added up.
#[derive(Debug)]
struct Swept {
    first: Mark,
    opened_by: Option<u64>,
    last: Mark,
    pieces: Pieces,
    /// What the rule would have had the receiver wait for, in bytes.
    rule: u64,
    /// The largest window that it had announced.
    window: u64,
    /// Of how many the bytes were there before the window opened.
    waited: u64,
}

impl Crumbs {
    /// The next segment; in front of it the frame that let something go, and whether its bytes waited for that.
    pub(crate) fn next(
        &mut self,
        segment: &Segment,
        now: &State,
        opened_by: Option<u64>,
        mss: Option<u16>,
        waited: impl FnOnce() -> bool,
    ) {
        if segment.is_retransmission() {
            return;
        }
        let rule = mss.map_or(u64::MAX, u64::from).min(now.largest_window / 2);
        let fills = now.room == Some(segment.len());
        let is_crumb = self.was_filled && fills && !segment.full && segment.len() < rule / 2;
        self.was_filled = now.room.is_some_and(|room| room <= segment.len());
        if !is_crumb {
            return;
        }
        let begin = || Swept {
            first: Mark::of(segment),
            opened_by,
            last: Mark::of(segment),
            pieces: Pieces::default(),
            rule,
            window: 0,
            waited: 0,
        };
        let found = self.found.get_or_insert_with(|| Box::new(begin()));
        found.last = Mark::of(segment);
        found.pieces.add(segment);
        found.rule = rule;
        found.window = now.largest_window;
        found.waited += u64::from(waited());
    }

    pub(super) fn finding(&self, case: &Case<'_>) -> Option<Finding> {
        let found = self.found.as_deref()?;
        if found.pieces.count < RUN {
            return None;
        }
        let (first, last) = (found.first, found.last);
        let meanwhile = first.at..=last.at;
        let reads = case.stream.reads.iter();
        let reads = reads.filter(|read| meanwhile.contains(&read.end));
        let frames = [found.opened_by, Some(first.frame), Some(last.frame)];
        let frames = frames.into_iter().flatten();
        Some(case.finding(Found {
            code: FindingCode::SillyWindowReceiver,
            cause: found.cause(),
            seen: Seen::AtReceiver,
            at: first.at,
            frames: frames.map(|frame| case.sent(frame)).collect(),
            range: first.start..last.end,
            cost: found.pieces.cost(found.rule),
            details: Details::SillyReceiver {
                pieces: found.pieces,
                window: found.window,
                rule: found.rule,
                read: reads.map(|read| read.range.end - read.range.start).max(),
            },
        }))
    }
}

impl Swept {
    /// The window is the cause where the bytes were there before it opened.
    fn cause(&self) -> Cause {
        match self.waited * 10 >= self.pieces.count * 9 {
            true => Cause::ReceiveWindow,
            false => Cause::Undetermined,
        }
    }
}
