//! JSON of a capture that may be larger than memory.

use super::Inspection;
use crate::model::{CaptureSummary, Subject, finding::Finding, note::Note};
use serde::{Serialize, Serializer};
use std::cell::RefCell;

/// The fields of [`Analysis`](crate::Analysis) in its order, those of a run empty.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Streamed<'a> {
    version: u32,
    subject: &'a Subject,
    captures: &'a [CaptureSummary],
    connections: Connections<'a>,
    flows: Flows<'a>,
    links: [(); 0],
    /// Known once the connections were written.
    findings: &'a RefCell<Vec<Finding>>,
    values: [(); 0],
    expectations: [(); 0],
    doubts: [(); 0],
    verdict: Option<()>,
    notes: &'a [Note],
}

/// Each is analysed when its turn comes, and forgotten.
struct Connections<'a> {
    inspection: &'a Inspection<'a>,
    findings: &'a RefCell<Vec<Finding>>,
}

struct Flows<'a>(&'a Inspection<'a>);

impl Serialize for Inspection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = &self.summary;
        let findings = &RefCell::default();
        Streamed {
            version: summary.version,
            subject: &summary.subject,
            captures: &summary.captures,
            connections: Connections {
                inspection: self,
                findings,
            },
            flows: Flows(self),
            links: [],
            findings,
            values: [],
            expectations: [],
            doubts: [],
            verdict: None,
            notes: &summary.notes,
        }
        .serialize(serializer)
    }
}

impl Serialize for Connections<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = 0..self.inspection.summary.connections.len();
        serializer.collect_seq(numbers.filter_map(|number| {
            let (connection, found) = self.inspection.connection(number)?;
            self.findings.borrow_mut().extend(found);
            Some(connection)
        }))
    }
}

impl Serialize for Flows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = 0..self.0.summary.flows.len();
        serializer.collect_seq(numbers.filter_map(|number| self.0.flow(number)))
    }
}
