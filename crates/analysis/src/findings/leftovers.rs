//! Replies that begin with what was left of the one before.

use super::{Case, Found, Seen};
use crate::{
    model::{
        connection::Direction,
        finding::{Cost, Details, Finding, FrameRef},
    },
    span::{SegmentIndex, covering},
};
use scenario::finding::{Cause, FindingCode};

/// `leftover-reply`: one per reply that a program took to begin in the middle of another, which it had
/// asked for before. A reply is what comes after the program has written something of its own.
pub(super) fn leftovers(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let back = match case.direction {
        Direction::ClientToServer => Direction::ServerToClient,
        Direction::ServerToClient => Direction::ClientToServer,
    };
    let requests = &case.connection.stream(back).writes;
    let index = SegmentIndex::new(&stream.segments);
    let pairs = stream.understood.windows(2).enumerate();
    for (before, pair) in pairs {
        let [earlier, reply] = pair else { continue };
        let asked = requests
            .iter()
            .any(|write| earlier.at <= write.begin && write.begin <= reply.at);
        let begun = covering(&stream.messages, reply.range.start)
            .filter(|at| stream.messages[*at].range.start < reply.range.start);
        let Some(message) = begun.filter(|_| asked) else {
            continue;
        };
        let end = stream.messages[message].range.end.min(reply.range.end);
        // The read behind which the rest was left.
        let short = stream
            .reads
            .iter()
            .position(|read| read.range.end == reply.range.start);
        let cause = match short.map(|at| &stream.reads[at]) {
            Some(read) if read.range.end - read.range.start >= read.asked => Cause::SmallReadBuffer,
            // It returned all that had come.
            Some(_) => Cause::SeparateSegments,
            None => Cause::Undetermined,
        };
        let host = &case.connection.receiver(case.direction).host;
        let segments = index.overlapping(&stream.segments, &reply.range);
        let arrivals = segments
            .iter()
            .filter_map(|at| stream.segments[*at].arrival);
        findings.push(
            case.finding(Found {
                code: FindingCode::LeftoverReply,
                cause,
                seen: Seen::AtReceiver,
                at: reply.at,
                frames: arrivals
                    .map(|arrival| FrameRef {
                        host: host.clone(),
                        number: arrival.frame,
                    })
                    .collect(),
                range: reply.range.start..end,
                cost: Cost::default(),
                details: Details::Leftover {
                    understood: before + 1,
                    message,
                    bytes: end - reply.range.start,
                    read: short,
                },
            }),
        );
    }
}
