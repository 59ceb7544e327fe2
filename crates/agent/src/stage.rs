//! What stands on a host while a run lasts: interfaces, capture, link.

use crate::{
    AgentError,
    interface::{self, Interfaces, LAB, TAP, WIRE},
};
use capture::{Capture, CaptureSpec, Direction, Interface};
use control::Task;
use link::{LinkError, UserLink, UserLinkSpec};
use record::{
    layout::RunDir,
    manifest::{CaptureRecord, HostRecord, LinkRecord, ProgramRecord},
};
use scenario::{impairment::Impairments, plan::HostPlan};
use std::{collections::BTreeMap, thread, time::Duration};

/// A host that is ready for its programs.
pub(crate) struct Stage {
    name: String,
    impairments: Impairments,
    sysctls: BTreeMap<String, String>,
    capture: Capture,
    link: UserLink,
}

impl Stage {
    /// Sets up interfaces, capture and link.
    pub(crate) fn set_up(task: &Task) -> Result<Self, AgentError> {
        let host = task
            .host()
            .ok_or_else(|| AgentError::NoSuchHost(task.host.clone()))?;
        let (interfaces, sysctls) = interface::set_up(&task.variant, &task.host)?;
        let link = UserLinkSpec {
            name: host.name.clone(),
            tap: TAP.into(),
            wire: WIRE.into(),
            impairments: host.link.clone(),
            seed: task.seed,
        };
        // Both wait for the kernel for 10 ms or so. There is nothing to capture or carry yet.
        let (capture, link) = thread::scope(|scope| {
            let link = scope.spawn(|| UserLink::start(link));
            let capture = Capture::start(capture_spec(task, host, interfaces));
            let link = link.join().unwrap_or(Err(LinkError::Panicked));
            (capture, link)
        });
        let (capture, link) = (capture?, link?);
        Ok(Self {
            name: host.name.clone(),
            impairments: host.link.clone(),
            sysctls,
            capture,
            link,
        })
    }

    /// Waits until the link carries nothing. Returns how many packets the host has sent so far.
    pub(crate) fn drain(&mut self, patience: Duration) -> u64 {
        self.link.drain(patience);
        self.link.counters().offered
    }

    /// Ends the link, then the capture, so that it holds everything the link ever carried.
    pub(crate) fn strike(
        self,
        programs: BTreeMap<String, ProgramRecord>,
    ) -> Result<HostRecord, AgentError> {
        let link = self.link.stop()?;
        let capture = self.capture.stop()?;
        Ok(HostRecord {
            name: self.name,
            link: LinkRecord {
                engine: "user-space".into(),
                applied: self.impairments,
                offered: link.offered,
                delivered: link.delivered,
                lost: link.lost,
                overrun: link.overrun,
            },
            capture: CaptureRecord {
                packets: capture.packets,
                dropped: capture.dropped,
            },
            programs,
            sysctls: self.sysctls,
        })
    }
}

fn capture_spec(task: &Task, host: &HostPlan, interfaces: Interfaces) -> CaptureSpec {
    CaptureSpec {
        file: RunDir::new(&task.dir).capture(&host.name),
        interfaces: vec![
            Interface {
                name: LAB.into(),
                index: interfaces.lab,
                direction: Direction::Outgoing,
            },
            Interface {
                name: WIRE.into(),
                index: interfaces.wire,
                direction: Direction::Incoming,
            },
        ],
        names: task
            .variant
            .hosts
            .iter()
            .map(|host| (host.address, host.name.clone()))
            .collect(),
    }
}
