//! Messages that ended before they were whole, and whose receiver knew.

use super::{Case, Found, Seen};
use crate::{
    model::finding::{Cost, Details, Finding, FrameRef},
    span::{SegmentIndex, overlapping},
};
use record::event::Closing;
use scenario::finding::{Cause, FindingCode};

/// `incomplete-message`: the message in which the receiver's stream came to its end, unless the
/// receiver took what had come of it for a message.
pub(super) fn incomplete(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let (Some(ending), Some(read)) = (case.ending, stream.reads.last()) else {
        return;
    };
    let cause = match ending.how {
        Closing::Reset => Cause::ConnectionReset,
        Closing::TimedOut => Cause::ConnectionLost,
        Closing::Finished | Closing::Closed if ending.is_ended => Cause::ClosedEarly,
        // It left by itself, or was told to.
        _ => return,
    };
    let end = read.range.end;
    let begun = stream
        .messages
        .iter()
        .position(|message| message.range.start < end && end < message.range.end);
    let Some(message) = begun else {
        return;
    };
    let range = stream.messages[message].range.start..end;
    if !overlapping(&stream.understood, &range).is_empty() {
        return;
    }
    let host = &case.connection.receiver(case.direction).host;
    let index = SegmentIndex::new(&stream.segments);
    let last = index.overlapping(&stream.segments, &(end - 1..end));
    let arrivals = last.iter().filter_map(|at| stream.segments[*at].arrival);
    findings.push(
        case.finding(Found {
            code: FindingCode::IncompleteMessage,
            cause,
            seen: Seen::AtReceiver,
            at: ending.at,
            frames: arrivals
                .map(|arrival| FrameRef {
                    host: host.clone(),
                    number: arrival.frame,
                })
                .collect(),
            range,
            cost: Cost::default(),
            details: Details::Incomplete {
                message,
                bytes: end - stream.messages[message].range.start,
            },
        }),
    );
}
