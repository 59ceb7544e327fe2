//! Which frames are of packets that arrived with a bit flipped.

use super::passage::{Outcome, Passage};
use record::run::Run;
use std::collections::BTreeSet;

/// Frames, each a host and a number in its capture.
#[derive(Debug, Default)]
pub(crate) struct Flips {
    sent: BTreeSet<(String, u64)>,
    arrived: BTreeSet<(String, u64)>,
}

impl Flips {
    pub(super) fn new(run: &Run, passages: &[Vec<Passage>]) -> Self {
        let hosts = &run.manifest.variant.hosts;
        let mut flips = Self::default();
        for (host, sent) in hosts.iter().zip(passages) {
            for passage in sent {
                if let Outcome::Corrupted { number, .. } = passage.outcome {
                    flips.sent.insert((host.name.clone(), passage.number));
                    let receiver = hosts[passage.to].name.clone();
                    flips.arrived.insert((receiver, number));
                }
            }
        }
        flips
    }

    /// Whether what left as that frame arrived so.
    pub(crate) fn befell(&self, host: &str, number: u64) -> bool {
        self.sent.contains(&(host.to_owned(), number))
    }

    /// Whether that frame is what arrived so.
    pub(crate) fn arrived(&self, host: &str, number: u64) -> bool {
        self.arrived.contains(&(host.to_owned(), number))
    }
}
