//! Nagle's algorithm meets the delayed acknowledgment.
//!
//! Each is sound alone. Together they stall: the sender holds a small segment until the one ahead
//! of it is acknowledged, and the receiver puts that acknowledgment off, hoping to send it along
//! with an answer (RFC 1122, 4.2.3.2), which cannot come before the segment that is held.

use super::{Case, Found, Seen};
use crate::{
    hold::hold,
    model::finding::{Cost, Details, Finding},
};
use scenario::finding::{Cause, FindingCode};

/// An acknowledgment that leaves this long, in ns, after what it acknowledges was put off. Without
/// that it takes microseconds; Linux puts it off for 40 ms and more.
const PUT_OFF: u64 = 10_000_000;

/// `nagle-delack-stall`: one per segment that waited for an acknowledgment that was put off.
pub(super) fn stalls(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    for (place, segment) in stream.segments.iter().enumerate() {
        let situation = &case.situations[place];
        let Some((Cause::Nagle, hold)) = hold(stream, place, situation, case.nodelay) else {
            continue;
        };
        let Some((behind, released_by)) = hold.behind.zip(hold.released_by) else {
            continue;
        };
        let said = situation.release.and_then(|release| release.ack.said);
        let arrival = stream.segments[behind].arrival;
        let Some((said, arrival)) = said.zip(arrival) else {
            continue;
        };
        let acknowledgment_delay = said.at.saturating_sub(arrival.at);
        if acknowledgment_delay < PUT_OFF {
            continue;
        }
        findings.push(case.finding(Found {
            code: FindingCode::NagleDelackStall,
            cause: Cause::Nagle,
            seen: Seen::AtSender,
            at: segment.at,
            frames: vec![
                case.sent(segment.frame),
                case.sent(stream.segments[behind].frame),
                case.sent(released_by),
            ],
            range: segment.range.clone(),
            cost: Cost {
                waited: hold.waited(),
                ..Cost::default()
            },
            details: Details::Stall {
                segment: place,
                hold,
                acknowledgment_delay,
                in_vain: said.in_vain,
            },
        }));
    }
}
