//! Whether a variant showed what it must.

use scenario::{
    expectation::{Condition, Expectation},
    finding::Cause,
};
use serde::Serialize;

/// Held, failed or inconclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What was expected is so.
    Held,
    /// What was expected is not so.
    Failed,
    /// The evidence does not decide.
    Inconclusive,
}

/// One expectation, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judgement {
    /// What was expected.
    pub expectation: Expectation,
    /// Whether it is so.
    pub verdict: Verdict,
    /// What was seen instead or to prove it.
    pub seen: Seen,
}

/// What was seen of an expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// So many findings fit.
    Findings {
        /// That fit in every respect.
        count: u64,
        /// That fit but for their cause, which the evidence does not decide.
        undetermined: u64,
        /// The causes of those that fit but for their cause.
        other_causes: Vec<Cause>,
    },
    /// The value that was measured; none when it could not be.
    Value(Option<u64>),
    /// So many lines of an output fit; none when it was not kept.
    Lines(Option<u64>),
    /// How many links, in how many phases, were seen to do what they were asked.
    Condition {
        /// That did.
        proven: usize,
        /// That did not.
        refuted: usize,
        /// Of which it can't be told.
        open: usize,
    },
}

/// Why the evidence may be incomplete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The run broke off. The manifest says why.
    Broken {
        /// The host that broke it.
        host: String,
    },
    /// A host's capture is missing.
    NoCapture {
        /// The host.
        host: String,
    },
    /// The diary of a host's peers is missing.
    NoDiary {
        /// The host.
        host: String,
    },
    /// The kernel dropped packets from a capture.
    CaptureDropped {
        /// The capture's host.
        host: String,
        /// How many.
        packets: u64,
    },
    /// A link lost packets it was not asked to lose.
    LinkOverrun {
        /// The link's host.
        host: String,
        /// How many.
        packets: u64,
    },
    /// A link did not do what it was asked.
    ConditionUnproven {
        /// The link's host.
        host: String,
        /// Only of packets for this host.
        toward: Option<String>,
        /// Which of the link's phases, from 0.
        phase: usize,
        /// What it did not do.
        condition: Condition,
    },
}
