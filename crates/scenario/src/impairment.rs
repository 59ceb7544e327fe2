//! What a link does to the packets that leave its host.

use crate::units::Percent;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One link's impairments, resolved. All act on egress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Impairments {
    /// Time each packet spends on the link.
    #[serde(default, with = "humantime_serde")]
    pub delay: Duration,
    /// Which packets are lost.
    #[serde(default)]
    pub loss: Loss,
    /// Largest IP packet the link takes, in bytes: IPv4 68 to 65,535, IPv6 from 1,280.
    #[serde(default = "default_mtu")]
    pub mtu: u16,
}

/// How packets are lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// None.
    #[default]
    None,
    /// Each packet on its own, with this probability.
    Independent(Percent),
}

impl Default for Impairments {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            loss: Loss::None,
            mtu: default_mtu(),
        }
    }
}

fn default_mtu() -> u16 {
    1500
}
