//! A capture in one pass: what its connections add up to and what is found in them, with memory for
//! each connection and not for each packet.
//!
//! It tells what [`inspect`](crate::inspect) tells, but of segments, datagrams, waits and findings
//! that are alike only the first, and how many there are. A connection's SYNs are taken to come
//! before its other packets.

mod flows;
mod life;
mod lives;

use crate::{
    filter,
    frame::{Transport, Walk},
    model::{self, Analysis, CaptureSummary, Subject},
    notes,
};
use flows::Flows;
use lives::Lives;
use packet::capture::ReadError;

/// What a summary lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Of so many connections, and of so many UDP conversations,
    pub conversations: usize,
    /// the first so many packets with payload of each direction.
    pub packets: usize,
}

impl Listing {
    /// How many packets are listed of the next conversation.
    fn of(self, place: usize) -> usize {
        match place < self.conversations {
            true => self.packets,
            false => 0,
        }
    }
}

/// Analyses a capture from anywhere in little memory: `name` and `capture` as for
/// [`inspect`](crate::inspect). What is counted and not listed is in
/// [`Unlisted`](model::connection::Unlisted).
///
/// # Errors
/// It is no capture file. One that is damaged is read as far as it goes, with a note.
pub fn summarise(name: &str, capture: &[u8], listing: Listing) -> Result<Analysis, ReadError> {
    let mut walk = Walk::new(capture)?;
    let (mut lives, mut flows) = (Lives::new(listing), Flows::new(listing));
    for frame in walk.by_ref() {
        match &frame.transport {
            Transport::Tcp(tcp) => lives.next(&frame, tcp),
            Transport::Udp => flows.next(&frame),
        }
    }
    let (connections, mut findings) = lives.end();
    for finding in &mut findings {
        finding.filter = filter::filter(finding, &connections);
    }
    let met = walk.end();
    Ok(Analysis {
        version: model::VERSION,
        subject: Subject::Capture {
            name: name.to_owned(),
        },
        captures: vec![CaptureSummary::of(None, &met)],
        connections,
        flows: flows.end(),
        links: Vec::new(),
        findings,
        values: Vec::new(),
        programs: Vec::new(),
        expectations: Vec::new(),
        not_judged: Vec::new(),
        doubts: Vec::new(),
        verdict: None,
        notes: notes::damage(None, &met).collect(),
    })
}
