//! How long packets took, compared with the delay and the jitter asked for.

use super::{
    EARLY, ENOUGH, HARDLY_LATE, IMPROBABLE, LATE, PAUSE,
    group::Group,
    measure::{self, hides_those_at_once},
    rate,
};
use crate::{model::link::ProofState, statistics::band};
use scenario::impairment::{Impairments, Jitter};
use std::collections::BTreeMap;

fn nanos(asked: &Impairments) -> u64 {
    u64::try_from(asked.delay.as_nanos()).unwrap_or(u64::MAX)
}

/// None must be early, three of four not very late, and the shortest hardly late: that a machine was
/// busy explains why some packets are late, not why all are.
pub(super) fn asked_for(group: &Group<'_>, sorted: &[u64]) -> ProofState {
    let asked = &group.asked;
    if hides_those_at_once(asked) || (asked.rate.is_some() && asked.jitter.is_some()) {
        return ProofState::Indistinct;
    }
    if sorted.len() < ENOUGH {
        return ProofState::TooFew;
    }
    let n = asked
        .jitter
        .map_or(sorted.len() as f64, |jitter| independent(jitter, sorted));
    // The delay asked for below which that share of all packets is.
    let below = |share: f64| match asked.jitter {
        None => nanos(asked),
        Some(jitter) => {
            let draw = (share.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u32;
            jitter.delay(nanos(asked), draw)
        }
    };
    // Quantiles of few delays that vary may lie some way from those of all.
    let apart = band(n, IMPROBABLE);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let is_early = |delay: u64, asked: u64| delay.saturating_add(EARLY) < asked;
    // Nothing makes a packet early, but that it was sent at once and is late, where that was asked for.
    let is_any_early = asked.reorder.is_none() && is_early(sorted[0], below(0.0));
    if is_any_early || is_early(at(0.5), below(0.5 - apart)) {
        return ProofState::Refuted;
    }
    // That all of so many are longer than this is improbable.
    let shortest = below(1.0 - IMPROBABLE.powf(1.0 / n));
    // By moments, as a pause makes all late that are sent in one: how many delays three of four stay below.
    let moments: Vec<u64> = moments(group).into_values().map(three_of_four).collect();
    // With a rate packets wait for others, too, which the first one may not have met.
    let (least_late, met) = match rate::lateness(asked, &group.members) {
        Some(lateness) => (lateness.least, lateness.moments),
        None => (sorted[0].saturating_sub(shortest), moments.len()),
    };
    let most = below(0.75 + apart);
    let latest = most.saturating_add(LATE.max(most / 10));
    let late = moments.iter().filter(|delay| **delay > latest).count();
    let is_late = asked.rate.is_none() && at(0.75) > latest && three_of_four(moments) > latest;
    let is_prompt = least_late <= HARDLY_LATE.max(shortest / 20);
    // So few pauses are all it takes.
    let may_be_pauses = least_late <= PAUSE && met < ENOUGH
        || is_prompt && late < ENOUGH && at(0.75) <= most.saturating_add(PAUSE);
    if is_prompt && !is_late {
        ProofState::Proven
    } else if may_be_pauses {
        ProofState::TooFew
    } else if asked.rate.is_some() && group.phase.is_some_and(|phase| phase.number > 0) {
        // What the phase before had left in the queue went first.
        ProofState::Indistinct
    } else {
        ProofState::Refuted
    }
}

/// The delays of packets by the moments in which they were sent, each as long as a pause of a busy machine.
fn moments(group: &Group<'_>) -> BTreeMap<u64, Vec<u64>> {
    let mut moments: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (sent, delay) in measure::timed(&group.asked, &group.members) {
        moments.entry(sent / PAUSE).or_default().push(delay);
    }
    moments
}

/// Below which three of four delays stay; 0 of none.
fn three_of_four(mut delays: Vec<u64>) -> u64 {
    delays.sort_unstable();
    let place = (delays.len().saturating_sub(1) as f64 * 0.75) as usize;
    delays.get(place).copied().unwrap_or_default()
}

/// As many independent delays as these tell as much as: repeated draws tell less than new ones.
fn independent(jitter: Jitter, sorted: &[u64]) -> f64 {
    let repeats = jitter.correlation.fraction();
    sorted.len() as f64 * (1.0 - repeats) / (1.0 + repeats)
}

/// All delays against the distribution asked for, each allowed to be a little early or late, and one of
/// ten more.
pub(super) fn spread(asked: &Impairments, jitter: Jitter, sorted: &[u64]) -> ProofState {
    if asked.rate.is_some() || hides_those_at_once(asked) {
        return ProofState::Indistinct;
    }
    let n = independent(jitter, sorted);
    if n < 30.0 {
        return ProofState::TooFew;
    }
    let delay = nanos(asked);
    let band = band(n, IMPROBABLE);
    // The share of delays asked for that are at most that long; the quantile function is monotonic.
    let asked_below = |value: u64| {
        let (mut low, mut high) = (0_u64, 1_u64 << 32);
        while low < high {
            let middle = (low + high) / 2;
            if jitter.delay(delay, middle as u32) <= value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low as f64 / 4_294_967_296.0
    };
    let middle = jitter.delay(delay, 1 << 31);
    if asked_below(middle.saturating_add(EARLY)) + band >= 1.0 {
        // So little jitter could not be told from none.
        return ProofState::TooFew;
    }
    let late = LATE.max(delay / 10);
    let total = sorted.len() as f64;
    let fits = sorted.iter().enumerate().all(|(place, value)| {
        let (below, upto) = (place as f64 / total, (place + 1) as f64 / total);
        let not_early = upto <= asked_below(value.saturating_add(EARLY)) + band;
        // None can be earlier than at once, and of truncated delays many are that.
        let asked_before = value.checked_sub(late).map_or(0.0, asked_below);
        // One of ten may be as late as it likes.
        let not_late = below >= asked_before * 0.9 - band;
        not_early && not_late
    });
    ProofState::of(fits)
}
