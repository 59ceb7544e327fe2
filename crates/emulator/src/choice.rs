//! What a packet's draws mean.

use crate::{
    Flip,
    chain::Chain,
    chance::{Draws, Place, happens},
    loss::Losses,
};
use scenario::{
    impairment::{Impairments, Reorder},
    units::Percent,
};

/// What decides about packets, and what one's fate owes to those before it.
#[derive(Debug)]
pub(crate) struct Choices {
    losses: Losses,
    duplicate: Percent,
    duplicates: Chain,
    corrupt: Percent,
    corruptions: Chain,
    reorder: Option<Reorder>,
    reorders: Chain,
    /// Packets since the newest that was sent at once, or since the first of all.
    delayed: u32,
    jitters: Chain,
    last_place: Option<Place>,
}

/// What becomes of a packet as far as its number decides it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) is_lost: bool,
    pub(crate) is_duplicated: bool,
    /// Whether it is sent past those that are being delayed.
    pub(crate) is_sent_at_once: bool,
    pub(crate) flip: Option<Flip>,
    /// The luck of its jitter.
    pub(crate) jitter: u64,
}

impl Choices {
    pub(crate) fn new() -> Self {
        Self {
            losses: Losses::new(),
            duplicate: Percent::ZERO,
            duplicates: Chain::new(Place::Duplicate, Place::DuplicateAgain),
            corrupt: Percent::ZERO,
            corruptions: Chain::new(Place::Corrupt, Place::CorruptAgain),
            reorder: None,
            reorders: Chain::new(Place::Reorder, Place::ReorderAgain),
            delayed: 0,
            jitters: Chain::new(Place::Jitter, Place::JitterAgain),
            last_place: None,
        }
    }

    /// Asks for other impairments. `newest` are all draws of the newest packet, if there was one.
    pub(crate) fn change(&mut self, impairments: &Impairments, newest: Option<&Draws>) {
        self.losses.change(&impairments.loss, newest);
        self.duplicate = impairments.duplicate.share;
        self.duplicates
            .correlate(impairments.duplicate.correlation, newest);
        self.corrupt = impairments.corrupt.share;
        self.corruptions
            .correlate(impairments.corrupt.correlation, newest);
        self.reorder = impairments.reorder;
        let reorder = self.reorder.map_or(Percent::ZERO, |r| r.chance.correlation);
        self.reorders.correlate(reorder, newest);
        let jitter = impairments.jitter.map_or(Percent::ZERO, |j| j.correlation);
        self.jitters.correlate(jitter, newest);

        let asked = |is_asked: bool, place: Place| is_asked.then_some(place);
        self.last_place = [
            self.losses.last_place(),
            asked(!self.duplicate.is_zero(), self.duplicates.last_place()),
            asked(
                !self.corrupt.is_zero(),
                Place::Flip.max(self.corruptions.last_place()),
            ),
            asked(self.reorder.is_some(), self.reorders.last_place()),
            asked(impairments.jitter.is_some(), self.jitters.last_place()),
        ]
        .into_iter()
        .max()
        .flatten();
    }

    /// The last place among a packet's draws that matters, its copy's left out.
    pub(crate) fn last_place(&self) -> Option<Place> {
        self.last_place
    }

    /// What becomes of packet `number`, the next one. Everything is chosen, also for a packet that
    /// is lost: what the next ones owe to this one must not depend on it.
    pub(crate) fn next(&mut self, number: u64, draws: &Draws) -> Choice {
        let is_corrupted = happens(self.corrupt, self.corruptions.step(draws));
        Choice {
            is_lost: self.losses.hit(number, draws),
            is_duplicated: happens(self.duplicate, self.duplicates.step(draws)),
            is_sent_at_once: self.goes_past(draws),
            flip: is_corrupted.then(|| Flip::new(draws.at(Place::Flip))),
            jitter: self.jitters.step(draws),
        }
    }

    /// What becomes of the newest packet's copy: it is delayed and corrupted on its own, and that
    /// is all.
    pub(crate) fn copy(&self, draws: &Draws) -> Choice {
        let corrupt = self
            .corruptions
            .follow(draws, Place::CopyCorrupt, Place::CopyCorruptAgain);
        Choice {
            is_lost: false,
            is_duplicated: false,
            is_sent_at_once: false,
            flip: happens(self.corrupt, corrupt).then(|| Flip::new(draws.at(Place::CopyFlip))),
            jitter: self
                .jitters
                .follow(draws, Place::CopyJitter, Place::CopyJitterAgain),
        }
    }

    fn goes_past(&mut self, draws: &Draws) -> bool {
        let luck = self.reorders.step(draws);
        let goes = self.reorder.is_some_and(|reorder| {
            self.delayed >= reorder.gap.saturating_sub(1) && happens(reorder.chance.share, luck)
        });
        self.delayed = if goes {
            0
        } else {
            self.delayed.saturating_add(1)
        };
        goes
    }
}
