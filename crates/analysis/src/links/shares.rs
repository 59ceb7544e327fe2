//! What comes of a packet that may be lost, copied and damaged, all at once.

use super::{
    group::Group,
    proof::{ETHERNET, SOURCE, TYPE},
};
use scenario::impairment::Loss;

/// The shares of packets that are lost, copied and visibly damaged, each by chance of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    lost: f64,
    copied: f64,
    damaged: f64,
    /// Whether a copy can be lost, too: netem's can. The emulator's copy of a lost packet arrives.
    is_copy_lost: bool,
}

impl Shares {
    /// As a group was asked. Losses in bursts and by number are left out.
    pub(super) fn of(group: &Group<'_>) -> Self {
        let asked = &group.asked;
        let is_netem = group.engine == "netem";
        let seen = match is_netem {
            true => 1.0 - (TYPE + SOURCE) / (ETHERNET + group.mean_length()),
            false => 1.0,
        };
        Self {
            lost: match &asked.loss {
                Loss::Independent(loss) => loss.share.fraction(),
                _ => 0.0,
            },
            copied: asked.duplicate.share.fraction(),
            damaged: asked.corrupt.share.fraction() * seen,
            is_copy_lost: is_netem,
        }
    }

    /// Whether one has an influence on the others.
    pub(super) fn interfere(self) -> bool {
        self.lost > 0.0 || self.damaged > 0.0
    }

    /// Of what becomes one packet on the wire, and of what becomes two.
    fn on_the_wire(self) -> [f64; 2] {
        let (lost, copied) = (self.lost, self.copied);
        let copy = if self.is_copy_lost { lost } else { 0.0 };
        let two = copied * (1.0 - lost) * (1.0 - copy);
        let one_of_two = copied * (lost * (1.0 - copy) + (1.0 - lost) * copy);
        [(1.0 - copied) * (1.0 - lost) + one_of_two, two]
    }

    /// Of those that arrive whole, how many do so twice.
    pub(super) fn twice(self) -> f64 {
        let [one, two] = self.on_the_wire();
        let whole = 1.0 - self.damaged;
        let once_or_twice = one * whole + two * (1.0 - self.damaged.powi(2));
        two * whole.powi(2) / once_or_twice.max(f64::MIN_POSITIVE)
    }

    /// Of those that arrive, how many do so only damaged.
    pub(super) fn corrupted(self) -> f64 {
        let [one, two] = self.on_the_wire();
        let damaged = one * self.damaged + two * self.damaged.powi(2);
        damaged / (one + two).max(f64::MIN_POSITIVE)
    }
}
