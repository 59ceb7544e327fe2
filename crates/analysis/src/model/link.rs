//! What links were asked to do and what the captures saw of it.

use scenario::{
    expectation::Condition,
    impairment::{Impairments, Loss},
};
use serde::Serialize;

/// What one host's link did to its packets in one phase: to those for one other host where the
/// scenario asks something else for these, else to all others.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LinkSummary {
    /// The host whose packets it carries.
    pub host: String,
    /// The other host that these packets are for; none for all that have no summary of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toward: Option<String>,
    /// When; none where the link never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Who puts it into force: `netem` or `user-space`.
    pub engine: String,
    /// Why it is not the kernel's netem, where that had been tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// What it was asked.
    pub asked: Impairments,
    /// What became of packets for hosts that were cut off; none where none was. They are not
    /// counted below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// Packets the host's capture saw leave for another host of the lab.
    pub sent: u64,
    /// How many of them the receivers' captures never saw, not even damaged or in pieces, although the
    /// path had room for them.
    pub missing: u64,
    /// How many of them could not arrive before the run ended, by the link's own count.
    #[serde(skip_serializing_if = "is_zero")]
    pub under_way: u64,
    /// How many of them were larger than the path takes, and never came.
    #[serde(skip_serializing_if = "is_zero")]
    pub refused: u64,
    /// How many of them arrived more than once.
    pub duplicated: u64,
    /// How many of them arrived with one bit flipped.
    pub corrupted: u64,
    /// How many of them arrived as fragments although they were sent whole.
    pub fragmented: u64,
    /// How many of them were clearly not delayed, where reordering was asked for.
    pub at_once: u64,
    /// How many of them arrived before one that had been sent before them.
    pub overtaking: u64,
    /// Time from the sender's capture to the receiver's, over all that arrived whole and were not
    /// sent at once.
    pub delay: Option<Delay>,
    /// The bits a second that left while packets were waiting for the rate asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u64>,
    /// The most that was under way at once, in the unit of the queue asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
    /// Bytes of the largest IP packet that arrived.
    pub largest: Option<u32>,
    /// What was asked, compared with what was seen.
    pub proofs: Vec<Proof>,
}

/// When a link did what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Phase {
    /// Which of the link's phases, from 0.
    pub number: usize,
    /// When it began, in ns after the programs had; 0 for the first.
    pub from: u64,
    /// When the next one began.
    pub until: Option<u64>,
}

/// What became of packets for hosts that were cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outage {
    /// Packets sent to them.
    pub sent: u64,
    /// Of these, packets that arrived.
    pub arrived: u64,
}

/// One-way delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Delay {
    /// How many packets were measured.
    pub count: u64,
    /// The shortest.
    pub min: u64,
    /// The one in the middle (the lower of two).
    pub median: u64,
    /// The one that one of a hundred exceeds.
    pub p99: u64,
    /// The longest.
    pub max: u64,
    /// Their standard deviation.
    pub deviation: u64,
}

/// One condition, compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Proof {
    /// Which condition.
    pub condition: Condition,
    /// Whether it is so.
    pub state: ProofState,
    /// How probable something as far out is, given what was asked, where that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// Whether a condition is as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProofState {
    /// What was seen fits, and would not without the condition.
    Proven,
    /// What was seen is too improbable, or outside of the tolerance.
    Refuted,
    /// Too few packets met it to tell.
    TooFew,
    /// The captures can't tell it apart: something else that the link was asked looks the same.
    Indistinct,
    /// The kernel's netem mixes its correlated draws, so that what it does is no longer the share
    /// that was asked, and nobody has computed what it is.
    KernelDraws,
}

impl ProofState {
    pub(crate) fn of(fits: bool) -> Self {
        if fits { Self::Proven } else { Self::Refuted }
    }

    /// Whether it is neither proven nor refuted.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Proven | Self::Refuted)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl LinkSummary {
    /// Packets that arrived, in whatever shape.
    pub fn arrived(&self) -> u64 {
        self.sent - self.missing - self.under_way - self.refused
    }

    /// Whether the condition is asked of this link, not only the absence of it.
    pub fn asks_for(&self, condition: Condition) -> bool {
        let asked = &self.asked;
        match condition {
            Condition::Delay => !asked.delay.is_zero(),
            Condition::Jitter => asked.jitter.is_some(),
            Condition::Loss => asked.loss != Loss::None,
            Condition::Duplicate => !asked.duplicate.is_never(),
            Condition::Corrupt => !asked.corrupt.is_never(),
            Condition::Reorder => asked.reorder.is_some(),
            Condition::Rate => asked.rate.is_some(),
            Condition::Queue => asked.queue.is_some(),
            Condition::Mtu => asked.path_mtu.is_some() || asked.mtu != Impairments::default().mtu,
            Condition::Outage => self.outage.is_some(),
        }
    }

    /// The proof of a condition, if it was looked at.
    pub fn proof(&self, condition: Condition) -> Option<&Proof> {
        self.proofs
            .iter()
            .find(|proof| proof.condition == condition)
    }
}
