//! Figures of a group of packets.

use super::{
    EARLY,
    group::{Group, Member},
    passage::Outcome,
    proof, queue, rate,
};
use crate::model::link::{Delay, LinkSummary};
use scenario::impairment::Impairments;

/// What was seen of a group, and what it proves.
pub(super) fn summary(group: &Group<'_>) -> LinkSummary {
    let members = &group.members;
    let count = |is: fn(&Outcome) -> bool| {
        let outcomes = members.iter().map(|member| &member.passage.outcome);
        outcomes.filter(|outcome| is(outcome)).count() as u64
    };
    let delays = delays(&group.asked, members);
    let filling = group
        .asked
        .queue
        .filter(|_| !group.has_alike() && !group.has_under_way())
        .map(|queue| queue::filling(queue, members));
    let at_once = members
        .iter()
        .filter(|member| is_at_once(&group.asked, member));
    let refused = group.refused().count() as u64;
    let mut summary = LinkSummary {
        host: group.host.clone(),
        toward: group.toward.clone(),
        phase: group.phase,
        engine: group.engine.clone(),
        instead: group.instead.clone(),
        asked: group.asked.clone(),
        outage: group.outage,
        sent: members.len() as u64,
        missing: count(|outcome| *outcome == Outcome::Missing) - refused,
        under_way: count(|outcome| *outcome == Outcome::UnderWay),
        refused,
        duplicated: count(|outcome| matches!(outcome, Outcome::Arrived { again: 1.., .. })),
        corrupted: count(|outcome| matches!(outcome, Outcome::Corrupted { .. })),
        fragmented: count(|outcome| matches!(outcome, Outcome::Pieces { .. })),
        at_once: at_once.count() as u64,
        overtaking: overtaking(members),
        delay: statistics(&delays),
        rate: rate::measured(&group.asked, members).filter(|_| !group.has_alike()),
        held: filling.map(|filling| filling.most),
        largest: members.iter().filter_map(largest).max(),
        proofs: Vec::new(),
    };
    summary.proofs = proof::proofs(group, &summary, &delays, filling);
    summary
}

/// Delays of the packets that arrived whole and were not sent at once, the shortest first.
fn delays(asked: &Impairments, members: &[Member<'_>]) -> Vec<u64> {
    let mut delays: Vec<u64> = timed(asked, members).map(|(_, delay)| delay).collect();
    delays.sort_unstable();
    delays
}

/// The same, as they were sent, each with when that was.
pub(super) fn timed<'a>(
    asked: &'a Impairments,
    members: &'a [Member<'a>],
) -> impl Iterator<Item = (u64, u64)> + 'a {
    let delayed = members
        .iter()
        .filter(move |member| !is_at_once(asked, member));
    // Of a packet and its copy the faster one is seen first, which says nothing of the jitter.
    let is_copied = move |member: &&Member<'_>| {
        let outcome = member.passage.outcome;
        asked.jitter.is_some() && matches!(outcome, Outcome::Arrived { again: 1.., .. })
    };
    delayed
        .filter(move |member| !is_copied(member))
        .filter_map(|member| {
            let arrived = member.passage.arrived()?;
            let sent = member.passage.at;
            Some((sent, arrived.saturating_sub(sent)))
        })
}

/// Below this delay a packet has been sent at once, where reordering is asked for and the others'
/// delays are long enough to tell.
pub(super) fn at_once_below(asked: &Impairments) -> Option<u64> {
    asked.reorder?;
    let delay = u64::try_from(asked.delay.as_nanos()).unwrap_or(u64::MAX);
    let shortest = asked.jitter.map_or(delay, |jitter| jitter.delay(delay, 0));
    (shortest >= 4 * EARLY).then_some(shortest / 2)
}

/// Whether those sent at once can't be told from those delayed, and so are among the delays.
pub(super) fn hides_those_at_once(asked: &Impairments) -> bool {
    asked.reorder.is_some() && at_once_below(asked).is_none()
}

pub(super) fn is_at_once(asked: &Impairments, member: &Member<'_>) -> bool {
    let left = member.passage.left();
    match (at_once_below(asked), left) {
        (Some(below), Some(left)) => left.saturating_sub(member.passage.at) < below,
        _ => false,
    }
}

/// Packets that arrived before one that had been sent before them.
fn overtaking(members: &[Member<'_>]) -> u64 {
    let mut latest = 0;
    let mut overtaking = 0;
    for arrived in members.iter().filter_map(|member| member.passage.arrived()) {
        overtaking += u64::from(arrived < latest);
        latest = latest.max(arrived);
    }
    overtaking
}

fn largest(member: &Member<'_>) -> Option<u32> {
    match member.passage.outcome {
        Outcome::Missing | Outcome::UnderWay => None,
        Outcome::Arrived { .. } | Outcome::Corrupted { .. } => Some(member.passage.length),
        Outcome::Pieces { largest, .. } => Some(largest),
    }
}

fn statistics(sorted: &[u64]) -> Option<Delay> {
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let n = sorted.len();
    let mean = sorted.iter().map(|delay| *delay as f64).sum::<f64>() / n as f64;
    let squares = sorted.iter().map(|delay| (*delay as f64 - mean).powi(2));
    Some(Delay {
        count: n as u64,
        min,
        median: sorted[(n - 1) / 2],
        p99: sorted[(n * 99).div_ceil(100) - 1],
        max,
        deviation: (squares.sum::<f64>() / n as f64).sqrt() as u64,
    })
}
