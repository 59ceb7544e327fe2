//! Links: what they do to packets, from the beginning or from some time on.

mod impairment;
mod limit;

pub(crate) use impairment::{ChanceKeys, GilbertElliottKeys, JitterKeys, LossKeys, ReorderKeys};
#[cfg(test)]
pub(crate) use limit::QueueKeys;
pub(crate) use limit::{Mtu, Queue, RateKeys};

use crate::{
    decode::{Decode, Named, Names, OrShort, choices, keys},
    plan::Engine,
    problem::Problems,
    shape::Shape,
    tree::{Content, Node},
};
use std::time::Duration;

choices! { Engine, "engines":
    "auto" = Engine::Auto,
    "netem" = Engine::Netem,
    "user" = Engine::User,
}

/// Declares a map with the keys of impairments, and after them its own.
macro_rules! with_impairments {
    ($(#[doc = $about:literal])* struct $type:ident as $name:literal { $($own:tt)* }) => {
        keys! {
            $(#[doc = $about])*
            struct $type as $name {
                /// How long each packet is on its way.
                "delay" delay: Duration = "0ms",
                /// By how much that varies: a duration, or more about it.
                "jitter" jitter: OrShort<JitterKeys> = "0ms",
                /// Which packets are lost: a share of them, each by its own chance, or more about
                /// it.
                "loss" loss: OrShort<LossKeys> = "0%",
                /// How many packets arrive twice. The copy is delayed on its own.
                "duplicate" duplicate: OrShort<ChanceKeys> = "0%",
                /// How many packets arrive with one bit flipped, somewhere in the IP packet.
                "corrupt" corrupt: OrShort<ChanceKeys> = "0%",
                /// How many packets are sent at once, past those that are being delayed: nothing
                /// without a `delay`.
                "reorder" reorder: OrShort<ReorderKeys> = "0%",
                /// How fast packets leave, one after the other.
                "rate" rate: Option<OrShort<RateKeys>> = "none",
                /// How much the link holds, what is merely being delayed included. What comes when
                /// it is full is dropped.
                "queue" queue: Option<Queue> = "none",
                /// The largest IP packet that a router on the way passes on, where that is less
                /// than the `mtu`. It cuts larger ones (IPv4 without the flag DF), or refuses them
                /// with ICMP "fragmentation needed" (RFC 1191) or "packet too big" (RFC 8201).
                "path-mtu" path_mtu: Option<Mtu> = "none",
                /// Whether that router keeps silent about packets it refuses (RFC 2923, section
                /// 2.1).
                "black-hole" black_hole: bool = "false",
                $($own)*
            }
        }
    };
}

with_impairments! {
    /// What happens to packets on their way.
    struct ImpairmentKeys as "a set of impairments" {}
}

with_impairments! {
    /// A host's attachment to the network. It acts on what leaves the host (egress): a delay of
    /// 20ms on both links is a round trip of 40ms.
    struct LinkKeys as "a link" {
        /// The largest IP packet that the host itself sends, in bytes without a unit, as `ip link`
        /// has it: at least 68 with IPv4 (RFC 791), 1280 with IPv6 (RFC 8200).
        "mtu" mtu: Mtu = "1500",
        /// Who does all this: the kernel's netem, the lab's own user-space link, or netem where it
        /// can (`auto`).
        "engine" engine: Engine = "auto",
        /// What is different for packets to one other host: its name, and any of the keys above but
        /// `mtu`. Those that are not written are as for everybody else. These packets are numbered
        /// and queued by themselves.
        "toward" toward: Names<PathKeys>,
    }
}

impl LinkKeys {
    /// What happens to packets, whomever they are for.
    pub(crate) fn impairments(&self) -> ImpairmentKeys {
        let this = self.clone();
        ImpairmentKeys {
            delay: this.delay,
            jitter: this.jitter,
            loss: this.loss,
            duplicate: this.duplicate,
            corrupt: this.corrupt,
            reorder: this.reorder,
            rate: this.rate,
            queue: this.queue,
            path_mtu: this.path_mtu,
            black_hole: this.black_hole,
        }
    }
}

/// What happens to some of a link's packets, or from some time on. A link's other keys are for all
/// of it, all the time.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathKeys(pub(crate) ImpairmentKeys);

impl Decode for PathKeys {
    const SHAPE: Shape = ImpairmentKeys::SHAPE;

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let mut node = node.clone();
        if let Content::Map(entries) = &mut node.content {
            entries.retain(|entry| match misplaced(&entry.key) {
                None => true,
                Some((message, hint)) => {
                    problems.add(entry.key_span, message, hint);
                    false
                }
            });
        }
        ImpairmentKeys::decode(&node, key, problems).map(Self)
    }
}

impl Named for PathKeys {
    const WHAT: &'static str = "a host";
    const RESERVED: &'static [&'static str] = &[];
    const MOST: usize = 1_000;
}

/// Why a key of a link can't be one of its parts: a message and a hint.
pub(crate) fn misplaced(key: &str) -> Option<(&'static str, &'static str)> {
    match key {
        "mtu" => Some((
            "`mtu` is the interface's: the same for all packets, all the time",
            "a router on the way has a `path-mtu`",
        )),
        "engine" => Some((
            "`engine` is for all of a link, all the time",
            "write it below `link`",
        )),
        "toward" => Some((
            "`toward` belongs to a host's link, or beside an item's `link`",
            "write it there",
        )),
        _ => None,
    }
}
