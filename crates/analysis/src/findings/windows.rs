//! Windows that a receiver closed or a sender filled.

use super::{Case, Found, Seen, run::Mark};
use crate::{
    model::{
        connection::Segment,
        finding::{Cost, Details, Finding},
    },
    wire::{sender::State, windows::Closed},
};
use scenario::finding::{Cause, FindingCode};

/// `zero-window`: one for each time the receiver's window was closed.
pub(super) fn closed(case: &Case<'_>, closed: &Closed) -> Finding {
    let waited = closed
        .opened
        .map(|opened| opened.at.saturating_sub(closed.by.at));
    let frames = [
        Some(closed.by.frame),
        closed.opened.map(|opened| opened.frame),
    ];
    let frames = frames.into_iter().flatten();
    case.finding(Found {
        code: FindingCode::ZeroWindow,
        // A window is the room that is left in the receive buffer (RFC 9293, section 3.8.6).
        cause: Cause::ReceiveBuffer,
        seen: Seen::AtReceiver,
        at: closed.by.at,
        frames: frames.map(|frame| case.sent(frame)).collect(),
        range: closed.by.up_to..closed.by.up_to,
        cost: Cost {
            waited: waited.unwrap_or_default(),
            packets: closed.probes,
            ..Cost::default()
        },
        details: Details::ZeroWindow {
            waited,
            probes: closed.probes,
        },
    })
}

/// `window-full`: the sender sent exactly what the receiver's window still took. One finding for all
/// such segments of a stream.
pub(super) fn filled(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut filled = Filled::default();
    for (segment, situation) in case.judged() {
        filled.next(segment, &situation.now);
    }
    findings.extend(filled.finding(case));
}

/// Finds such segments.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    /// The first and the last of them; few streams have any.
    ends: Option<Box<[Mark; 2]>>,
    times: u64,
}

impl Filled {
    /// The next segment.
    pub(crate) fn next(&mut self, segment: &Segment, now: &State) {
        if segment.is_retransmission() || now.room != Some(segment.len()) {
            return;
        }
        self.times += 1;
        let mark = Mark::of(segment);
        self.ends.get_or_insert_with(|| Box::new([mark; 2]))[1] = mark;
    }

    pub(super) fn finding(&self, case: &Case<'_>) -> Option<Finding> {
        let [first, last] = **self.ends.as_ref()?;
        let mut frames = vec![case.sent(first.frame)];
        if self.times > 1 {
            frames.push(case.sent(last.frame));
        }
        Some(case.finding(Found {
            code: FindingCode::WindowFull,
            cause: Cause::ReceiveWindow,
            seen: Seen::AtSender,
            at: first.at,
            frames,
            range: first.start..last.end,
            cost: Cost::default(),
            details: Details::WindowFull { times: self.times },
        }))
    }
}
