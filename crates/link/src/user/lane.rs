//! A part of the link with chance, queue and router of its own.

use super::pool::Handle;
use emulator::{Emulator, hop::Hop};
use scenario::{impairment::Impairments, plan::LinkState};
use std::net::IpAddr;

/// What happens to packets for one host, or for all that have no lane of their own.
#[derive(Debug)]
pub(super) struct Lane {
    /// The host; none for all others.
    toward: Option<IpAddr>,
    pub(super) emulator: Emulator<Handle>,
    pub(super) hop: Hop,
}

/// All lanes of a link. The first one is that of all others.
#[derive(Debug)]
pub(super) struct Lanes {
    host: String,
    others: Vec<(String, IpAddr)>,
    router: IpAddr,
    seed: u64,
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

impl Lanes {
    /// The lanes of `host`'s link, before anything is asked of them.
    pub(super) fn new(
        host: &str,
        others: Vec<(String, IpAddr)>,
        router: IpAddr,
        seed: u64,
    ) -> Self {
        let everything = Impairments::default();
        let first = Lane {
            toward: None,
            emulator: Emulator::new(&everything, seed, host),
            hop: Hop::new(router, &everything),
        };
        Self {
            host: host.to_owned(),
            others,
            router,
            seed,
            lanes: vec![first],
            cut: Vec::new(),
        }
    }

    /// Asks for this from now on. What is under way stays so.
    pub(super) fn enter(&mut self, state: &LinkState) {
        self.ask(0, &state.egress);
        for (name, impairments) in &state.toward {
            if let Some(address) = self.address(name) {
                let lane = self.lane_toward(name, address);
                self.ask(lane, impairments);
            }
        }
        self.cut = state
            .cut
            .iter()
            .filter_map(|name| self.address(name))
            .collect();
    }

    fn ask(&mut self, lane: usize, impairments: &Impairments) {
        let lane = &mut self.lanes[lane];
        lane.emulator.change(impairments);
        lane.hop = Hop::new(self.router, impairments);
    }

    fn address(&self, name: &str) -> Option<IpAddr> {
        let mut others = self.others.iter();
        others
            .find(|(other, _)| other == name)
            .map(|(_, address)| *address)
    }

    /// The lane toward that host; it is made when it is first asked for.
    fn lane_toward(&mut self, name: &str, address: IpAddr) -> usize {
        let known = self
            .lanes
            .iter()
            .position(|lane| lane.toward == Some(address));
        known.unwrap_or_else(|| {
            let everything = Impairments::default();
            let link = format!("{}>{name}", self.host);
            self.lanes.push(Lane {
                toward: Some(address),
                emulator: Emulator::new(&everything, self.seed, &link),
                hop: Hop::new(self.router, &everything),
            });
            self.lanes.len() - 1
        })
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
        let lane = self.lanes[1..]
            .iter()
            .position(|lane| lane.toward == destination);
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

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Lane> {
        self.lanes.iter_mut()
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
