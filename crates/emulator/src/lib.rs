//! The seeded link emulator: what becomes of each packet, without a clock or I/O.
//!
//! [`Emulator::offer`] takes a packet that enters the link, [`Emulator::next_due`] tells when
//! something is to happen next, and [`Emulator::take`] hands out the packets whose time has come.
//! Whoever drives it brings the clock: a user-space link a real one, the simulation a virtual one.
//!
//! What chance decides of packet *n* follows from the seed, the link's name and *n* alone: not from
//! time, nor from which other impairments there are, nor from the machine (all draws are integers).
//! Packets are counted in the order in which they are offered. Only what the queue drops and when a
//! rate lets packets go depends on time, and it changes nobody's chance.
//!
//! The order of events is netem's (net/sched/sch_netem.c): a packet may be duplicated and may be
//! lost, and one to which both happens leaves once; then it may be corrupted; then there must be
//! room in the queue; then it is sent at once or delayed; and a rate lets delayed packets go one
//! after the other. A copy has a delay of its own, leaves intact and is not copied again.
//!
//! [`hop`] is the router that a link may have in front: it has a path MTU.

mod chain;
mod chance;
pub mod hop;
mod line;
mod loss;
mod packet;

pub use packet::{Counters, Fate, Flip, Leaving};

use chain::Chain;
use chance::{Chance, Draws, Purpose};
use line::Line;
use loss::Losses;
use scenario::impairment::{Impairments, Queue, RateLimit};

/// A point in time, or a span of it, in nanoseconds of the driver's clock.
pub type Nanos = u64;

/// One link. `P` is what a packet is to the driver: bytes, or a handle.
#[derive(Debug)]
pub struct Emulator<P> {
    impairments: Impairments,
    delay: Nanos,
    chance: Chance,
    losses: Losses,
    duplicate: Chain,
    corrupt: Chain,
    reorder: Chain,
    jitter: Chain,
    /// Packets delayed since the last that was sent at once.
    delayed: u32,
    /// When the newest packet leaves that the rate has let go.
    rate_free: Nanos,
    line: Line<P>,
    counters: Counters,
}

impl<P> Emulator<P> {
    /// A link named `link` with these impairments. Its MTUs are not the emulator's: an interface
    /// has the one, a [`hop`] the other.
    pub fn new(impairments: &Impairments, seed: u64, link: &str) -> Self {
        Self {
            impairments: impairments.clone(),
            delay: nanos(impairments),
            chance: Chance::new(seed, link),
            losses: Losses::new(),
            duplicate: Chain::new(Purpose::Duplicate, Purpose::DuplicateRepeats),
            corrupt: Chain::new(Purpose::Corrupt, Purpose::CorruptRepeats),
            reorder: Chain::new(Purpose::Reorder, Purpose::ReorderRepeats),
            jitter: Chain::new(Purpose::Jitter, Purpose::JitterRepeats),
            delayed: 0,
            rate_free: 0,
            line: Line::new(),
            counters: Counters::default(),
        }
    }

    /// Asks other impairments of the link from now on. What is under way stays so, packets are
    /// counted on, and what a packet's fate owes to the packets before it is kept.
    pub fn change(&mut self, impairments: &Impairments) {
        self.impairments = impairments.clone();
        self.delay = nanos(impairments);
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
        let Luck {
            draws,
            duplicate,
            lost,
            corrupt,
            at_once,
            delay,
        } = self.next_luck();
        if lost && !duplicate {
            self.counters.lost += 1;
            return Fate::Lost(packet);
        }
        let duplicate = duplicate && !lost;
        self.counters.duplicated += u64::from(duplicate);
        let first_fits = self.has_room(length, 0);
        let second_fits = duplicate && self.has_room(length, usize::from(first_fits));
        // A copy that finds no room is not even made: it would have no owner to go back to.
        let second = second_fits.then(|| copy(&packet));
        self.counters.dropped += u64::from(!first_fits) + u64::from(duplicate && !second_fits);
        let fate = if first_fits {
            self.counters.corrupted += u64::from(corrupt);
            self.counters.reordered += u64::from(at_once);
            let due = if at_once {
                now
            } else {
                self.let_go(now.saturating_add(delay), length)
            };
            let flip = corrupt.then(|| Flip(draws.draw(Purpose::Flip)));
            self.line.push(due, length, Leaving { packet, flip });
            Fate::UnderWay
        } else {
            Fate::Dropped(packet)
        };
        if let Some(packet) = second {
            let delay = self.delay_of_copy(draws);
            let due = self.let_go(now.saturating_add(delay), length);
            self.line.push(due, length, Leaving { packet, flip: None });
        }
        fate
    }

    /// Counts a packet that does not come to the link although it was meant for it: the fates of
    /// those behind it are what they would have been.
    pub fn skip(&mut self) {
        self.next_luck();
    }

    /// When the next packet leaves the link; `None` when none is under way.
    pub fn next_due(&self) -> Option<Nanos> {
        self.line.next_due()
    }

    /// The next packet that has left the link by `now`. Packets that leave at the same time leave
    /// in the order in which they came.
    pub fn take(&mut self, now: Nanos) -> Option<Leaving<P>> {
        if self.next_due()? > now {
            return None;
        }
        self.line.pop()
    }

    /// How many packets the link has seen.
    pub fn counters(&self) -> Counters {
        Counters {
            under_way: self.line.packets() as u64,
            ..self.counters
        }
    }

    /// What chance decides of the next packet. Every chain takes its step for every packet,
    /// whatever becomes of it.
    fn next_luck(&mut self) -> Luck {
        let number = self.counters.offered;
        self.counters.offered += 1;
        let draws = self.chance.draws(number);
        Luck {
            draws,
            duplicate: self.duplicate.happens(draws, self.impairments.duplicate),
            lost: self.losses.takes(&self.impairments.loss, number, draws),
            corrupt: self.corrupt.happens(draws, self.impairments.corrupt),
            at_once: self.goes_at_once(draws),
            delay: self.delay_of(draws),
        }
    }

    /// Whether the queue takes a packet of that length behind so many others of the same.
    fn has_room(&self, length: usize, others: usize) -> bool {
        match self.impairments.queue {
            None => true,
            Some(Queue::Packets(most)) => ((self.line.packets() + others) as u64) < u64::from(most),
            Some(Queue::Bytes(most)) => {
                let more = (length * (others + 1)) as u64;
                self.line.bytes().saturating_add(more) <= most
            }
        }
    }

    /// When a packet leaves that has been delayed until `ready`.
    fn let_go(&mut self, ready: Nanos, length: usize) -> Nanos {
        let Some(rate) = self.impairments.rate else {
            return ready;
        };
        self.rate_free = ready
            .max(self.rate_free)
            .saturating_add(transmission(rate, length));
        self.rate_free
    }

    fn goes_at_once(&mut self, draws: Draws) -> bool {
        let Some(reorder) = self.impairments.reorder else {
            self.delayed = 0;
            return false;
        };
        let lucky = self.reorder.happens(draws, reorder.chance);
        let may = self.delayed >= reorder.gap.saturating_sub(1);
        self.delayed = if lucky && may {
            0
        } else {
            self.delayed.saturating_add(1)
        };
        lucky && may
    }

    fn delay_of(&mut self, draws: Draws) -> Nanos {
        match self.impairments.jitter {
            None => self.delay,
            Some(jitter) => {
                let draw = self.jitter.draw(draws, jitter.correlation);
                jitter.delay(self.delay, (draw >> 32) as u32)
            }
        }
    }

    fn delay_of_copy(&self, draws: Draws) -> Nanos {
        match self.impairments.jitter {
            None => self.delay,
            Some(jitter) => {
                let draw = draws.draw(Purpose::JitterOfCopy);
                jitter.delay(self.delay, (draw >> 32) as u32)
            }
        }
    }
}

/// What chance decides of one packet.
struct Luck {
    draws: Draws,
    duplicate: bool,
    lost: bool,
    corrupt: bool,
    at_once: bool,
    delay: Nanos,
}

/// A delay of 584 years is as good as any longer one.
fn nanos(impairments: &Impairments) -> Nanos {
    Nanos::try_from(impairments.delay.as_nanos()).unwrap_or(Nanos::MAX)
}

/// How long a packet of `length` bytes takes at that rate.
fn transmission(rate: RateLimit, length: usize) -> Nanos {
    const BITS_NANOS: u128 = 8 * 1_000_000_000;
    let bytes = (length as i128 + i128::from(rate.overhead)).max(0) as u128;
    // A rate is never zero.
    let bits = u128::from(rate.rate.bits_per_second().max(1));
    Nanos::try_from(bytes * BITS_NANOS / bits).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests;
