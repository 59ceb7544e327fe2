//! How often something happens to a packet.

use crate::units::Percent;
use serde::{Deserialize, Serialize};

/// How often something happens to a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chance {
    /// To which share of the packets.
    pub share: Percent,
    /// How much a packet's luck is that of the packet before it: with this probability it is the
    /// same, else it is drawn anew. The share stays what it is; what happens comes in bursts.
    /// (The kernel's netem mixes the two draws instead, by which it also changes the share.)
    #[serde(default, skip_serializing_if = "Percent::is_zero")]
    pub correlation: Percent,
}

impl Chance {
    /// Nothing happens to anybody.
    pub const NEVER: Self = Self::of(Percent::ZERO);

    /// To this share of the packets, each on its own.
    pub const fn of(share: Percent) -> Self {
        Self {
            share,
            correlation: Percent::ZERO,
        }
    }

    /// Whether it never happens.
    pub fn is_never(&self) -> bool {
        self.share == Percent::ZERO
    }
}
