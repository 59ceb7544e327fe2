//! Luck that may be that of the packet before.

use crate::chance::{Draws, Place, happens};
use scenario::units::Percent;

/// One kind of luck from packet to packet. What is passed on is the draw, not what came of it:
/// so luck of each packet is uniform, whatever the correlation, and a share means what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    fresh: Place,
    again: Place,
    correlation: Percent,
    /// The luck of the newest packet; only kept up where the next one may have the same.
    newest: Option<u64>,
}

impl Chain {
    pub(crate) fn new(fresh: Place, again: Place) -> Self {
        Self {
            fresh,
            again,
            correlation: Percent::ZERO,
            newest: None,
        }
    }

    /// From now on luck is that of the packet before with this probability. `newest` are the draws
    /// of the packet before, if there was one.
    pub(crate) fn correlate(&mut self, correlation: Percent, newest: Option<&Draws>) {
        if self.correlation.is_zero() {
            self.newest = newest.map(|draws| draws.at(self.fresh));
        }
        self.correlation = correlation;
    }

    /// The last place among a packet's draws that this needs.
    pub(crate) fn last_place(&self) -> Place {
        if self.correlation.is_zero() {
            self.fresh
        } else {
            self.again
        }
    }

    /// The luck of the packet that drew this, which becomes the newest.
    pub(crate) fn step(&mut self, draws: &Draws) -> u64 {
        let luck = self.follow(draws, self.fresh, self.again);
        self.newest = Some(luck);
        luck
    }

    /// The luck of the newest packet's copy, which draws at these places. Nobody follows it.
    pub(crate) fn follow(&self, draws: &Draws, fresh: Place, again: Place) -> u64 {
        match self.newest {
            Some(newest) if happens(self.correlation, draws.at(again)) => newest,
            _ => draws.at(fresh),
        }
    }
}
