//! The seeded link emulator: what becomes of each packet, without a clock or I/O.
//!
//! [`Emulator::offer`] takes a packet that enters the link, [`Emulator::next_due`] tells when
//! something is to happen next, and [`Emulator::take`] hands out the packets whose time has come.
//! Whoever drives it brings the clock: a user-space link a real one, the simulation a virtual one.
//! What a router with a smaller MTU makes of packets is [`hop`]'s; the emulator looks into none. A
//! host's link is made of several: [`lanes`].
//!
//! The fate of packet *n* follows from the seed, the link's name and *n* alone: not from time, nor
//! from the machine (all arithmetic is of integers). Packets are counted from 0 in the order in
//! which they are offered. Only what the link holds depends on time: whether the queue is full, and
//! how long the rate keeps a packet.
//!
//! | impairment | as here |
//! |---|---|
//! | duplicate, corrupt, reorder, jitter | each by draws of its own: asking for one more, or losing or dropping packets, changes no other choice |
//! | correlation | the luck of the packet before, with that probability: the share stays what it is |
//! | a duplicated packet | its copy comes right behind it, with a delay, a flipped bit and a place in the queue of its own; it is neither lost, nor duplicated again, nor sent at once |
//! | one that is both duplicated and lost | leaves once (as with the kernel's netem), and counts as both |
//! | one that is sent at once | waits neither for its delay nor for the rate (as with the kernel's netem); `gap` counts all packets offered, those lost included |
//! | rate | a packet leaves when its delay is over, the one before it has left, and its own bytes have been sent: so jitter reorders nothing |
//! | queue | everything offered that has not left holds its place, whether or not the driver took it in time |

mod chain;
mod chance;
mod choice;
mod held;
pub mod hop;
pub mod lanes;
mod line;
mod loss;
mod packet;
#[cfg(test)]
mod tests;

pub use packet::{Counters, Fate, Flip, Leaving};

use chance::Source;
use choice::{Choice, Choices};
use held::Held;
use line::Line;
use scenario::impairment::Impairments;

/// A point in time, or a span of it, in nanoseconds of the driver's clock.
pub type Nanos = u64;

/// One link. `P` is what a packet is to the driver: bytes, or a handle.
#[derive(Debug)]
pub struct Emulator<P> {
    source: Source,
    choices: Choices,
    line: Line,
    held: Held<P>,
    /// What has been counted so far, but for what is under way.
    counters: Counters,
}

impl<P> Emulator<P> {
    /// A link named `link` with these impairments. MTUs are not the emulator's: an interface has
    /// one, and [`hop`] the path's.
    pub fn new(impairments: &Impairments, seed: u64, link: &str) -> Self {
        let mut emulator = Self {
            source: Source::new(seed, link),
            choices: Choices::new(),
            line: Line::new(),
            held: Held::new(),
            counters: Counters::default(),
        };
        emulator.change(impairments);
        emulator
    }

    /// Asks other impairments of the link from now on. What is under way stays so, packets are
    /// counted on, and what a packet's fate owes to the packets before it is kept.
    pub fn change(&mut self, impairments: &Impairments) {
        let newest = self.counters.offered.checked_sub(1);
        let draws = newest.map(|number| self.source.all_draws(number));
        self.choices.change(impairments, draws.as_ref());
        self.line.change(impairments);
        self.held.limit(impairments.queue);
    }

    /// Takes a packet of `length` bytes (the IP packet) that enters the link at `now`, which is
    /// never before an earlier packet's. Where the link duplicates it, `copy` makes the second one;
    /// it is called only when that one has a place.
    pub fn offer(
        &mut self,
        now: Nanos,
        packet: P,
        length: usize,
        copy: impl FnOnce(&P) -> P,
    ) -> Fate<P> {
        let number = self.counters.offered;
        let draws = self.source.draws(number, self.choices.last_place());
        let choice = self.choices.next(number, &draws);
        self.counters.offered += 1;
        self.counters.lost += u64::from(choice.is_lost);
        self.counters.duplicated += u64::from(choice.is_duplicated);
        if choice.is_lost && !choice.is_duplicated {
            return Fate::Lost(packet);
        }
        let leaves_twice = choice.is_duplicated && !choice.is_lost;
        if !self.held.has_room(now, length, 1) {
            self.counters.dropped += 1 + u64::from(leaves_twice);
            return Fate::Dropped(packet);
        }
        if leaves_twice {
            let second = if self.held.has_room(now, length, 2) {
                Some(copy(&packet))
            } else {
                self.counters.dropped += 1;
                None
            };
            self.hold(now, packet, length, choice);
            if let Some(second) = second {
                let choice = self.choices.copy(&self.source.all_draws(number));
                self.hold(now, second, length, choice);
            }
        } else {
            self.hold(now, packet, length, choice);
        }
        Fate::UnderWay
    }

    /// Counts a packet that does not come to the link although it was meant for it: the fates of
    /// those behind it are what they would have been.
    pub fn skip(&mut self) {
        let number = self.counters.offered;
        let draws = self.source.draws(number, self.choices.last_place());
        self.choices.next(number, &draws);
        self.counters.offered += 1;
    }

    /// When the next packet leaves the link; `None` when none is under way.
    pub fn next_due(&self) -> Option<Nanos> {
        self.held.next_due()
    }

    /// The next packet that has left the link by `now`. Packets that leave at the same time leave
    /// in the order in which they came.
    pub fn take(&mut self, now: Nanos) -> Option<Leaving<P>> {
        self.held.take(now)
    }

    /// How many packets the link has seen.
    pub fn counters(&self) -> Counters {
        Counters {
            under_way: self.held.len() as u64,
            ..self.counters
        }
    }

    fn hold(&mut self, now: Nanos, packet: P, length: usize, choice: Choice) {
        self.counters.corrupted += u64::from(choice.flip.is_some());
        self.counters.reordered += u64::from(choice.is_sent_at_once);
        let due = if choice.is_sent_at_once {
            now
        } else {
            self.line.send(now, length, choice.jitter)
        };
        self.held.put(due, length, packet, choice.flip);
    }
}
