//! What stands on a host while a run lasts: interfaces, capture, link.

use crate::{
    AgentError,
    interface::{self, Interfaces, LAB, TAP},
};
use capture::{Capture, CaptureSpec, Direction, Interface};
use control::Task;
use link::{Counters, InForce, Link, LinkError, LinkSpec, PhaseBegan};
use record::{
    layout::RunDir,
    manifest::{CaptureRecord, HostRecord, LinkCounters, LinkRecord, PhaseRecord, ProgramRecord},
};
use scenario::plan::HostPlan;
use std::{collections::BTreeMap, thread, time::Duration};

/// A host that is ready for its programs.
pub(crate) struct Stage {
    name: String,
    sysctls: BTreeMap<String, String>,
    stack: Option<String>,
    interfaces: Interfaces,
    capture: Capture,
    link: Link,
    /// What had come by the wire before.
    arrived_before: u64,
}

/// How many packets went and came so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) offered: u64,
    pub(crate) delivered: u64,
    pub(crate) arrived: u64,
}

impl Stage {
    /// Sets up interfaces, capture and link, towards the wire of that name.
    pub(crate) fn set_up(task: &Task, wire: &str) -> Result<Self, AgentError> {
        let host = task
            .host()
            .ok_or_else(|| AgentError::NoSuchHost(task.host.clone()))?;
        let (interfaces, sysctls) = interface::set_up(&task.variant, &task.host, wire)?;
        let others = task.variant.hosts.iter();
        let link = LinkSpec {
            host: host.name.clone(),
            tap: TAP.into(),
            wire: wire.into(),
            plan: host.link.clone(),
            hosts: others
                .filter(|other| other.name != host.name)
                .map(|other| (other.name.clone(), other.address))
                .collect(),
            router: task.variant.router(),
            seed: task.seed,
        };
        // Both wait for the kernel for 10 ms or so. There is nothing to capture or carry yet.
        let (capture, link) = thread::scope(|scope| {
            let link = scope.spawn(|| Link::start(link));
            let capture = Capture::start(capture_spec(task, host, &interfaces));
            let link = link.join().unwrap_or(Err(LinkError::Panicked));
            (capture, link)
        });
        let (capture, link) = (capture?, link?);
        interfaces.wait_until_they_send()?;
        let arrived_before = interfaces.arrived()?;
        Ok(Self {
            name: host.name.clone(),
            sysctls,
            stack: host.is_on_smoltcp().then(|| stack::SMOLTCP.to_owned()),
            interfaces,
            capture,
            link,
            arrived_before,
        })
    }

    pub(crate) fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// The programs begin; the link's changes are timed from `at`, wall clock, ns since 1970.
    pub(crate) fn begin(&self, at: u64) {
        self.link.begin(at);
    }

    /// Waits until the link carries nothing.
    pub(crate) fn drain(&mut self, patience: Duration) -> Result<Carried, AgentError> {
        self.link.drain(patience);
        let counters = self.link.counters();
        Ok(Carried {
            offered: counters.offered,
            delivered: counters.delivered,
            arrived: self
                .interfaces
                .arrived()?
                .saturating_sub(self.arrived_before),
        })
    }

    /// Ends the link, then the capture, so that it holds everything the link ever carried.
    pub(crate) fn strike(
        self,
        programs: BTreeMap<String, ProgramRecord>,
        nudges: u64,
    ) -> Result<HostRecord, AgentError> {
        let in_force = self.link.in_force().clone();
        let link = self.link.stop()?;
        let capture = self.capture.stop()?;
        let (engine, instead) = match in_force {
            InForce::Netem => ("netem".to_owned(), None),
            InForce::UserSpace { instead } => ("user-space".to_owned(), instead),
        };
        Ok(HostRecord {
            name: self.name,
            link: LinkRecord {
                engine,
                instead,
                phases: link.phases.into_iter().map(phase_record).collect(),
                counters: link_counters(link.counters),
            },
            capture: CaptureRecord {
                packets: capture.packets,
                dropped: capture.dropped,
            },
            programs,
            sysctls: self.sysctls,
            stack: self.stack,
            nudges,
        })
    }
}

/// More than the header of an Ethernet frame.
const LINK_HEADER: usize = 64;

fn capture_spec(task: &Task, host: &HostPlan, interfaces: &Interfaces) -> CaptureSpec {
    let longest = task.variant.hosts.iter().map(|host| host.link.mtu());
    CaptureSpec {
        file: RunDir::new(&task.dir).capture(&host.name),
        interfaces: vec![
            Interface {
                name: LAB.into(),
                index: interfaces.lab,
                // Nothing comes in by it but the ICMP errors of the link's router.
                direction: None,
            },
            Interface {
                name: interfaces.wire_name.clone(),
                index: interfaces.wire,
                direction: Some(Direction::Incoming),
            },
        ],
        longest: usize::from(longest.max().unwrap_or(u16::MAX)) + LINK_HEADER,
        names: task
            .variant
            .hosts
            .iter()
            .map(|host| (host.address, host.name.clone()))
            .collect(),
    }
}

fn phase_record(phase: PhaseBegan) -> PhaseRecord {
    PhaseRecord {
        began: phase.at,
        applied: phase.state,
    }
}

fn link_counters(counters: Counters) -> LinkCounters {
    LinkCounters {
        offered: counters.offered,
        duplicated: counters.duplicated,
        fragments: counters.fragments,
        delivered: counters.delivered,
        lost: counters.lost,
        cut: counters.cut,
        dropped: counters.dropped,
        refused: counters.refused,
        corrupted: counters.corrupted,
        reordered: counters.reordered,
        overrun: counters.overrun,
    }
}
