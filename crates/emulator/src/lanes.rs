//! A host's whole link: a lane for each other host that is named, one for all others, cuts, and a
//! router in front of each lane.
//!
//! [`Lanes::admit`] takes an IP packet that the host sends, [`Lanes::next_due`] and [`Lanes::take`]
//! hand out what has left. Where a driver keeps its packets is its own affair: it is their [`Store`].

mod timetable;

pub use timetable::{PhaseBegan, Timetable};

use crate::{
    Emulator, Fate, Leaving, Nanos,
    hop::{Hop, Passage},
};
use scenario::{
    impairment::Impairments,
    plan::{LinkPlan, LinkState},
};
use std::{iter, net::IpAddr};

/// What a link is told of the lab it is in.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Name of the host whose packets it carries.
    pub host: &'a str,
    /// What it is to do.
    pub plan: &'a LinkPlan,
    /// The other hosts.
    pub others: &'a [(String, IpAddr)],
    /// Where the router's errors come from.
    pub router: IpAddr,
    /// Where all chance comes from.
    pub seed: u64,
}

impl<'a> Surroundings<'a> {
    /// The names of the link's lanes, which their chance depends on: the host's own, and
    /// `host>other` for each other host that the plan names at any time.
    pub fn names(&self) -> Vec<String> {
        let others = self
            .toward()
            .map(|(name, _)| format!("{}>{name}", self.host));
        iter::once(self.host.to_owned()).chain(others).collect()
    }

    /// The other hosts that the plan names at any time.
    fn toward(&self) -> impl Iterator<Item = &'a (String, IpAddr)> {
        let plan = self.plan;
        let is_named = move |name: &String| {
            let mut phases = plan.phases();
            phases.any(|(_, state)| state.toward.contains_key(name))
        };
        self.others.iter().filter(move |(name, _)| is_named(name))
    }
}

/// Where a driver keeps its packets.
pub trait Store {
    /// What a packet is to the driver.
    type Packet;

    /// Keeps these bytes, an IP packet.
    fn put(&mut self, packet: &[u8]) -> Self::Packet;

    /// Keeps a second one like it.
    fn copy(&mut self, packet: &Self::Packet) -> Self::Packet;

    /// Does not keep it any longer.
    fn free(&mut self, packet: Self::Packet);
}

/// What happens to packets for one host, or for all that have no lane of their own.
#[derive(Debug)]
struct Lane<P> {
    /// The host; none for all others.
    toward: Option<(String, IpAddr)>,
    emulator: Emulator<P>,
    hop: Hop,
}

/// All lanes of a link. The first one is that of all others.
#[derive(Debug)]
pub struct Lanes<P> {
    others: Vec<(String, IpAddr)>,
    router: IpAddr,
    lanes: Vec<Lane<P>>,
    /// Hosts that no packet reaches.
    cut: Vec<IpAddr>,
    counters: Counters,
    /// Where the router puts packets together.
    room: Vec<u8>,
}

/// What a link did with its host's packets, its lanes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets the host sent.
    pub offered: u64,
    /// Copies made because the link was asked to.
    pub duplicated: u64,
    /// Pieces beyond the first into which a router cut packets.
    pub fragments: u64,
    /// Packets lost because the link was asked to.
    pub lost: u64,
    /// Packets lost because their receiver was cut off.
    pub cut: u64,
    /// Packets dropped because the queue was full.
    pub dropped: u64,
    /// Packets refused because they were larger than the path's MTU.
    pub refused: u64,
    /// Packets that leave with a flipped bit.
    pub corrupted: u64,
    /// Packets sent at once, past others.
    pub reordered: u64,
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    lane: usize,
    /// Whether the network is cut in between.
    is_cut: bool,
}

impl<P> Lanes<P> {
    /// The lanes of a link, before anything is asked of them.
    pub fn new(around: &Surroundings<'_>) -> Self {
        let nothing = Impairments::default();
        let others = around.toward().cloned().map(Some);
        let lane = |(name, toward): (String, _)| Lane {
            toward,
            emulator: Emulator::new(&nothing, around.seed, &name),
            hop: Hop::new(around.router, None, false),
        };
        let lanes = around
            .names()
            .into_iter()
            .zip(iter::once(None).chain(others));
        Self {
            others: around.others.to_vec(),
            router: around.router,
            lanes: lanes.map(lane).collect(),
            cut: Vec::new(),
            counters: Counters::default(),
            room: Vec::new(),
        }
    }

    /// Asks for this from now on. What is under way stays so.
    pub fn enter(&mut self, state: &LinkState) {
        for (lane, impairments) in self.route(state).iter().enumerate() {
            self.lanes[lane].emulator.change(impairments);
        }
    }

    /// Asks only for the cuts and the routers of this, from now on. Returns what is to happen to
    /// each lane's packets behind that, for whoever else brings it about.
    pub fn route(&mut self, state: &LinkState) -> Vec<Impairments> {
        let asked = |lane: &Lane<P>| match &lane.toward {
            Some((name, _)) => state.impairments(name).clone(),
            None => state.egress.clone(),
        };
        let all: Vec<Impairments> = self.lanes.iter().map(asked).collect();
        for (lane, impairments) in self.lanes.iter_mut().zip(&all) {
            lane.hop = Hop::new(self.router, impairments.path_mtu, impairments.black_hole);
        }
        let address = |name: &String| {
            let mut others = self.others.iter();
            let found = others.find(|(other, _)| other == name);
            found.map(|(_, address)| *address)
        };
        self.cut = state.cut.iter().filter_map(address).collect();
        all
    }

    /// Takes an IP packet that the host sends at `now`, which is never before an earlier packet's.
    /// Returns the router's error where there is one: an IP packet for the host.
    pub fn admit<S: Store<Packet = P>>(
        &mut self,
        now: Nanos,
        packet: &[u8],
        store: &mut S,
    ) -> Option<&[u8]> {
        self.counters.offered += 1;
        let way = self.way(packet);
        let lane = &mut self.lanes[way.lane];
        if way.is_cut {
            lane.emulator.skip();
            self.counters.cut += 1;
            return None;
        }
        let emulator = &mut lane.emulator;
        let mut pieces: u64 = 0;
        // Each piece is a packet of its own from here on.
        let show = |piece: &[u8]| {
            pieces += 1;
            offer(emulator, store, now, piece);
        };
        match lane.hop.pass(packet, &mut self.room, show) {
            Passage::Whole => offer(&mut lane.emulator, store, now, packet),
            Passage::Fragments => self.counters.fragments += pieces.saturating_sub(1),
            Passage::Refused(answer) => {
                lane.emulator.skip();
                self.counters.refused += 1;
                return Some(answer);
            }
            Passage::Dropped => {
                lane.emulator.skip();
                self.counters.refused += 1;
            }
        }
        None
    }

    /// Where an IP packet goes. Packets are not looked at while all go the same way.
    fn way(&self, packet: &[u8]) -> Way {
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

    /// How many lanes there are.
    pub fn count(&self) -> usize {
        self.lanes.len()
    }

    /// When the next packet leaves any lane.
    pub fn next_due(&self) -> Option<Nanos> {
        let due = |lane: &Lane<P>| lane.emulator.next_due();
        self.lanes.iter().filter_map(due).min()
    }

    /// When the next packet leaves this lane.
    pub fn lane_due(&self, lane: usize) -> Option<Nanos> {
        self.lanes[lane].emulator.next_due()
    }

    /// The next packet that has left this lane by `now`.
    pub fn take(&mut self, lane: usize, now: Nanos) -> Option<Leaving<P>> {
        self.lanes[lane].emulator.take(now)
    }

    /// What has been counted so far.
    pub fn counters(&self) -> Counters {
        let mut sum = self.counters;
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

fn offer<S: Store>(emulator: &mut Emulator<S::Packet>, store: &mut S, now: Nanos, packet: &[u8]) {
    let kept = store.put(packet);
    let fate = emulator.offer(now, kept, packet.len(), |kept| store.copy(kept));
    if let Fate::Lost(kept) | Fate::Dropped(kept) = fate {
        store.free(kept);
    }
}

/// Where an IP packet is to go; none for what is too short to be one.
pub fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => Some(IpAddr::from(<[u8; 4]>::try_from(packet.get(16..20)?).ok()?)),
        6 => Some(IpAddr::from(
            <[u8; 16]>::try_from(packet.get(24..40)?).ok()?,
        )),
        _ => None,
    }
}
