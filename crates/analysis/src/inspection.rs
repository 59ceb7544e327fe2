//! A capture from anywhere, its connections in every detail, one after the other.
//!
//! One pass [summarises](crate::summarise) it and notes where the packets of each connection are; then
//! those of one are read again and analysed. So what memory must hold is the largest connection, and
//! not the capture.

mod stream;

use crate::{
    filter::filter,
    findings,
    frame::{self, Frame, Frames, TooBig},
    join,
    model::{
        Analysis,
        connection::Connection,
        finding::{Finding, Place},
        flow::Flow,
    },
    programs::Programs,
    summary::{Group, Listing, Pass, pass},
    track::Track,
    wire::{Capture, arrivals::Arrivals, datagrams},
};
use packet::capture::{ReadError, Reader};
use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
};

/// Such a capture. Serialized it is the [`Analysis`] that [`inspect`] gives, connection by connection.
#[derive(Debug)]
pub struct Inspection<'a> {
    summary: Analysis,
    connections: Vec<Track>,
    flows: Vec<Track>,
    /// Packets that came in fragments, by number: what they are is not told by one place.
    fragmented: HashMap<u64, Frame<'a>>,
    too_big: BTreeSet<TooBig>,
    file: Reader<'a>,
}

/// Everything in a capture at once: `name` is its file's name, for the report, `capture` the bytes of a
/// pcap or pcapng file.
///
/// # Errors
/// It is no capture file. One that is damaged is read as far as it goes, with a note.
pub fn inspect(name: &str, capture: &[u8]) -> Result<Analysis, ReadError> {
    Ok(Inspection::new(name, capture)?.whole())
}

/// A capture's [summary](crate::summarise) with everything about one connection, if there is one of that
/// number; of findings only those in it.
///
/// # Errors
/// It is no capture file. One that is damaged is read as far as it goes, with a note.
pub fn inspect_connection(
    name: &str,
    capture: &[u8],
    number: usize,
) -> Result<Analysis, ReadError> {
    let inspection = Inspection::of(name, capture, |group| group == Group::Connection(number))?;
    let whole = inspection.connection(number);
    let mut analysis = inspection.summary;
    analysis.findings.clear();
    if let Some((connection, findings)) = whole {
        analysis.connections[number] = connection;
        analysis.findings = findings;
    }
    Ok(analysis)
}

impl<'a> Inspection<'a> {
    /// Goes through a capture once; `name` and `capture` as for [`inspect`].
    ///
    /// # Errors
    /// It is no capture file. One that is damaged is read as far as it goes, with a note.
    pub fn new(name: &str, capture: &'a [u8]) -> Result<Self, ReadError> {
        Self::of(name, capture, |_| true)
    }

    fn of(
        name: &str,
        capture: &'a [u8],
        is_wanted: impl Fn(Group) -> bool,
    ) -> Result<Self, ReadError> {
        const NOTHING: Listing = Listing {
            conversations: 0,
            packets: 0,
        };
        let (mut connections, mut flows) = (Vec::new(), Vec::new());
        let mut fragmented = HashMap::new();
        let seen = |group, frame: &Frame<'a>| {
            if !is_wanted(group) {
                return;
            }
            let (tracks, place) = match group {
                Group::Connection(place) => (&mut connections, place),
                Group::Flow(place) => (&mut flows, place),
            };
            if tracks.len() <= place {
                tracks.resize_with(place + 1, Track::default);
            }
            tracks[place].push(frame.number, frame.offset);
            if frame.is_fragmented() {
                fragmented.insert(frame.number, *frame);
            }
        };
        let Pass {
            summary,
            too_big,
            file,
        } = pass(name, capture, NOTHING, seen)?;
        Ok(Self {
            summary,
            connections,
            flows,
            fragmented,
            too_big,
            file,
        })
    }

    /// Everything about one connection, and what is found in it.
    pub fn connection(&self, number: usize) -> Option<(Connection, Vec<Finding>)> {
        let summary = self.summary.connections.get(number)?;
        let ends = (summary.client.address, summary.server.address);
        let captures = [self.capture(self.connections.get(number)?, ends)];
        let mut joined = join::captured(&captures);
        let mut findings = findings::in_connections(&joined, &Programs::default());
        let mut connection = joined.pop()?.connection;
        connection.flags = summary.flags.clone();
        for finding in &mut findings {
            if let Place::Stream { connection, .. } = &mut finding.place {
                *connection = number;
            }
            finding.filter = filter(finding, Some(&connection));
        }
        Some((connection, findings))
    }

    /// Everything about one UDP conversation.
    pub fn flow(&self, number: usize) -> Option<Flow> {
        let summary = self.summary.flows.get(number)?;
        let ends = (summary.client.address, summary.server.address);
        let captures = [self.capture(self.flows.get(number)?, ends)];
        let flows = datagrams::flows(&captures, &Arrivals::default());
        Some(flows.into_iter().next()?.flow)
    }

    /// Everything at once.
    fn whole(mut self) -> Analysis {
        let (mut connections, mut findings) = (Vec::new(), Vec::new());
        for number in 0..self.summary.connections.len() {
            let Some((connection, found)) = self.connection(number) else {
                continue;
            };
            connections.push(connection);
            findings.extend(found);
        }
        let flows = 0..self.summary.flows.len();
        self.summary.flows = flows.filter_map(|number| self.flow(number)).collect();
        self.summary.connections = connections;
        self.summary.findings = findings;
        self.summary
    }

    /// As if nothing but these packets, between these ends, had been captured.
    fn capture(&self, track: &Track, (client, server): (SocketAddr, SocketAddr)) -> Capture<'a> {
        let frame = |(number, offset)| match self.fragmented.get(&number) {
            Some(frame) => Some(*frame),
            None => frame::again(&self.file, number, offset),
        };
        let (from, to) = (client.ip(), server.ip());
        let told = [TooBig { from, to }, TooBig { from: to, to: from }];
        let too_big = told.into_iter().filter(|told| self.too_big.contains(told));
        Capture {
            host: None,
            frames: Frames {
                frames: track.iter().filter_map(frame).collect(),
                too_big: too_big.collect(),
                is_there: true,
                ..Frames::default()
            },
        }
    }
}
