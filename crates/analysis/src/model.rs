//! What analysis says: the types of `analysis.json`.

pub mod connection;
pub mod finding;
pub mod flow;
pub mod link;
pub mod note;
pub mod program;
pub mod verdict;

use crate::frame::Frames;
use connection::Connection;
use finding::{Finding, Place as Where};
use flow::Flow;
use link::LinkSummary;
use note::Note;
use program::ProgramSummary;
use record::manifest::{Outcome, Place};
use scenario::{
    expectation::{Expectation, ValuePath},
    text::Text,
};
use serde::Serialize;
use std::collections::BTreeMap;
use verdict::{Doubt, Judgement, Verdict};

/// Version of the format of `analysis.json`.
pub const VERSION: u32 = 1;

/// One run or one capture, analysed. Serialized it is `analysis.json`, version [`VERSION`].
///
/// Times are nanoseconds since 1970, durations nanoseconds, sizes bytes. Ranges `{start, end}` are
/// half-open byte ranges of one direction of a TCP connection, counted from its first byte. Frame
/// numbers are those Wireshark shows for the named host's capture file. Positions in lists count
/// from 0. The same input gives the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Analysis {
    /// Always [`VERSION`].
    pub version: u32,
    /// What was analysed.
    pub subject: Subject,
    /// The capture files, a run's in the plan's order.
    pub captures: Vec<CaptureSummary>,
    /// TCP connections by the time of their first packet; for a single capture in the order, and
    /// with the numbers, of Wireshark's `tcp.stream`.
    pub connections: Vec<Connection>,
    /// UDP conversations by the time of their first datagram.
    pub flows: Vec<Flow>,
    /// What each host's link was asked and what it did; empty for a capture.
    pub links: Vec<LinkSummary>,
    /// What was found, by connection and time.
    pub findings: Vec<Finding>,
    /// What was measured for each program; empty for a capture.
    pub values: Vec<Measured>,
    /// The `command:` programs, in the plan's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<ProgramSummary>,
    /// What the variant was to show, in the plan's order, and whether it did.
    pub expectations: Vec<Judgement>,
    /// What the variant was to show on another stack only, and was not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<Expectation>,
    /// Why the evidence may be incomplete. With any of them no expectation is held or failed.
    pub doubts: Vec<Doubt>,
    /// The expectations taken together; none for a capture.
    pub verdict: Option<Verdict>,
    /// What the reader should know besides.
    pub notes: Vec<Note>,
}

impl Analysis {
    /// The run this is about; `None` for a capture.
    pub fn run(&self) -> Option<&RunSubject> {
        match &self.subject {
            Subject::Run(run) => Some(run),
            Subject::Capture { .. } => None,
        }
    }

    /// One connection and what was found in it; `None` where there is none of that number.
    pub fn details(&self, number: usize) -> Option<ConnectionDetails<'_>> {
        let is_in_it = |finding: &&Finding| match finding.place {
            Where::Stream { connection, .. } => connection == number,
            Where::Flow { .. } | Where::Link { .. } => false,
        };
        Some(ConnectionDetails {
            version: self.version,
            subject: &self.subject,
            number,
            connection: self.connections.get(number)?,
            findings: self.findings.iter().filter(is_in_it).collect(),
        })
    }

    /// A measured value.
    pub fn value(&self, path: &ValuePath) -> Option<u64> {
        self.values
            .iter()
            .find(|measured| measured.path == *path)?
            .value
    }
}

/// One connection of an [`Analysis`]: `inspect --connection`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectionDetails<'a> {
    /// That of the analysis.
    pub version: u32,
    /// What was analysed.
    pub subject: &'a Subject,
    /// Its place in the list of connections.
    pub number: usize,
    /// The connection.
    pub connection: &'a Connection,
    /// What was found in it, by direction and time.
    pub findings: Vec<&'a Finding>,
}

/// What was analysed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A run of the lab.
    Run(Box<RunSubject>),
    /// A capture from anywhere.
    Capture {
        /// Its file's name.
        name: String,
    },
}

/// Which run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunSubject {
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's title.
    pub title: Text,
    /// The variant's name.
    pub variant: String,
    /// What the variant shows.
    pub about: Text,
    /// Where all chance came from.
    pub seed: u64,
    /// When the programs were let go, in ns since 1970: phases of links are told from there on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<u64>,
    /// Where it ran.
    pub place: Place,
    /// Hosts whose programs ran on a stack in user space beside a kernel, and which.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stacks: BTreeMap<String, String>,
    /// Sysctls that shape what is seen and were left as the kernel has them, where all hosts agree; without
    /// their `net.ipv4.`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left_to_kernel: BTreeMap<String, String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// One capture file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaptureSummary {
    /// The host it belongs to; none for a single capture.
    pub host: Option<String>,
    /// Packets in the file.
    pub packets: u64,
    /// Packets that are neither TCP nor UDP, or whose headers are cut or damaged.
    pub other: u64,
    /// When the first packet was captured.
    pub first: Option<u64>,
    /// When the last packet was captured.
    pub last: Option<u64>,
}

impl CaptureSummary {
    pub(crate) fn of(host: Option<String>, frames: &Frames<'_>) -> Self {
        Self {
            host,
            packets: frames.packets,
            other: frames.other,
            first: frames.span.map(|(first, _)| first),
            last: frames.span.map(|(_, last)| last),
        }
    }
}

/// A value measured for one program.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// Its name, `host.program.metric`.
    pub path: ValuePath,
    /// The value in the metric's unit; none when it could not be measured.
    pub value: Option<u64>,
}
