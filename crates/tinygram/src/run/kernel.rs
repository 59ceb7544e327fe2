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
use backend::{
    Backend,
    coordinator::{Interrupter, LeadError},
};
use record::manifest::Outcome;

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

    pub(super) fn played(&self) {
        self.backend.played();
    }

    pub(super) fn play(&self, stage: &Stage<'_>, bar: &Bar) -> Result<Analysis, PlayError> {
        let played = play::play(stage, self.backend.as_ref(), &self.interrupter, bar);
        let broke = match &played {
            Ok(analysis) => analysis
                .run()
                .is_some_and(|run| matches!(run.outcome, Outcome::Broken { .. })),
            Err(_) => true,
        };
        let farewell = self.backend.farewell();
        if broke && self.interrupter.is_interrupted_within(farewell) {
            return Err(LeadError::Interrupted.into());
        }
        played
    }
}
