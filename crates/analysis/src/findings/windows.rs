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
pub(crate) struct Filled(Option<Box<Full>>);

/// Such segments; few streams have any.
#[derive(Debug)]
struct Full {
    /// The first and the last of them.
    ends: [Mark; 2],
    times: u64,
}

impl Filled {
    /// The next segment.
    pub(crate) fn next(&mut self, segment: &Segment, now: &State) {
        if segment.is_retransmission() || now.room != Some(segment.len()) {
            return;
        }
        let mark = Mark::of(segment);
        let begin = || {
            Box::new(Full {
                ends: [mark; 2],
                times: 0,
            })
        };
        let full = self.0.get_or_insert_with(begin);
        full.ends[1] = mark;
        full.times += 1;
    }

    pub(super) fn finding(&self, case: &Case<'_>) -> Option<Finding> {
        let full = self.0.as_deref()?;
        let [first, last] = full.ends;
        let mut frames = vec![case.sent(first.frame)];
        if full.times > 1 {
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
            details: Details::WindowFull { times: full.times },
        }))
    }
}
