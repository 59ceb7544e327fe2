//! What the receiving program takes for one message and is not.

use super::{Case, Found, Seen};
use crate::{
    model::{
        connection::Understood,
        finding::{Cost, Details, Finding, FrameRef},
    },
    span::{SegmentIndex, covering, overlapping},
};
use framing::Framing;
use scenario::finding::{Cause, FindingCode};

/// Bytes of the length that is read at once.
const LENGTH: u64 = 4;

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
        let cause = cause(case, place, read.is_some());
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

fn cause(case: &Case<'_>, place: usize, is_one_read: bool) -> Cause {
    let stream = case.stream;
    let understood = &stream.understood[place];
    let reads_on = case.framing == Some(&Framing::UntilClose);
    let is_last = stream.reads.last().map(|read| read.range.end) == Some(understood.range.end);
    let is_ended = case.ending.is_some_and(|ending| ending.is_ended);
    if case.framing == Some(&Framing::PrefixInOneRead) {
        // Behind a length that was cut it has lost its place.
        let is_cut = |each: &Understood| each.body.start - each.range.start < LENGTH;
        return match stream.understood[..=place].iter().any(is_cut) {
            true => Cause::LengthInOneRead,
            false => Cause::Undetermined,
        };
    }
    // A program that frames nothing takes each read for a message; the diary shows that this one
    // did.
    if is_one_read && !reads_on && frames_nothing(understood) {
        Cause::NoFraming
    } else if is_last && is_ended {
        Cause::EndOfStream
    } else {
        Cause::Undetermined
    }
}

fn frames_nothing(understood: &Understood) -> bool {
    understood.range == understood.body
}
