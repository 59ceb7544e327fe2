//! Which packets are lost.

use crate::{
    chain::Chain,
    chance::{Draws, Purpose, is_below},
};
use scenario::impairment::{GilbertElliott, Loss};

/// Loses packets; what a packet's fate owes to those before it is remembered here.
#[derive(Debug)]
pub(crate) struct Losses {
    chain: Chain,
    is_bad: bool,
}

impl Losses {
    pub(crate) fn new() -> Self {
        Self {
            chain: Chain::new(Purpose::Loss, Purpose::LossRepeats),
            is_bad: false,
        }
    }

    /// Whether packet `number`, counted from 0, is lost. To be asked of every packet in turn.
    pub(crate) fn takes(&mut self, loss: &Loss, number: u64, draws: Draws) -> bool {
        match loss {
            Loss::None => false,
            Loss::Independent(chance) => self.chain.happens(draws, *chance),
            Loss::GilbertElliott(model) => self.by_state(model, draws),
            // The scenario counts from 1.
            Loss::Packets(numbers) => numbers.contains(&(number + 1)),
        }
    }

    /// The packet meets the state; then the state changes, or stays.
    fn by_state(&mut self, model: &GilbertElliott, draws: Draws) -> bool {
        let (lost, change) = if self.is_bad {
            (model.bad_loss, model.r)
        } else {
            (model.good_loss, model.p)
        };
        self.is_bad ^= draws.happens(Purpose::StateChanges, change);
        is_below(draws.draw(Purpose::Loss), lost)
    }
}
