//! What links were asked to do and what the captures saw of it.

use scenario::impairment::Impairments;
use serde::Serialize;

/// One host's link: its egress.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LinkSummary {
    /// The host whose packets it carries.
    pub host: String,
    /// What it was asked.
    pub asked: Impairments,
    /// Packets the host's capture saw leave for another host of the lab.
    pub sent: u64,
    /// How many of them the receivers' captures never saw.
    pub missing: u64,
    /// Time from the sender's capture to the receiver's, over all that arrived.
    pub delay: Option<Delay>,
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
    /// The longest.
    pub max: u64,
}
