//! What a link does to the packets that leave its host: tc-netem(8)'s impairments, and a router's.

mod chance;
mod distribution;
mod jitter;
mod loss;
mod queue;
mod rate;
mod reorder;

pub use chance::Chance;
pub use distribution::Distribution;
pub use jitter::Jitter;
pub use loss::{GilbertElliott, Loss};
pub use queue::Queue;
pub use rate::RateLimit;
pub use reorder::Reorder;

use crate::units::Percent;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What happens to packets on their way, resolved. They are met in this order: duplicate, loss,
/// corrupt, queue, reorder or delay with jitter, rate; as in the kernel's netem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Impairments {
    /// Time each packet spends on the link.
    #[serde(default, with = "humantime_serde")]
    pub delay: Duration,
    /// By how much that varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Jitter>,
    /// Which packets are lost.
    #[serde(default)]
    pub loss: Loss,
    /// Which packets arrive twice. The copy is delayed on its own.
    #[serde(default, skip_serializing_if = "Chance::is_never")]
    pub duplicate: Chance,
    /// Which packets arrive with one bit flipped, somewhere in the IP packet.
    #[serde(default, skip_serializing_if = "Chance::is_never")]
    pub corrupt: Chance,
    /// Which packets are sent at once, past those that are being delayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder: Option<Reorder>,
    /// How fast packets leave, one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateLimit>,
    /// How much the link holds; what comes when it is full is dropped (drop-tail). Without one it
    /// holds as much as there is memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// MTU of the host's interface: the largest IP packet the host itself sends, in bytes. IPv4 68
    /// to 65,535 (RFC 791), IPv6 from 1,280 (RFC 8200).
    #[serde(default = "default_mtu")]
    pub mtu: u16,
    /// Largest IP packet that a router on the way passes on, in bytes, where that is less than the
    /// interface's MTU. Larger ones are cut (IPv4 without the flag DF), or refused with ICMP
    /// "fragmentation needed" (RFC 1191) or "packet too big" (RFC 8201).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_mtu: Option<u16>,
    /// Whether that router keeps silent about packets it refuses (RFC 2923, section 2.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub black_hole: bool,
}

impl Default for Impairments {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            jitter: None,
            loss: Loss::None,
            duplicate: Chance::NEVER,
            corrupt: Chance::NEVER,
            reorder: None,
            rate: None,
            queue: None,
            mtu: default_mtu(),
            path_mtu: None,
            black_hole: false,
        }
    }
}

impl Impairments {
    /// Whether chance decides anything, so that a seed matters.
    pub fn has_chance(&self) -> bool {
        let certain = |chance: Chance| [Percent::ZERO, Percent::HUNDRED].contains(&chance.share);
        let loss = match &self.loss {
            Loss::None | Loss::Packets(_) => false,
            Loss::Independent(chance) => !certain(*chance),
            Loss::GilbertElliott(_) => true,
        };
        loss || self.jitter.is_some()
            || !certain(self.duplicate)
            // Which bit is flipped is chance, too.
            || !self.corrupt.is_never()
            || self.reorder.is_some_and(|reorder| !certain(reorder.chance))
    }
}

fn default_mtu() -> u16 {
    1500
}
