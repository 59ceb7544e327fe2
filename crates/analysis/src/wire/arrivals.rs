//! Which packet of the sender's capture is which packet of the receiver's.
//!
//! The two ends' captures share nothing but the packets themselves. TCP segments are matched by
//! addresses, sequence and acknowledgment numbers, length, flags and timestamp option; datagrams by
//! a digest of their payload. Equal ones are told apart by IPv4 identification where there is one,
//! else taken in order: a retransmission has an identification of its own, a duplicate made by the
//! link has the original's.

use super::Capture;
use crate::{
    frame::{Frame, Transport},
    model::connection::Arrival,
};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
};

/// Where the packets of each capture arrived.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    captures: Vec<OfCapture>,
}

#[derive(Debug, Default)]
struct OfCapture {
    /// By the sent packet's place in its capture's frames.
    first: Vec<Option<Arrival>>,
    /// Arrivals of duplicates.
    again: BTreeMap<usize, Vec<Arrival>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: SocketAddr,
    destination: SocketAddr,
    len: u32,
    content: Content,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Content {
    Tcp {
        seq: u32,
        ack: Option<u32>,
        flags: [bool; 3],
        window: u16,
        timestamp: Option<u32>,
    },
    Udp {
        digest: u64,
    },
}

struct Sent {
    capture: usize,
    frame: usize,
    id: u16,
    matched: bool,
}

impl Arrivals {
    /// Matches all captures of a run with each other.
    pub(crate) fn new(captures: &[Capture<'_>]) -> Self {
        let mut sent = sent_packets(captures);
        let mut arrivals = Self {
            captures: captures
                .iter()
                .map(|capture| OfCapture {
                    first: vec![None; capture.frames.frames.len()],
                    again: BTreeMap::new(),
                })
                .collect(),
        };
        for capture in captures {
            let Some(host) = &capture.host else { continue };
            for frame in &capture.frames.frames {
                if frame.destination.ip() != host.address || frame.source.ip() == host.address {
                    continue;
                }
                let Some(candidates) = sent.get_mut(&key(frame)) else {
                    continue;
                };
                let arrival = Arrival {
                    frame: frame.number,
                    at: frame.at,
                };
                arrivals.note(candidates, frame, arrival);
            }
        }
        arrivals
    }

    fn note(&mut self, candidates: &mut [Sent], arrived: &Frame<'_>, arrival: Arrival) {
        let same_id = |sent: &Sent| arrived.ip_id != 0 && sent.id == arrived.ip_id;
        let free = candidates
            .iter()
            .position(|sent| !sent.matched && same_id(sent))
            .or_else(|| {
                let twin = candidates.iter().any(same_id);
                let fits = |sent: &Sent| !twin && !sent.matched;
                candidates.iter().position(fits)
            });
        if let Some(place) = free {
            let sent = &mut candidates[place];
            sent.matched = true;
            self.captures[sent.capture].first[sent.frame] = Some(arrival);
            return;
        }
        let original = candidates
            .iter()
            .find(|sent| same_id(sent))
            .or_else(|| candidates.iter().rev().find(|sent| sent.matched));
        if let Some(sent) = original {
            self.captures[sent.capture]
                .again
                .entry(sent.frame)
                .or_default()
                .push(arrival);
        }
    }

    /// Where a packet first arrived, by its capture and its place there.
    pub(crate) fn first(&self, capture: usize, frame: usize) -> Option<Arrival> {
        *self.captures.get(capture)?.first.get(frame)?
    }

    /// Everywhere a packet arrived.
    pub(crate) fn all(&self, capture: usize, frame: usize) -> Vec<Arrival> {
        let again = self
            .captures
            .get(capture)
            .and_then(|capture| capture.again.get(&frame));
        self.first(capture, frame)
            .into_iter()
            .chain(again.into_iter().flatten().copied())
            .collect()
    }
}

fn sent_packets(captures: &[Capture<'_>]) -> HashMap<Key, Vec<Sent>> {
    let mut sent: HashMap<Key, Vec<Sent>> = HashMap::new();
    for (place, capture) in captures.iter().enumerate() {
        let Some(host) = &capture.host else { continue };
        for (index, frame) in capture.frames.frames.iter().enumerate() {
            if frame.source.ip() == host.address {
                sent.entry(key(frame)).or_default().push(Sent {
                    capture: place,
                    frame: index,
                    id: frame.ip_id,
                    matched: false,
                });
            }
        }
    }
    sent
}

fn key(frame: &Frame<'_>) -> Key {
    let content = match &frame.transport {
        Transport::Tcp(tcp) => Content::Tcp {
            seq: tcp.seq,
            ack: tcp.ack,
            flags: [tcp.syn, tcp.fin, tcp.rst],
            window: tcp.window,
            timestamp: tcp.timestamp,
        },
        Transport::Udp => Content::Udp {
            digest: record::event::digest(frame.payload),
        },
    };
    Key {
        source: frame.source,
        destination: frame.destination,
        len: frame.payload_len,
        content,
    }
}
