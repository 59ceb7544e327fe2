//! The seeded link emulator: what becomes of each packet, without a clock or I/O.
//!
//! [`Emulator::offer`] takes a packet that enters the link, [`Emulator::next_due`] tells when
//! something is to happen next, and [`Emulator::take`] hands out the packets whose time has come.
//! Whoever drives it brings the clock: a user-space link a real one, the simulation a virtual one.
//!
//! The fate of packet *n* follows from the seed, the link's name and *n* alone: not from time, nor
//! from the fates of others, nor from the machine (all draws are integers). Packets are counted
//! from 0 in the order in which they are offered.

mod chance;

use chance::Chance;
use scenario::impairment::{Impairments, Loss};
use std::{cmp::Reverse, collections::BinaryHeap};

/// A point in time, or a span of it, in nanoseconds of the driver's clock.
pub type Nanos = u64;

/// One link. `P` is what a packet is to the driver: bytes, or a handle.
#[derive(Debug)]
pub struct Emulator<P> {
    delay: Nanos,
    loss: Loss,
    chance: Chance,
    offered: u64,
    lost: u64,
    under_way: BinaryHeap<Reverse<Departure<P>>>,
}

/// What became of a packet that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate<P> {
    /// It is on its way.
    UnderWay,
    /// It is lost because the link was asked to; here it is back.
    Lost(P),
    /// It is dropped because the queue is full; here it is back.
    Dropped(P),
}

/// A packet that leaves the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving<P> {
    /// The packet, as it was offered.
    pub packet: P,
    /// The bit that the driver is to flip, if any.
    pub flip: Option<Flip>,
}

/// Which bit of a packet is flipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip(u64);

impl Flip {
    /// The bit's place in a packet of that many bits; 0 in an empty one.
    pub fn bit(self, bits: usize) -> usize {
        self.0.checked_rem(bits as u64).unwrap_or(0) as usize
    }
}

/// How many packets a link has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Offered in all.
    pub offered: u64,
    /// Of these, lost because the link was asked to.
    pub lost: u64,
    /// Copies made because the link was asked to.
    pub duplicated: u64,
    /// Of all these, dropped because the queue was full.
    pub dropped: u64,
    /// Of all these, with a flipped bit.
    pub corrupted: u64,
    /// Of those offered, sent at once, past others.
    pub reordered: u64,
    /// Still under way.
    pub under_way: u64,
}

impl<P> Emulator<P> {
    /// A link named `link` with these impairments. MTU is not the emulator's: an interface has it.
    pub fn new(impairments: &Impairments, seed: u64, link: &str) -> Self {
        Self {
            // A delay of 584 years is as good as any longer one.
            delay: Nanos::try_from(impairments.delay.as_nanos()).unwrap_or(Nanos::MAX),
            loss: impairments.loss.clone(),
            chance: Chance::new(seed, link),
            offered: 0,
            lost: 0,
            under_way: BinaryHeap::new(),
        }
    }

    /// Asks other impairments of the link from now on. What is under way stays so, packets are
    /// counted on, and what a packet's fate owes to the packets before it is kept.
    pub fn change(&mut self, impairments: &Impairments) {
        self.delay = Nanos::try_from(impairments.delay.as_nanos()).unwrap_or(Nanos::MAX);
        self.loss = impairments.loss.clone();
    }

    /// Takes a packet of `length` bytes (the IP packet) that enters the link at `now`. Where the
    /// link duplicates it, `copy` makes the second one.
    pub fn offer(
        &mut self,
        now: Nanos,
        packet: P,
        length: usize,
        copy: impl FnOnce(&P) -> P,
    ) -> Fate<P> {
        let _ = (length, copy);
        let number = self.offered;
        self.offered += 1;
        let mut draws = self.chance.draws(number);
        // Every packet draws for every impairment, asked for or not, so that adding one to a
        // scenario leaves the others' choices as they were.
        let lost = draws.happens(match self.loss {
            Loss::None => scenario::units::Percent::ZERO,
            Loss::Independent(chance) => chance.share,
            _ => scenario::units::Percent::ZERO,
        });
        if lost {
            self.lost += 1;
            return Fate::Lost(packet);
        }
        let due = now.saturating_add(self.delay);
        self.under_way.push(Reverse(Departure {
            due,
            number,
            packet,
        }));
        Fate::UnderWay
    }

    /// When the next packet leaves the link; `None` when none is under way.
    pub fn next_due(&self) -> Option<Nanos> {
        self.under_way
            .peek()
            .map(|Reverse(departure)| departure.due)
    }

    /// The next packet that has left the link by `now`. Packets that leave at the same time leave
    /// in the order in which they came.
    pub fn take(&mut self, now: Nanos) -> Option<Leaving<P>> {
        if self.next_due()? > now {
            return None;
        }
        self.under_way.pop().map(|Reverse(departure)| Leaving {
            packet: departure.packet,
            flip: None,
        })
    }

    /// How many packets the link has seen.
    pub fn counters(&self) -> Counters {
        Counters {
            offered: self.offered,
            lost: self.lost,
            duplicated: 0,
            dropped: 0,
            corrupted: 0,
            reordered: 0,
            under_way: self.under_way.len() as u64,
        }
    }
}

#[derive(Debug)]
struct Departure<P> {
    due: Nanos,
    number: u64,
    packet: P,
}

impl<P> Departure<P> {
    fn key(&self) -> (Nanos, u64) {
        (self.due, self.number)
    }
}

impl<P> PartialEq for Departure<P> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<P> Eq for Departure<P> {}

impl<P> PartialOrd for Departure<P> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Departure<P> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

#[cfg(test)]
mod tests;
