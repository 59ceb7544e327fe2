//! Which packets are lost.

use super::Chance;
use crate::units::Percent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which packets are lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// None.
    #[default]
    None,
    /// Each by its own chance.
    Independent(Chance),
    /// In bursts: a link that is now good, now bad.
    GilbertElliott(GilbertElliott),
    /// Exactly these, counted from 1 in the order in which they enter the link.
    Packets(BTreeSet<u64>),
}

/// The Gilbert-Elliott model: a link is in one of two states, good at first. Each packet is lost
/// with the state's probability; then the link changes its state, or stays (tc-netem(8), `gemodel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GilbertElliott {
    /// Probability that a good link goes bad: `p`.
    pub p: Percent,
    /// Probability that a bad link gets good: `r`.
    pub r: Percent,
    /// Probability that a packet is lost while the link is bad: `1-h`.
    pub bad_loss: Percent,
    /// Probability that a packet is lost while the link is good: `1-k`.
    pub good_loss: Percent,
}
