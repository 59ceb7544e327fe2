//! A capture in one pass: what its connections add up to and what is found in them, with memory for
//! each connection and not for each packet.
//!
//! It tells what [`Inspection`](crate::Inspection) tells, but of segments, datagrams, waits and findings
//! that are alike only the first, and how many there are. A connection's SYNs are taken to come
//! before its other packets.

mod ahead;
mod flows;
mod life;
mod lives;

use crate::{
    frame::{Frame, Passed, TooBig, Transport, Walk},
    model::{self, Analysis, CaptureSummary, Subject},
    notes,
};
use ahead::Ahead;
use flows::Flows;
use lives::{Expected, Lives};
use packet::capture::{ReadError, Reader};
use std::collections::BTreeSet;

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

/// Which list a packet belongs to, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Connection(usize),
    Flow(usize),
}

/// A summary, and what else the pass met.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    pub(crate) summary: Analysis,
    pub(crate) too_big: BTreeSet<TooBig>,
    /// To read packets again.
    pub(crate) file: Reader<'a>,
}

/// Analyses a capture from anywhere in little memory: `name` is its file's name, for the report,
/// `capture` the bytes of a pcap or pcapng file. What is counted and not listed is in
/// [`Unlisted`](model::connection::Unlisted).
///
/// # Errors
/// It is no capture file. One that is damaged is read as far as it goes, with a note.
pub fn summarise(name: &str, capture: &[u8], listing: Listing) -> Result<Analysis, ReadError> {
    pass(name, capture, listing, |_, _| {}).map(|pass| pass.summary)
}

/// The same; `seen` is told where each packet belongs.
pub(crate) fn pass<'a>(
    name: &str,
    capture: &'a [u8],
    listing: Listing,
    mut seen: impl FnMut(Group, &Frame<'a>),
) -> Result<Pass<'a>, ReadError> {
    let walk = Walk::new(capture)?;
    let (mut lives, mut flows) = (Lives::new(listing), Flows::new(listing));
    let mut take = |lives: &mut Lives, frame: &Frame<'a>, expected: Expected| {
        let group = match &frame.transport {
            Transport::Tcp(tcp) => Group::Connection(lives.next(expected, frame, tcp)),
            Transport::Udp => Group::Flow(flows.next(frame)),
        };
        seen(group, frame);
    };
    let mut ahead = Ahead::default();
    let (met, file) = walk.each(|passed| match passed {
        Passed::Frame(frame) => {
            let expected = match &frame.transport {
                Transport::Tcp(_) => lives.expect(frame),
                Transport::Udp => Expected::default(),
            };
            let half_way = ahead.put(expected.is_near, frame, expected, |frame, expected| {
                take(&mut lives, frame, expected);
            });
            if let Some(expected) = half_way {
                lives.fetch(expected);
            }
        }
        Passed::Late(late) => {
            ahead.drain(|frame, expected| take(&mut lives, frame, expected));
            lives.late(late);
        }
    });
    ahead.drain(|frame, expected| take(&mut lives, frame, expected));
    let (connections, findings) = lives.end();
    let summary = Analysis {
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
    };
    Ok(Pass {
        summary,
        too_big: met.too_big,
        file,
    })
}
