//! A host's route to the lab network.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Attributes of a host's route to the lab network, ip-route(8). None leaves it to the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutePlan {
    /// The initial congestion window, in segments of 1 to 65,535.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initcwnd: Option<u32>,
    /// The initial receive window, in segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initrwnd: Option<u32>,
    /// The maximum segment size to announce, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advmss: Option<u32>,
    /// Whether every segment is acknowledged at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quickack: Option<bool>,
    /// The shortest retransmission time-out; the kernel counts it in ms.
    #[serde(with = "humantime_serde", skip_serializing_if = "Option::is_none")]
    pub rto_min: Option<Duration>,
}

impl RoutePlan {
    /// Whether all of it is left to the kernel.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
