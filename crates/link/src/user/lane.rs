//! A part of the link with chance, queue and router of its own.

use super::pool::Handle;
use crate::{
    LinkSpec,
    netem::{Netem, Refusal},
};
use emulator::{Emulator, hop::Hop};
use scenario::{impairment::Impairments, plan::LinkState};
use std::{iter, net::IpAddr};

/// What happens to packets for one host, or for all that have no lane of their own.
#[derive(Debug)]
pub(super) struct Lane {
    /// The host; none for all others.
    toward: Option<(String, IpAddr)>,
    pub(super) emulator: Emulator<Handle>,
    pub(super) hop: Hop,
}

/// All lanes of a link. The first one is that of all others.
#[derive(Debug)]
pub(super) struct Lanes {
    others: Vec<(String, IpAddr)>,
    router: IpAddr,
    lanes: Vec<Lane>,
    /// Hosts that no packet reaches.
    cut: Vec<IpAddr>,
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) lane: usize,
    /// Whether the network is cut in between.
    pub(super) is_cut: bool,
}

/// The names of a link's lanes, which their chance depends on: the host's own, and `host>other` for
/// each other host that the plan names at any time.
pub(super) fn names(spec: &LinkSpec) -> Vec<String> {
    let others = toward(spec).map(|(name, _)| format!("{}>{name}", spec.host));
    iter::once(spec.host.clone()).chain(others).collect()
}

/// The other hosts that the plan names at any time.
fn toward(spec: &LinkSpec) -> impl Iterator<Item = &(String, IpAddr)> {
    let is_named = |name: &String| {
        let mut phases = spec.plan.phases();
        phases.any(|(_, state)| state.toward.contains_key(name))
    };
    spec.hosts.iter().filter(move |(name, _)| is_named(name))
}

impl Lanes {
    /// The lanes of a link, before anything is asked of them.
    pub(super) fn new(spec: &LinkSpec) -> Self {
        let nothing = Impairments::default();
        let others = toward(spec).cloned().map(Some);
        let lane = |(name, toward): (String, _)| Lane {
            toward,
            emulator: Emulator::new(&nothing, spec.seed, &name),
            hop: Hop::new(spec.router, None, false),
        };
        let lanes = names(spec).into_iter().zip(iter::once(None).chain(others));
        Self {
            others: spec.hosts.clone(),
            router: spec.router,
            lanes: lanes.map(lane).collect(),
            cut: Vec::new(),
        }
    }

    /// Asks for this from now on. What is under way stays so. With `netem` it is that which delays,
    /// loses and so on, and the lanes only pass packets on to it.
    ///
    /// # Errors
    /// Netem refuses.
    pub(super) fn enter(
        &mut self,
        state: &LinkState,
        netem: Option<&mut Netem>,
    ) -> Result<(), Refusal> {
        let asked = |lane: &Lane| match &lane.toward {
            Some((name, _)) => state.impairments(name).clone(),
            None => state.egress.clone(),
        };
        let all: Vec<Impairments> = self.lanes.iter().map(asked).collect();
        for (lane, impairments) in self.lanes.iter_mut().zip(&all) {
            lane.hop = Hop::new(self.router, impairments.path_mtu, impairments.black_hole);
        }
        let address = |name: &String| {
            let mut others = self.others.iter();
            others
                .find(|(other, _)| other == name)
                .map(|(_, address)| *address)
        };
        self.cut = state.cut.iter().filter_map(address).collect();
        if let Some(netem) = netem {
            for (lane, impairments) in all.iter().enumerate() {
                netem.change(lane, impairments)?;
            }
        } else {
            for (lane, impairments) in self.lanes.iter_mut().zip(&all) {
                lane.emulator.change(impairments);
            }
        }
        Ok(())
    }

    /// Where an IP packet goes. Packets are not looked at while all go the same way.
    pub(super) fn way(&self, packet: &[u8]) -> Way {
        if self.lanes.len() == 1 && self.cut.is_empty() {
            return Way {
                lane: 0,
                is_cut: false,
            };
        }
        let destination = destination(packet);
        let lane = self.lanes[1..].iter().position(|lane| {
            let toward = lane.toward.as_ref().map(|(_, address)| *address);
            toward == destination
        });
        Way {
            lane: lane.map_or(0, |lane| lane + 1),
            is_cut: destination.is_some_and(|address| self.cut.contains(&address)),
        }
    }

    pub(super) fn get_mut(&mut self, lane: usize) -> &mut Lane {
        &mut self.lanes[lane]
    }

    /// When the next packet leaves any lane.
    pub(super) fn next_due(&self) -> Option<emulator::Nanos> {
        self.lanes
            .iter()
            .filter_map(|lane| lane.emulator.next_due())
            .min()
    }

    pub(super) fn count(&self) -> usize {
        self.lanes.len()
    }

    /// What all lanes' emulators have counted.
    pub(super) fn counters(&self) -> emulator::Counters {
        let mut sum = emulator::Counters::default();
        for lane in &self.lanes {
            let counters = lane.emulator.counters();
            sum.lost += counters.lost;
            sum.duplicated += counters.duplicated;
            sum.dropped += counters.dropped;
            sum.corrupted += counters.corrupted;
            sum.reordered += counters.reordered;
        }
        sum
    }
}

/// Where an IP packet is to go; none for what is too short to be one.
fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => Some(IpAddr::from(<[u8; 4]>::try_from(packet.get(16..20)?).ok()?)),
        6 => Some(IpAddr::from(
            <[u8; 16]>::try_from(packet.get(24..40)?).ok()?,
        )),
        _ => None,
    }
}
