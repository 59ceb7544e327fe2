//! Windows that a receiver closed or a sender filled.

use super::{Case, Found, Seen};
use crate::model::finding::{Cost, Details, Finding};
use scenario::finding::{Cause, FindingCode};

/// `zero-window`: one for each time the receiver's window was closed.
pub(super) fn closed(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for closed in case.closed {
        let waited = closed
            .opened
            .map(|opened| opened.at.saturating_sub(closed.by.at));
        let frames = [
            Some(closed.by.frame),
            closed.opened.map(|opened| opened.frame),
        ];
        findings.push(
            case.finding(Found {
                code: FindingCode::ZeroWindow,
                // A window is the room that is left in the receive buffer (RFC 9293, section 3.8.6).
                cause: Cause::ReceiveBuffer,
                seen: Seen::AtReceiver,
                at: closed.by.at,
                frames: frames
                    .into_iter()
                    .flatten()
                    .map(|frame| case.sent(frame))
                    .collect(),
                range: closed.by.up_to..closed.by.up_to,
                cost: Cost {
                    waited: waited.unwrap_or_default(),
                    packets: closed.probes.len() as u64,
                    ..Cost::default()
                },
                details: Details::ZeroWindow {
                    waited,
                    probes: closed.probes.len() as u64,
                },
            }),
        );
    }
}

/// `window-full`: the sender sent exactly what the receiver's window still took. One finding for all
/// such segments of a stream.
pub(super) fn filled(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let segments = case.stream.segments.iter().zip(case.situations);
    let filling = segments.filter(|(segment, situation)| {
        !segment.is_retransmission() && situation.now.room == Some(segment.len())
    });
    let filling: Vec<_> = filling.map(|(segment, _)| segment).collect();
    let (Some(first), Some(last)) = (filling.first(), filling.last()) else {
        return;
    };
    let mut frames = vec![case.sent(first.frame)];
    if filling.len() > 1 {
        frames.push(case.sent(last.frame));
    }
    findings.push(case.finding(Found {
        code: FindingCode::WindowFull,
        cause: Cause::ReceiveWindow,
        seen: Seen::AtSender,
        at: first.at,
        frames,
        range: first.range.start..last.range.end,
        cost: Cost::default(),
        details: Details::WindowFull {
            times: filling.len() as u64,
        },
    }));
}
