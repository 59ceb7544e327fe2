//! Chance with a memory.

use crate::chance::{Draws, Purpose, is_below};
use scenario::{impairment::Chance, units::Percent};

/// Draws of which each is, with the probability of the correlation, the one before it again. So
/// luck comes in bursts, and each packet's luck alone is what it would be without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    fresh: Purpose,
    repeats: Purpose,
    last: Option<u64>,
}

impl Chain {
    pub(crate) fn new(fresh: Purpose, repeats: Purpose) -> Self {
        Self {
            fresh,
            repeats,
            last: None,
        }
    }

    /// The packet's draw.
    pub(crate) fn draw(&mut self, draws: Draws, correlation: Percent) -> u64 {
        let draw = match self.last {
            Some(last) if draws.happens(self.repeats, correlation) => last,
            _ => draws.draw(self.fresh),
        };
        self.last = Some(draw);
        draw
    }

    /// Whether it happens to the packet.
    pub(crate) fn happens(&mut self, draws: Draws, chance: Chance) -> bool {
        if chance.is_never() {
            self.last = None;
            return false;
        }
        is_below(self.draw(draws, chance.correlation), chance.share)
    }
}
