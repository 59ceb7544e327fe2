//! How fast packets left while they were waiting for a rate.

use super::{
    ENOUGH, PAUSE,
    group::Member,
    measure::{hides_those_at_once, is_at_once},
};
use scenario::impairment::{Impairments, RateLimit};
use std::collections::BTreeSet;

/// Packets that left one behind the other without a pause, by the model of the rate asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    packets: usize,
    /// Bits of all but the first packet, overhead included.
    bits: u64,
    /// When the first and the last one arrived.
    from: u64,
    until: u64,
}

impl Stretch {
    fn nanos(self) -> u64 {
        self.until.saturating_sub(self.from)
    }

    /// Bits a second; none for too short a stretch.
    pub(super) fn rate(self) -> Option<u64> {
        let nanos = self.nanos();
        if self.packets < 2 * ENOUGH || nanos == 0 {
            return None;
        }
        let rate = u128::from(self.bits) * 1_000_000_000 / u128::from(nanos);
        u64::try_from(rate).ok()
    }

    /// How far the rate may be off for its ends' times being uncertain by so many ns.
    pub(super) fn uncertainty(self, nanos: u64) -> f64 {
        nanos as f64 / self.nanos().max(1) as f64
    }
}

/// The bits a second that left in the longest stretch.
pub(super) fn measured(asked: &Impairments, members: &[Member<'_>]) -> Option<u64> {
    longest_stretch(asked, members)?.rate()
}

/// How late packets arrived by the model of the rate asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lateness {
    /// Of the packet that was least late, in ns.
    pub(super) least: u64,
    /// In how many moments, each as long as a pause of a busy machine, those were sent that waited for no
    /// other. Who waits for a packet that is late is as late as it is, however many they are.
    pub(super) moments: usize,
}

/// None where nothing arrived, or those that were sent at once can't be told from the others.
pub(super) fn lateness(asked: &Impairments, members: &[Member<'_>]) -> Option<Lateness> {
    let (mut least, mut moments) = (None::<u64>, BTreeSet::new());
    for one in departures(asked, members)? {
        let late = one.arrived.saturating_sub(one.free);
        least = Some(least.map_or(late, |least| least.min(late)));
        if !one.waited {
            moments.insert(one.ready / PAUSE);
        }
    }
    Some(Lateness {
        least: least?,
        moments: moments.len(),
    })
}

/// The longest stretch in which packets were waiting for the rate; none where others that were sent at
/// once, past the rate, can't be told from them.
pub(super) fn longest_stretch(asked: &Impairments, members: &[Member<'_>]) -> Option<Stretch> {
    let mut longest = Stretch::default();
    let mut stretch = Stretch::default();
    for one in departures(asked, members)? {
        if one.waited && stretch.packets > 0 {
            stretch.packets += 1;
            stretch.bits += one.bits;
            stretch.until = one.arrived;
        } else {
            stretch = Stretch {
                packets: 1,
                bits: 0,
                from: one.arrived,
                until: one.arrived,
            };
        }
        if stretch.nanos() > longest.nanos() {
            longest = stretch;
        }
    }
    Some(longest)
}

/// A packet that leaves at the rate asked for, by its model: after the delay one goes behind the other.
struct Departure {
    /// Whether another one was still leaving when it was ready.
    waited: bool,
    bits: u64,
    /// When it is ready to leave, by the delay asked for.
    ready: u64,
    /// When it has left, and when it arrived.
    free: u64,
    arrived: u64,
}

/// All that left; none where those that were sent at once, past the rate, can't be told from the others.
fn departures<'a>(
    asked: &'a Impairments,
    members: &'a [Member<'a>],
) -> Option<impl Iterator<Item = Departure> + 'a> {
    let rate = asked.rate.filter(|_| !hides_those_at_once(asked))?;
    let delay = u64::try_from(asked.delay.as_nanos()).unwrap_or(u64::MAX);
    let waiting = members.iter().filter(|member| !is_at_once(asked, member));
    let mut free = 0;
    Some(transmissions(waiting).map(move |(sent, arrived, length)| {
        let ready = sent.saturating_add(delay);
        let bits = bits(rate, length);
        let took = bits.saturating_mul(1_000_000_000) / rate.rate.bits_per_second().max(1);
        let waited = ready < free;
        free = free.max(ready).saturating_add(took);
        Departure {
            waited,
            bits,
            ready,
            free,
            arrived,
        }
    }))
}

/// Packets that left, copies included: when sent, when arrived, bytes.
fn transmissions<'a>(
    members: impl Iterator<Item = &'a Member<'a>>,
) -> impl Iterator<Item = (u64, u64, u32)> {
    members.flat_map(|member| {
        let passage = member.passage;
        let left = passage
            .left()
            .map(|left| (passage.at, left, passage.length));
        left.into_iter()
            .flat_map(move |one| std::iter::repeat_n(one, 1 + passage.copies() as usize))
    })
}

fn bits(rate: RateLimit, length: u32) -> u64 {
    let bytes = i64::from(length) + i64::from(rate.overhead);
    8 * bytes.max(0).unsigned_abs()
}
