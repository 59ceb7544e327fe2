//! Packets above the path's MTU that vanish without a word (RFC 2923, section 2.1).

use super::{Case, Found, Seen};
use crate::model::{
    connection::Segment,
    finding::{Cost, Details, Finding},
};
use scenario::finding::{Cause, FindingCode};

/// Fewer large segments may all have been lost by chance.
const ENOUGH: usize = 3;

/// `pmtu-black-hole`: every segment above some size was lost, smaller ones that were sent later got
/// through, and no router said why.
pub(super) fn black_hole(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.stream.arrivals_known || case.is_told_too_big {
        return;
    }
    let size = |segment: &&Segment| segment.len() + u64::from(segment.headers);
    let segments = &case.stream.segments;
    let lost: Vec<&Segment> = segments.iter().filter(|it| it.arrival.is_none()).collect();
    let (Some(first), Some(smallest)) = (lost.first(), lost.iter().map(size).min()) else {
        return;
    };
    let arrived = || segments.iter().filter(|segment| segment.arrival.is_some());
    let Some(largest) = arrived().map(|segment| size(&segment)).max() else {
        return;
    };
    let works = arrived().any(|segment| segment.at > first.at);
    if lost.len() < ENOUGH || smallest <= largest || !works {
        return;
    }
    let through = arrived().find(|segment| segment.range.contains(&first.range.start));
    let arrival = through.and_then(|segment| segment.arrival);
    let waited = arrival.map_or(0, |arrival| arrival.at.saturating_sub(first.at));
    let frames = [Some(*first), through].into_iter().flatten();
    findings.push(case.finding(Found {
        code: FindingCode::PmtuBlackHole,
        cause: Cause::Mtu,
        seen: Seen::AtSender,
        at: first.at,
        frames: frames.map(|segment| case.sent(segment.frame)).collect(),
        range: first.range.clone(),
        cost: Cost {
            waited,
            bytes: lost.iter().map(size).sum(),
            packets: lost.len() as u64,
        },
        details: Details::BlackHole {
            lost: lost.len() as u64,
            smallest_lost: smallest,
            largest_arrived: largest,
            waited,
        },
    }));
}
