//! How much a delay varies.

use super::Distribution;
use crate::units::Percent;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much a delay varies from packet to packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Jitter {
    /// By how much: the most for `uniform`, the standard deviation for `normal`, the scale for the
    /// others. Never zero.
    #[serde(with = "humantime_serde")]
    pub spread: Duration,
    /// In which way.
    #[serde(default)]
    pub distribution: Distribution,
    /// With this probability a packet's jitter is that of the packet before it.
    #[serde(default, skip_serializing_if = "Percent::is_zero")]
    pub correlation: Percent,
}
