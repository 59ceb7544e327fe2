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

impl Jitter {
    /// The delay, in ns, of a packet whose draw is `draw` of 2^32, where `delay` is asked for: the
    /// quantile function of the delays.
    pub fn delay(&self, delay: u64, draw: u32) -> u64 {
        let delay = Duration::from_nanos(delay);
        let found = self.distribution.delay(delay, self.spread, draw);
        u64::try_from(found.as_nanos()).unwrap_or(u64::MAX)
    }
}
