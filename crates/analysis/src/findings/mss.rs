//! Segments that are small because the path is.

use super::{Case, Found, Seen, run::Mark};
use crate::model::{
    connection::Segment,
    finding::{Cost, Details, Finding},
};
use scenario::finding::{Cause, FindingCode};

/// Every path takes segments of so many bytes (RFC 9293, section 3.7.1: the default with IPv4).
const USUAL: u16 = 536;

/// So many segments of the same, largest size show that it is a limit.
const ENOUGH: u64 = 3;

/// `small-mss`: one for a stream that announced less than the usual segment size and was cut by it.
pub(super) fn small(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut sizes = Sizes::default();
    for segment in &case.stream.segments {
        sizes.next(segment, case.stream.mss);
    }
    findings.extend(sizes.finding(case));
}

/// Finds the largest segments.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// Of all segments.
    segments: u64,
    /// Where the path is small.
    largest: Option<Box<Largest>>,
}

#[derive(Debug)]
struct Largest {
    len: u64,
    /// The first and the last of them.
    ends: [Mark; 2],
    /// How many of them there are.
    cut: u64,
    /// Of all segments.
    headers: u64,
}

impl Sizes {
    /// The next segment.
    #[inline]
    pub(crate) fn next(&mut self, segment: &Segment, mss: Option<u16>) {
        self.segments += 1;
        if mss.is_some_and(|mss| mss < USUAL) {
            self.measure(segment);
        }
    }

    fn measure(&mut self, segment: &Segment) {
        let (len, mark) = (segment.len(), Mark::of(segment));
        let first = |headers| Largest {
            len,
            ends: [mark; 2],
            cut: 0,
            headers,
        };
        let largest = self.largest.get_or_insert_with(|| Box::new(first(0)));
        if len > largest.len {
            **largest = first(largest.headers);
        }
        if len == largest.len {
            largest.cut += 1;
            largest.ends[1] = mark;
        }
        largest.headers += u64::from(segment.headers);
    }

    /// How many segments there are.
    pub(crate) fn segments(&self) -> u64 {
        self.segments
    }

    pub(super) fn finding(&self, case: &Case<'_>) -> Option<Finding> {
        let mss = case.stream.mss.filter(|mss| *mss < USUAL)?;
        let largest = self.largest.as_deref();
        let largest = largest.filter(|largest| largest.cut >= ENOUGH)?;
        let [first, last] = largest.ends;
        Some(case.finding(Found {
            code: FindingCode::SmallMss,
            cause: Cause::Mss,
            seen: Seen::AtSender,
            at: first.at,
            frames: vec![case.sent(first.frame), case.sent(last.frame)],
            range: first.start..last.end,
            cost: Cost::default(),
            details: Details::SmallMss {
                announced: mss,
                largest: largest.len,
                segments: self.segments,
                payload: case.stream.payload,
                headers: largest.headers,
            },
        }))
    }
}
