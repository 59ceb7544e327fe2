//! Segments that are small because the path is.

use super::{Case, Found, Seen};
use crate::model::{
    connection::Segment,
    finding::{Cost, Details, Finding},
};
use scenario::finding::{Cause, FindingCode};

/// Every path takes segments of so many bytes (RFC 9293, section 3.7.1: the default with IPv4).
const USUAL: u16 = 536;

/// So many segments of the same, largest size show that it is a limit.
const ENOUGH: usize = 3;

/// `small-mss`: one for a stream that announced less than the usual segment size and was cut by it.
pub(super) fn small(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    let Some(mss) = stream.mss.filter(|mss| *mss < USUAL) else {
        return;
    };
    let largest = stream.segments.iter().map(Segment::len).max().unwrap_or(0);
    let cut: Vec<&Segment> = stream
        .segments
        .iter()
        .filter(|segment| segment.len() == largest)
        .collect();
    let (Some(first), Some(last)) = (cut.first(), cut.last()) else {
        return;
    };
    if cut.len() < ENOUGH {
        return;
    }
    let headers = stream
        .segments
        .iter()
        .map(|segment| u64::from(segment.headers))
        .sum();
    findings.push(case.finding(Found {
        code: FindingCode::SmallMss,
        cause: Cause::Mss,
        seen: Seen::AtSender,
        at: first.at,
        frames: vec![case.sent(first.frame), case.sent(last.frame)],
        range: first.range.start..last.range.end,
        cost: Cost::default(),
        details: Details::SmallMss {
            announced: mss,
            largest,
            segments: stream.segments.len() as u64,
            payload: stream.payload,
            headers,
        },
    }));
}
