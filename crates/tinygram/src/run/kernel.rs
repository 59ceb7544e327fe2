//! Runs in Linux kernels: this one, or one of their own.

mod choose;
mod elsewhere;
mod obstacle;
mod play;
mod signals;

use super::{
    progress::Bar,
    stage::{PlayError, Stage},
};
use analysis::Analysis;
use backend::{Backend, coordinator::Interrupter};

pub(super) use choose::{Place, choose, gather};
pub(super) use elsewhere::run as elsewhere;

/// Plays runs in this kernel.
pub(super) struct Player {
    backend: Box<dyn Backend>,
    interrupter: Interrupter,
}

impl Player {
    /// Plays on that backend until it is interrupted.
    pub(super) fn new(backend: Box<dyn Backend>, interrupter: Interrupter) -> Self {
        Self {
            backend,
            interrupter,
        }
    }

    pub(super) fn play(&self, stage: &Stage<'_>, bar: &Bar) -> Result<Analysis, PlayError> {
        play::play(stage, self.backend.as_ref(), &self.interrupter, bar)
    }
}
