//! What happens to packets, put together from keys.

use super::{chance, limits, netem};
use crate::{
    impairment::{Impairments, Loss},
    plan::Engine,
    problem::Problems,
    written::{Family, ImpairmentKeys},
};
use std::time::Duration;

/// What is the same for all packets of a link, all the time.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// None when it is unusable.
    pub(super) mtu: Option<u16>,
    pub(super) family: Family,
    pub(super) engine: Engine,
}

impl Frame {
    /// Whether netem, and only that, must do.
    pub(super) fn is_netem(&self) -> bool {
        self.engine == Engine::Netem
    }

    /// Checks the keys against each other. One that is unusable has had its own problem.
    pub(super) fn resolve(&self, keys: &ImpairmentKeys, problems: &mut Problems) -> Impairments {
        let default = Impairments::default();
        let jitter = keys.jitter.given();
        let loss = keys.loss.given();
        let impairments = Impairments {
            delay: keys.delay.value_or(Duration::ZERO),
            jitter: jitter.and_then(|given| chance::jitter(given, &keys.delay, problems)),
            loss: loss.map_or(Loss::None, |given| chance::loss(given, problems)),
            duplicate: chance::of("duplicate", &keys.duplicate, problems),
            corrupt: chance::of("corrupt", &keys.corrupt, problems),
            reorder: chance::reorder(&keys.reorder, &keys.delay, problems),
            rate: limits::rate(&keys.rate, self.mtu, problems),
            queue: limits::queue(&keys.queue, problems),
            mtu: self.mtu.unwrap_or(default.mtu),
            path_mtu: limits::path_mtu(&keys.path_mtu, self, problems),
            black_hole: limits::black_hole(&keys.black_hole, &keys.path_mtu, problems),
        };
        if self.is_netem() {
            netem::check(&impairments, keys, problems);
        }
        impairments
    }
}
