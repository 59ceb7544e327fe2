//! What a link connects and does, and what it has done.

use emulator::lanes::{PhaseBegan, Surroundings};
use scenario::plan::LinkPlan;
use std::net::IpAddr;

/// What a link connects and does.
#[derive(Clone, Debug)]
pub struct LinkSpec {
    /// The host whose link it is. Its chance depends on the name.
    pub host: String,
    /// The interface that frames come from.
    pub tap: String,
    /// The interface that frames leave by.
    pub wire: String,
    /// What happens to them between, now and later.
    pub plan: LinkPlan,
    /// The other hosts, by name.
    pub hosts: Vec<(String, IpAddr)>,
    /// Where ICMP errors about packets that are too large come from.
    pub router: IpAddr,
    /// Where all chance comes from.
    pub seed: u64,
}

impl LinkSpec {
    /// What its lanes are told.
    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            host: &self.host,
            plan: &self.plan,
            others: &self.hosts,
            router: self.router,
            seed: self.seed,
        }
    }
}

/// What a link has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkReport {
    /// The phases that it came to, the first one first.
    pub phases: Vec<PhaseBegan>,
    /// In packets.
    pub counters: Counters,
}

/// What a link has done, in packets. What was offered or duplicated and is not counted as delivered
/// or under one of the reasons not to be is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sent by the host.
    pub offered: u64,
    /// Copies made because the link was asked to.
    pub duplicated: u64,
    /// Sent out, copies included.
    pub delivered: u64,
    /// Pieces beyond the first into which a router cut packets.
    pub fragments: u64,
    /// Lost because the link was asked to.
    pub lost: u64,
    /// Lost because their receiver was cut off.
    pub cut: u64,
    /// Dropped because the queue was full.
    pub dropped: u64,
    /// Refused because they were larger than the path's MTU.
    pub refused: u64,
    /// Delivered with a flipped bit.
    pub corrupted: u64,
    /// Sent at once, past others.
    pub reordered: u64,
    /// Lost because the link could not keep up or the kernel refused them. Should be 0.
    pub overrun: u64,
}
