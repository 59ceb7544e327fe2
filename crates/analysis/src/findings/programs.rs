//! What the receiving program takes for one message and is not.

use super::{Case, Found, Seen};
use crate::{
    model::{
        connection::Understood,
        finding::{Cost, Details, Finding, FrameRef},
    },
    span::{SegmentIndex, covering, overlapping},
};
use scenario::finding::{Cause, FindingCode};

/// `merged-message` and `torn-message`: at most one of each per understood message. What merges
/// the end of one message with the next is both.
pub(super) fn merged_and_torn(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let index = SegmentIndex::new(&stream.segments);
    for (place, understood) in stream
        .understood
        .iter()
        .enumerate()
        .filter(|(_, u)| !u.right)
    {
        let messages = overlapping(&stream.messages, &understood.range);
        let read = covering(&stream.reads, understood.range.start)
            .filter(|at| stream.reads[*at].range == understood.range);
        // A program that frames nothing takes each read for a message; the diary shows that this
        // one did.
        let cause = if read.is_some() && frames_nothing(understood) {
            Cause::NoFraming
        } else {
            Cause::Undetermined
        };
        let frames = || {
            let segments = index.overlapping(&stream.segments, &understood.range);
            let host = &case.connection.receiver(case.direction).host;
            segments
                .iter()
                .filter_map(|at| stream.segments[*at].arrival)
                .map(|arrival| FrameRef {
                    host: host.clone(),
                    number: arrival.frame,
                })
                .collect()
        };
        let found = |code, details| Found {
            code,
            cause,
            seen: Seen::AtReceiver,
            at: understood.at,
            frames: frames(),
            range: understood.range.clone(),
            cost: Cost::default(),
            details,
        };
        if messages.len() > 1 {
            let details = Details::Merged {
                understood: place,
                messages: messages.clone(),
                read,
            };
            findings.push(case.finding(found(FindingCode::MergedMessage, details)));
        }
        let torn = messages.clone().find(|at| {
            let body = &stream.messages[*at].body;
            body.start < understood.range.start || body.end > understood.range.end
        });
        if let Some(message) = torn {
            let details = Details::Torn {
                understood: place,
                message,
                read,
            };
            findings.push(case.finding(found(FindingCode::TornMessage, details)));
        }
    }
}

fn frames_nothing(understood: &Understood) -> bool {
    understood.range == understood.body
}
