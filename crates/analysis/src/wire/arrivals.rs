//! Which packet of the sender's capture is which packet of the receiver's.
//!
//! The two ends' captures share nothing but the packets themselves. TCP segments are matched by
//! addresses, sequence and acknowledgment numbers, length, flags and timestamp option; datagrams by
//! a digest of their payload. Equal ones are told apart by IPv4 identification where there is one,
//! else taken in order: a retransmission has an identification of its own, a duplicate made by the
//! link has the original's. Nothing arrives before it was sent: the lab's hosts share one clock.

use super::Capture;
use crate::{
    frame::{Frame, Transport},
    model::connection::Arrival,
};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
};

/// So many bytes of payload tell datagrams apart: what the first fragment has on any usual path. A
/// router may have cut a datagram that was sent whole.
const ALIKE: usize = 480;

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

/// Packets that look the same, by time.
#[derive(Default)]
struct Alike {
    sent: Vec<Sent>,
    /// All before this place are matched.
    free: usize,
}

struct Sent {
    capture: usize,
    frame: usize,
    at: u64,
    id: u16,
    matched: bool,
}

impl Alike {
    /// How many of them had been sent by then; all, should a clock have been set back.
    fn sent_by(&self, at: u64) -> usize {
        match self.sent.partition_point(|sent| sent.at <= at) {
            0 => self.sent.len(),
            count => count,
        }
    }

    /// The one that arrived, if it did not before.
    fn take(&mut self, arrived: &Frame<'_>) -> Option<&Sent> {
        let matched = |sent: &&Sent| sent.matched;
        self.free += self.sent[self.free..].iter().take_while(matched).count();
        let end = self.sent_by(arrived.at).max(self.free);
        let mut free = (self.free..end).filter(|at| !self.sent[*at].matched);
        let place = if arrived.ip_id == 0 {
            free.next()?
        } else if let Some(place) = free.clone().find(|at| self.sent[*at].id == arrived.ip_id) {
            place
        } else if self.sent[..end].iter().any(|sent| sent.is(arrived)) {
            return None;
        } else {
            free.next()?
        };
        self.sent[place].matched = true;
        Some(&self.sent[place])
    }

    /// The one that a duplicate was made of.
    fn original(&self, arrived: &Frame<'_>) -> Option<&Sent> {
        let sent = &self.sent[..self.sent_by(arrived.at)];
        sent.iter()
            .find(|sent| sent.is(arrived))
            .or_else(|| sent.iter().rev().find(|sent| sent.matched))
    }
}

impl Sent {
    /// Whether the identification says that this is the one.
    fn is(&self, arrived: &Frame<'_>) -> bool {
        arrived.ip_id != 0 && self.id == arrived.ip_id
    }
}

impl Arrivals {
    /// Matches all captures of a run with each other. A host's frame that `is_damaged`
    /// is the arrival of nothing: the host's kernel drops it.
    pub(crate) fn new(captures: &[Capture<'_>], is_damaged: impl Fn(&str, u64) -> bool) -> Self {
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
                if frame.destination().ip() != host.address
                    || frame.source().ip() == host.address
                    || is_damaged(&host.name, frame.number)
                {
                    continue;
                }
                let Some((alike, at)) = sent.get_mut(&key(frame)).zip(frame.whole_at) else {
                    continue;
                };
                let arrival = Arrival {
                    frame: frame.number,
                    at,
                };
                arrivals.note(alike, frame, arrival);
            }
        }
        arrivals
    }

    fn note(&mut self, alike: &mut Alike, arrived: &Frame<'_>, arrival: Arrival) {
        if let Some(sent) = alike.take(arrived) {
            self.captures[sent.capture].first[sent.frame] = Some(arrival);
        } else if let Some(sent) = alike.original(arrived) {
            let again = &mut self.captures[sent.capture].again;
            again.entry(sent.frame).or_default().push(arrival);
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

fn sent_packets(captures: &[Capture<'_>]) -> HashMap<Key, Alike> {
    let mut sent: HashMap<Key, Alike> = HashMap::new();
    for (place, capture) in captures.iter().enumerate() {
        let Some(host) = &capture.host else { continue };
        for (index, frame) in capture.frames.frames.iter().enumerate() {
            if frame.source().ip() == host.address {
                sent.entry(key(frame)).or_default().sent.push(Sent {
                    capture: place,
                    frame: index,
                    at: frame.at,
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
            ack: tcp.ack(),
            flags: [tcp.syn(), tcp.fin(), tcp.rst()],
            window: tcp.window,
            timestamp: tcp.timestamp,
        },
        Transport::Udp => Content::Udp {
            digest: record::event::digest(&frame.payload[..frame.payload.len().min(ALIKE)]),
        },
    };
    Key {
        source: frame.source(),
        destination: frame.destination(),
        len: frame.payload_len,
        content,
    }
}
