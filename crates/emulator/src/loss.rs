//! Which packets are lost.

use crate::{
    chain::Chain,
    chance::{Draws, Place, happens},
};
use scenario::{
    impairment::{GilbertElliott, Loss},
    units::Percent,
};

/// What decides which packets are lost.
#[derive(Debug)]
pub(crate) struct Losses {
    asked: Loss,
    luck: Chain,
    /// Whether the link of the Gilbert-Elliott model is in its bad state.
    bad: bool,
}

impl Losses {
    pub(crate) fn new() -> Self {
        Self {
            asked: Loss::None,
            luck: Chain::new(Place::Loss, Place::LossAgain),
            bad: false,
        }
    }

    /// Asks for other losses. `newest` are the draws of the newest packet, if there was one.
    pub(crate) fn change(&mut self, loss: &Loss, newest: Option<&Draws>) {
        self.asked = loss.clone();
        let correlation = match loss {
            Loss::Independent(chance) => chance.correlation,
            Loss::None | Loss::GilbertElliott(_) | Loss::Packets(_) => Percent::ZERO,
        };
        self.luck.correlate(correlation, newest);
    }

    /// The last place among a packet's draws that this needs.
    pub(crate) fn last_place(&self) -> Option<Place> {
        match &self.asked {
            Loss::None | Loss::Packets(_) => None,
            Loss::Independent(_) => Some(self.luck.last_place()),
            Loss::GilbertElliott(_) => Some(Place::LossAgain),
        }
    }

    /// Whether packet `number`, counted from 0, is lost.
    pub(crate) fn hit(&mut self, number: u64, draws: &Draws) -> bool {
        match &self.asked {
            Loss::None => false,
            Loss::Independent(chance) => happens(chance.share, self.luck.step(draws)),
            Loss::Packets(numbers) => numbers.contains(&(number + 1)),
            Loss::GilbertElliott(model) => {
                let bad = self.bad;
                self.bad = next_is_bad(*model, bad, draws);
                let share = if bad { model.bad_loss } else { model.good_loss };
                happens(share, draws.at(Place::Loss))
            }
        }
    }
}

fn next_is_bad(model: GilbertElliott, bad: bool, draws: &Draws) -> bool {
    let draw = draws.at(Place::LossAgain);
    if bad {
        !happens(model.r, draw)
    } else {
        happens(model.p, draw)
    }
}
