//! What became of single packets that nobody got as they were sent.

use super::{
    group::Group,
    passage::{Outcome, Passage},
};
use record::run::Run;
use std::collections::BTreeSet;

/// Frames, each a host and a number in its capture.
type Frames = BTreeSet<(String, u64)>;

/// What is known of frames.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    flipped: Frames,
    arrived_flipped: Frames,
    refused: Frames,
}

impl Fates {
    pub(super) fn new(run: &Run, passages: &[Vec<Passage>]) -> Self {
        let hosts = &run.manifest.variant.hosts;
        let mut fates = Self::default();
        for (host, sent) in hosts.iter().zip(passages) {
            for passage in sent {
                if let Outcome::Corrupted { number, .. } = passage.outcome {
                    fates.flipped.insert((host.name.clone(), passage.number));
                    let receiver = hosts[passage.to].name.clone();
                    fates.arrived_flipped.insert((receiver, number));
                }
            }
        }
        fates
    }

    /// Adds the packets that a group's path has no room for.
    pub(super) fn refuse(&mut self, group: &Group<'_>) {
        let numbers = group.refused().map(|member| member.passage.number);
        let frames = numbers.map(|number| (group.host.clone(), number));
        self.refused.extend(frames);
    }

    /// Whether what left as that frame arrived with a bit flipped.
    pub(crate) fn is_flipped(&self, host: &str, number: u64) -> bool {
        self.flipped.contains(&(host.to_owned(), number))
    }

    /// Whether that frame is what arrived with a bit flipped.
    pub(crate) fn arrived_flipped(&self, host: &str, number: u64) -> bool {
        self.arrived_flipped.contains(&(host.to_owned(), number))
    }

    /// Whether what left as that frame was larger than the path takes, and never came.
    pub(crate) fn is_refused(&self, host: &str, number: u64) -> bool {
        self.refused.contains(&(host.to_owned(), number))
    }
}
