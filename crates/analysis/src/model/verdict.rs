//! Whether a variant showed what it must.

use super::link::Delay;
use scenario::{expectation::Expectation, finding::Cause};
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
    /// A link did not delay as it was asked.
    DelayUnproven {
        /// The link's host.
        host: String,
        /// The delay asked for.
        asked: u64,
        /// What was measured.
        measured: Delay,
    },
    /// A link did not lose as it was asked.
    LossUnproven {
        /// The link's host.
        host: String,
        /// Packets sent over it.
        sent: u64,
        /// Packets that did not arrive.
        missing: u64,
    },
}
