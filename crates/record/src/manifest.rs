//! `manifest.json`: what was asked, where it ran, and how it ended. Version 1.

use scenario::{
    plan::{LinkState, VariantPlan},
    text::Text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the format.
pub const VERSION: u32 = 1;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// Always [`VERSION`].
    pub version: u32,
    /// Version of the program that made the run.
    pub tinygram: String,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's title.
    pub title: Text,
    /// The variant played, complete.
    pub variant: VariantPlan,
    /// Where all chance came from.
    pub seed: u64,
    /// Where it ran.
    pub place: Place,
    /// Wall-clock time in ns since 1970 when set-up began.
    pub started: u64,
    /// Wall-clock time in ns since 1970 when the programs were let go, from which a link's changes
    /// are timed; none if it did not come to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<u64>,
    /// Wall-clock time in ns since 1970 when the last host had handed in its results.
    pub ended: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What each host reported, in the plan's order.
    pub hosts: Vec<HostRecord>,
    /// What the captures of both ends say that each link did, and whether that is what it was
    /// asked: the `links` of analysis.json, once the run has been analysed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<serde_json::Value>,
}

/// Sysctls that shape what is seen and are left as each kernel has them, unless the scenario sets one.
pub const LEFT_TO_KERNEL: [&str; 8] = [
    "net.ipv4.tcp_autocorking",
    "net.ipv4.tcp_min_snd_mss",
    "net.ipv4.tcp_mtu_probing",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_sack",
    "net.ipv4.tcp_timestamps",
    "net.ipv4.tcp_window_scaling",
    "net.ipv4.tcp_wmem",
];

/// What a simulated run is called wherever its results stand: its TCP is no kernel's.
pub const SIMULATED: &str = "simulated (smoltcp, virtual time)";

/// Where a run took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// `namespaces`, `docker`, `user-mode linux` or [`SIMULATED`].
    pub backend: String,
    /// Kernel release, or what stands in for a kernel.
    pub kernel: String,
    /// Processor architecture.
    pub machine: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every program that ends by itself did.
    Completed,
    /// It did not get there.
    Broken {
        /// Which host.
        host: String,
        /// What went wrong, one line.
        reason: String,
        /// The end of that host's log.
        log: Vec<String>,
    },
}

/// What one host reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostRecord {
    /// Its name.
    pub name: String,
    /// Its link.
    pub link: LinkRecord,
    /// Its capture.
    pub capture: CaptureRecord,
    /// How its programs ended, by name.
    pub programs: BTreeMap<String, ProgramRecord>,
    /// Sysctls that matter, by name, as they stood when the run began.
    pub sysctls: BTreeMap<String, String>,
    /// The stack in user space that its programs ran on, where a kernel's was there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// How often a stack in user space had forgotten to send what it had and was made to probe.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nudges: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Place {
    /// Whether no kernel took part.
    pub fn is_simulated(&self) -> bool {
        self.backend == SIMULATED
    }
}

/// What a link was asked and what it did, by its own count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LinkRecord {
    /// `user-space`, `netem`, or `simulated` where no interface takes part.
    pub engine: String,
    /// Why it is the user-space link, where the kernel's netem had been tried first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// What was put into force and when, phase by phase. Phases that the run did not reach are
    /// missing.
    pub phases: Vec<PhaseRecord>,
    /// What it did with the packets.
    #[serde(flatten)]
    pub counters: LinkCounters,
}

/// One phase of a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PhaseRecord {
    /// Wall-clock time in ns since 1970 from which on packets met it.
    pub began: u64,
    /// What was put into force.
    pub applied: LinkState,
}

/// What a link did with its host's packets. What was offered or duplicated, and is not counted as
/// delivered or under one of the reasons not to be, was still under way when the run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct LinkCounters {
    /// Packets the host sent.
    pub offered: u64,
    /// Copies made because the link was asked to.
    pub duplicated: u64,
    /// Packets that left, copies included.
    pub delivered: u64,
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
    /// Packets delivered with a flipped bit.
    pub corrupted: u64,
    /// Packets sent at once, past others.
    pub reordered: u64,
    /// Packets lost because the link could not keep up, or the kernel refused them. Should be 0.
    pub overrun: u64,
}

impl LinkCounters {
    /// Packets that were still under way when the run ended, copies and pieces included.
    pub fn under_way(&self) -> u64 {
        let came = self.offered + self.duplicated + self.fragments;
        let went = self.delivered + self.lost + self.cut + self.dropped + self.refused;
        came.saturating_sub(went + self.overrun)
    }
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaptureRecord {
    /// Packets written.
    pub packets: u64,
    /// Packets the kernel dropped because the ring was full. Should be 0.
    pub dropped: u64,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramRecord {
    /// By itself or when told, with this status.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// It never started; the error.
    NotStarted(String),
}
