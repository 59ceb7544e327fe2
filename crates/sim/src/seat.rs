//! A host with its link and its capture.

use crate::{EPOCH, SimError, capture::Capture};
use emulator::{
    Flip, Nanos,
    lanes::{Lanes, Store, Surroundings, Timetable},
};
use packet::pcapng::WriteError;
use record::{
    event::digest,
    manifest::{CaptureRecord, HostRecord, LinkCounters, LinkRecord, PhaseRecord, ProgramRecord},
    run::HostData,
};
use scenario::plan::{HostPlan, Program, VariantPlan};
use stack::{End, Host, Identity, ProgramId};
use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
};

/// A packet on its way, and the host it is for; none where no host has that address.
pub(crate) struct Flying {
    pub(crate) bytes: Vec<u8>,
    pub(crate) to: Option<usize>,
}

pub(crate) struct Seat {
    pub(crate) name: String,
    pub(crate) host: Host,
    programs: Vec<(String, ProgramId)>,
    lanes: Lanes<Flying>,
    timetable: Timetable,
    capture: Capture,
    delivered: u64,
}

impl Seat {
    pub(crate) fn new(variant: &VariantPlan, plan: &HostPlan, seed: u64) -> Result<Self, SimError> {
        // The others go one way, whoever they are; a thousand names of a thousand hosts are many.
        let is_named = |name: &String| {
            let mut phases = plan.link.phases();
            phases.any(|(_, state)| state.toward.contains_key(name) || state.cut.contains(name))
        };
        let others: Vec<(String, IpAddr)> = variant
            .hosts
            .iter()
            .filter(|other| other.name != plan.name && is_named(&other.name))
            .map(|other| (other.name.clone(), other.address))
            .collect();
        let mut lanes = Lanes::new(&Surroundings {
            host: &plan.name,
            plan: &plan.link,
            others: &others,
            router: variant.router(),
            seed,
        });
        lanes.enter(&plan.link.start);
        let names = variant.hosts.iter();
        let names = names.map(|host| (host.address, host.name.as_str()));
        let identity = Identity {
            address: plan.address,
            prefix: variant.network.prefix,
            mtu: plan.link.mtu(),
            quick_ack: plan.route.quickack == Some(true),
        };
        Ok(Self {
            name: plan.name.clone(),
            // Each host's chance is its own, whatever other hosts there are.
            host: Host::new(
                identity,
                seed.rotate_left(32) ^ digest(plan.name.as_bytes()),
            ),
            programs: Vec::new(),
            lanes,
            timetable: Timetable::new(&plan.link, EPOCH),
            capture: Capture::begin(names).map_err(|source| SimError::Capture {
                host: plan.name.clone(),
                source,
            })?,
            delivered: 0,
        })
    }

    pub(crate) fn launch(&mut self, plan: &HostPlan, now: Nanos) -> Result<(), SimError> {
        for program in &plan.run {
            // Commands are an obstacle, and were looked for before.
            let Program::Peer(config) = &program.program else {
                continue;
            };
            let id = self.host.launch(&program.name, config, now);
            let id = id.map_err(|source| SimError::Program {
                host: plan.name.clone(),
                program: program.name.clone(),
                source,
            })?;
            self.programs.push((program.name.clone(), id));
        }
        Ok(())
    }

    /// The programs begin; the link's changes are timed from now.
    pub(crate) fn go(&mut self, now: Nanos) {
        self.timetable.begin(Some(now));
        self.host.go(now);
    }

    /// When something is to be done here next.
    pub(crate) fn next_due(&mut self) -> Option<Nanos> {
        let all = [
            self.host.next_due(),
            self.lanes.next_due(),
            self.timetable.next(),
        ];
        all.into_iter().flatten().min()
    }

    /// Enters the link's phases that have begun by now.
    pub(crate) fn enter_phases(&mut self, now: Nanos) {
        while let Some(state) = self.timetable.take(now) {
            self.lanes.enter(state);
        }
    }

    /// Puts what the host has sent onto its link.
    pub(crate) fn post(
        &mut self,
        now: Nanos,
        places: &BTreeMap<IpAddr, usize>,
    ) -> Result<(), WriteError> {
        let mut answers: VecDeque<Vec<u8>> = VecDeque::new();
        loop {
            for packet in self.host.sent() {
                self.capture.sent(now, &packet)?;
                let answer = self.lanes.admit(now, &packet, &mut Post { places });
                answers.extend(answer.map(<[u8]>::to_vec));
            }
            let Some(answer) = answers.pop_front() else {
                return Ok(());
            };
            self.capture.answered(now, &answer)?;
            self.host.receive(now, answer);
        }
    }

    /// The next packet that has left the link by now, for another host.
    pub(crate) fn departure(&mut self, now: Nanos) -> Option<Flying> {
        for lane in 0..self.lanes.count() {
            if let Some(leaving) = self.lanes.take(lane, now) {
                self.delivered += 1;
                let mut flying = leaving.packet;
                if let Some(flip) = leaving.flip {
                    turn(&mut flying.bytes, flip);
                }
                return Some(flying);
            }
        }
        None
    }

    /// A packet arrives.
    pub(crate) fn arrive(&mut self, now: Nanos, packet: Vec<u8>) -> Result<(), WriteError> {
        self.capture.arrived(now, &packet)?;
        self.host.receive(now, packet);
        Ok(())
    }

    /// Whether the link carries nothing.
    pub(crate) fn is_idle(&self) -> bool {
        self.lanes.next_due().is_none()
    }

    /// How many packets the host has sent.
    pub(crate) fn offered(&self) -> u64 {
        self.lanes.counters().offered
    }

    /// What program failed, and why.
    pub(crate) fn failure(&self) -> Option<(&str, &str)> {
        self.programs.iter().find_map(|(name, id)| {
            let Some(End::Failed(reason)) = self.host.end(*id) else {
                return None;
            };
            Some((name.as_str(), reason.as_str()))
        })
    }

    /// What the host leaves: its record, its data and its log.
    pub(crate) fn end(
        mut self,
        now: Nanos,
    ) -> Result<(HostRecord, HostData, Vec<String>), SimError> {
        let mut log = Vec::new();
        let mut programs = BTreeMap::new();
        for (name, id) in &self.programs {
            let end = match self.host.end(*id) {
                Some(End::Well) => ProgramRecord::Exited(0),
                Some(End::Failed(reason)) => {
                    log.push(format!("{name}: {reason}"));
                    ProgramRecord::Exited(1)
                }
                None => ProgramRecord::NotStarted("the run ended before".into()),
            };
            programs.insert(name.clone(), end);
        }
        let (nudges, oversized) = (self.host.nudges(), self.host.oversized());
        if nudges > 0 {
            log.push(format!(
                "stack: forgot its data and was nudged {nudges} times"
            ));
        }
        if oversized > 0 {
            log.push(format!(
                "stack: {oversized} packets were larger than the MTU"
            ));
        }
        let (capture, packets) = self.capture.end(now).map_err(|source| SimError::Capture {
            host: self.name.clone(),
            source,
        })?;
        let counted = self.lanes.counters();
        let phases = self.timetable.into_phases().into_iter();
        let record = HostRecord {
            name: self.name.clone(),
            link: LinkRecord {
                engine: "simulated".to_owned(),
                instead: None,
                phases: phases
                    .map(|phase| PhaseRecord {
                        began: phase.at,
                        applied: phase.state,
                    })
                    .collect(),
                counters: LinkCounters {
                    offered: counted.offered,
                    duplicated: counted.duplicated,
                    delivered: self.delivered,
                    fragments: counted.fragments,
                    lost: counted.lost,
                    cut: counted.cut,
                    dropped: counted.dropped,
                    refused: counted.refused,
                    corrupted: counted.corrupted,
                    reordered: counted.reordered,
                    overrun: 0,
                },
            },
            capture: CaptureRecord {
                packets,
                dropped: 0,
            },
            programs,
            sysctls: BTreeMap::new(),
            stack: None,
            nudges,
        };
        let data = HostData {
            name: self.name,
            events: self.host.take_events(),
            capture,
            ..HostData::default()
        };
        Ok((record, data, log))
    }
}

fn turn(packet: &mut [u8], flip: Flip) {
    let bit = flip.bit(packet.len() * 8);
    if let Some(byte) = packet.get_mut(bit / 8) {
        *byte ^= 0x80 >> (bit % 8);
    }
}

/// Packets as they are, each with the place of the host it is for. That is settled when it is sent:
/// a flipped bit in an address leads a frame to no other host either.
struct Post<'a> {
    places: &'a BTreeMap<IpAddr, usize>,
}

impl Store for Post<'_> {
    type Packet = Flying;

    fn put(&mut self, packet: &[u8]) -> Flying {
        let to = emulator::lanes::destination(packet);
        Flying {
            bytes: packet.to_vec(),
            to: to.and_then(|address| self.places.get(&address).copied()),
        }
    }

    fn copy(&mut self, packet: &Flying) -> Flying {
        Flying {
            bytes: packet.bytes.clone(),
            to: packet.to,
        }
    }

    fn free(&mut self, _: Flying) {}
}
