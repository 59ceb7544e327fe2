//! What chance does to packets.

use crate::{
    decode::{Decode, Item, Key, Short, choices, integer, keys},
    impairment::Distribution,
    problem::Problems,
    shape::Shape,
    tree::Node,
    units::Percent,
};
use std::time::Duration;

keys! {
    /// By how much delays vary.
    struct JitterKeys as "a jitter" {
        /// By how much: the most for `uniform`, the standard deviation for the others.
        "spread" spread: Duration,
        /// In which way, as tc-netem(8) has it.
        "distribution" distribution: Distribution = "uniform",
        /// How probable it is that a packet's jitter is that of the packet before it.
        "correlation" correlation: Percent = "0%",
        /// Whether the spread may be larger than the delay: a delay that would be negative is none,
        /// so the mean is more than was asked.
        "truncate" truncate: bool = "false",
    }
}

choices! { Distribution, "distributions":
    "uniform" = Distribution::Uniform,
    "normal" = Distribution::Normal,
    "pareto" = Distribution::Pareto,
    "paretonormal" = Distribution::ParetoNormal,
}

keys! {
    /// How often something happens to a packet.
    struct ChanceKeys as "a chance" {
        /// To which share of the packets.
        "share" share: Percent,
        /// How probable it is that a packet's luck is that of the packet before it. The share stays
        /// what it is; what happens comes in bursts.
        "correlation" correlation: Percent = "0%",
    }
}

keys! {
    /// Which packets are lost: a `share`, `gilbert-elliott` or `packets`.
    struct LossKeys as "a loss" {
        /// Each with this probability.
        "share" share: Percent,
        /// How probable it is that a packet's luck is that of the packet before it.
        "correlation" correlation: Percent = "0%",
        /// In bursts: the link is now good, now bad.
        "gilbert-elliott" gilbert_elliott: GilbertElliottKeys,
        /// Exactly these, counted from 1 in the order in which they are sent.
        "packets" packets: Vec<Item<PacketNumber>>,
    }
}

keys! {
    /// Loss in bursts (tc-netem(8), `gemodel`): after each packet a good link goes bad, or a bad one
    /// good, by chance.
    struct GilbertElliottKeys as "a Gilbert-Elliott model" {
        /// How probable it is that a good link goes bad.
        "p" p: Percent,
        /// How probable it is that a bad link gets good.
        "r" r: Percent = "100% - `p`",
        /// How probable it is that a bad link loses a packet: tc's `1-h`.
        "bad-loss" bad_loss: Percent = "100%",
        /// How probable it is that a good link loses a packet: tc's `1-k`.
        "good-loss" good_loss: Percent = "0%",
    }
}

keys! {
    /// Which packets are sent at once, past those that are being delayed.
    struct ReorderKeys as "a reorder" {
        /// To which share of the packets that happens, of those that may be.
        "share" share: Percent,
        /// How probable it is that a packet's luck is that of the packet before it.
        "correlation" correlation: Percent = "0%",
        /// After one that was sent at once the next `gap - 1` packets are delayed whatever their
        /// luck. With a share of 100 % every `gap`-th packet is sent at once.
        "gap" gap: Gap = "1",
    }
}

/// Declares maps whose main key is a share.
macro_rules! short_by_share {
    ($($type:ident,)*) => {$(
        impl Short for $type {
            type Main = Percent;

            fn of(share: Key<Percent>) -> Self {
                Self { share, ..Self::default() }
            }
        }
    )*};
}

short_by_share! { ChanceKeys, LossKeys, ReorderKeys, }

impl Short for JitterKeys {
    type Main = Duration;

    fn of(spread: Key<Duration>) -> Self {
        Self {
            spread,
            ..Self::default()
        }
    }
}

/// A packet's number; the first is 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PacketNumber(pub(crate) u64);

impl Decode for PacketNumber {
    const SHAPE: Shape = Shape::Integer(1, u64::MAX);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let number = integer(node, key, 0..=u64::MAX, problems)?;
        if number == 0 {
            problems.add(node.span, "there is no packet 0", "the first one is 1");
            return None;
        }
        Some(Self(number))
    }
}

/// Every how manieth packet may be sent at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap(pub(crate) u32);

impl Decode for Gap {
    const SHAPE: Shape = Shape::Integer(1, u32::MAX as u64);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let number = integer(node, key, 1..=u32::MAX.into(), problems)?;
        u32::try_from(number).ok().map(Self)
    }
}
