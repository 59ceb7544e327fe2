//! How much a delay varies.

use crate::units::Percent;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much a delay varies from packet to packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Jitter {
    /// By how much: the most for `uniform`, the standard deviation for the others. Never zero.
    #[serde(with = "humantime_serde")]
    pub spread: Duration,
    /// In which way.
    #[serde(default)]
    pub distribution: Distribution,
    /// With this probability a packet's jitter is that of the packet before it.
    #[serde(default, skip_serializing_if = "Percent::is_zero")]
    pub correlation: Percent,
}

/// How delays are spread around the one asked for; a delay that would be negative is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Anything from `delay - spread` to `delay + spread`, equally likely.
    #[default]
    Uniform,
    /// The normal distribution.
    Normal,
    /// The Pareto distribution with shape 3, its mean moved to the delay: mostly a little early,
    /// seldom very late.
    Pareto,
    /// A quarter of the normal and three quarters of the Pareto distribution.
    #[serde(rename = "paretonormal")]
    ParetoNormal,
}
