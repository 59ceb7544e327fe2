//! Segments in which small writes were gathered that would have been tinygrams.

use super::{Case, Found, Seen, segments::evidence};
use crate::{
    hold::hold,
    model::finding::{Cost, Details, Finding},
    span::overlapping,
};
use scenario::finding::{Cause, FindingCode};

/// So many writes in one segment are worth a word.
const MANY: usize = 10;

/// `gathered-writes`: one per first transmission that carries many writes of one message, each with fewer
/// bytes than the segment's headers, where it is proven what held them. What carries several messages is a
/// coalesced segment.
pub(super) fn gathered(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let stream = case.stream;
    for (place, segment) in stream.segments.iter().enumerate() {
        let writes = overlapping(&stream.writes, &segment.range);
        let would_be_tinygrams = segment.len() < u64::from(segment.headers) * writes.len() as u64;
        if writes.len() < MANY
            || !would_be_tinygrams
            || segment.is_retransmission()
            || overlapping(&stream.messages, &segment.range).len() > 1
        {
            continue;
        }
        let Some((cause, hold)) = hold(stream, place, &case.situations[place], case.nodelay) else {
            continue;
        };
        if cause == Cause::Undetermined {
            continue;
        }
        findings.push(case.finding(Found {
            code: FindingCode::GatheredWrites,
            cause,
            seen: Seen::AtSender,
            at: segment.at,
            frames: evidence(case, segment, Some(&hold)),
            range: segment.range.clone(),
            cost: Cost {
                waited: hold.waited(),
                ..Cost::default()
            },
            details: Details::Gathered {
                segment: place,
                writes,
                hold,
            },
        }));
    }
}
