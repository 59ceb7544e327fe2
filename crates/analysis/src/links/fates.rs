//! What became of single packets that nobody got as they were sent.

use super::{
    group::Group,
    passage::{Outcome, Passage},
};
use record::run::Run;
use std::collections::BTreeSet;

/// Frames, each a host and a number in its capture.
type Frames = BTreeSet<(String, u64)>;

/// What is known of datagrams and segments, each by the frame in which it begins: of one that travelled
/// as fragments, what became of any.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    flipped: Frames,
    arrived_flipped: Frames,
    missing: Frames,
    under_way: Frames,
    refused: Frames,
}

impl Fates {
    pub(super) fn new(run: &Run, passages: &[Vec<Passage>]) -> Self {
        let hosts = &run.manifest.variant.hosts;
        let mut fates = Self::default();
        for (host, sent) in hosts.iter().zip(passages) {
            for passage in sent {
                let frame = (host.name.clone(), passage.datagram);
                match passage.outcome {
                    Outcome::Corrupted { datagram, .. } => {
                        fates.flipped.insert(frame);
                        let receiver = hosts[passage.to].name.clone();
                        fates.arrived_flipped.insert((receiver, datagram));
                    }
                    Outcome::Missing => _ = fates.missing.insert(frame),
                    Outcome::UnderWay => _ = fates.under_way.insert(frame),
                    Outcome::Arrived { .. } | Outcome::Pieces { .. } => {}
                }
            }
        }
        fates
    }

    /// Adds the packets that a group's path has no room for.
    pub(super) fn refuse(&mut self, group: &Group<'_>) {
        let numbers = group.refused().map(|member| member.passage.datagram);
        let frames = numbers.map(|number| (group.host.clone(), number));
        self.refused.extend(frames);
    }

    /// Whether all that began as that frame arrived, and with a bit flipped.
    pub(crate) fn is_flipped(&self, host: &str, number: u64) -> bool {
        let frame = (host.to_owned(), number);
        self.flipped.contains(&frame) && !self.missing.contains(&frame)
    }

    /// Whether what began as that frame could not arrive before the run ended.
    pub(crate) fn is_under_way(&self, host: &str, number: u64) -> bool {
        let frame = (host.to_owned(), number);
        self.under_way.contains(&frame) && !self.missing.contains(&frame)
    }

    /// Whether what begins in that frame is what arrived with a bit flipped.
    pub(crate) fn arrived_flipped(&self, host: &str, number: u64) -> bool {
        self.arrived_flipped.contains(&(host.to_owned(), number))
    }

    /// Whether some of what began as that frame was larger than the path takes, and never came.
    pub(crate) fn is_refused(&self, host: &str, number: u64) -> bool {
        self.refused.contains(&(host.to_owned(), number))
    }
}
