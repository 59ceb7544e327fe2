//! Segments that are small because the path is.

use super::{Case, Found, Seen, run::Mark};
use crate::model::{
    connection::Segment,
    finding::{Cost, Details, Finding},
};
use crate::span::covering;
use scenario::finding::{Cause, FindingCode};

/// Every path takes segments of so many bytes (RFC 9293, section 3.7.1: the default with IPv4).
const USUAL: u16 = 536;

/// So many segments of the same, largest size show that it is a limit.
pub(super) const ENOUGH: u64 = 3;

/// Whether less than the usual segment size was announced.
pub(super) fn is_small(mss: Option<u16>) -> bool {
    mss.is_some_and(|mss| mss < USUAL)
}

/// Whether a small segment size cut a write where that segment ends: it is as long as the `longest`, the window had
/// room, and the write goes on. What was announced may be more than what fits: Linux announces no less than 256.
pub(super) fn cuts(case: &Case<'_>, place: usize, longest: u64) -> bool {
    let segment = &case.stream.segments[place];
    let room = case.situations[place].now.room;
    let write = covering(&case.stream.writes, segment.range.end - 1);
    let goes_on = write.is_some_and(|at| case.stream.writes[at].range.end > segment.range.end);
    let is_longest = segment.len() == longest && room.is_some_and(|room| room > longest);
    is_small(case.stream.mss) && is_longest && goes_on
}

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
        if is_small(mss) {
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
        let mss = case.stream.mss.filter(|mss| is_small(Some(*mss)))?;
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
