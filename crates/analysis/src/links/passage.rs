//! What became of each packet on its way, by the captures of both ends.
//!
//! Nothing changes a packet between the two captures but an impairment, so packets are matched by
//! all their bytes. Those alike are matched in order; one that arrives although all alike have
//! arrived is a duplicate. A retransmission is no such: its IP identification or its TCP timestamp
//! is another. Where not all that are alike arrive just once, nobody can tell which did, nor when: their
//! number counts, and their times do not. What arrives without having been sent is a fragment that a router made of a missing
//! packet, or a missing packet with a bit flipped.

mod datagram;
mod flipped;
mod pieces;

use flipped::Candidates;
use packet::{LinkType, capture::Reader, ethernet};
use pieces::Pieces;
use record::run::Run;
use std::{collections::HashMap, net::IpAddr};

/// One packet that a host sent to another.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// Its number in the sender's capture.
    pub(super) number: u64,
    /// The number of the frame in which its datagram begins: its own, but for later fragments.
    pub(super) datagram: u64,
    /// When it was sent, in ns since 1970.
    pub(super) at: u64,
    /// The receiver, by its place in the plan.
    pub(super) to: usize,
    /// Bytes of the IP packet.
    pub(super) length: u32,
    /// Whether a router may cut it: IPv4 without the flag DF (RFC 791).
    pub(super) may_be_cut: bool,
    /// Whether nobody can tell if it was this one that arrived, or another that is alike.
    pub(super) is_alike: bool,
    pub(super) outcome: Outcome,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Missing,
    /// The run ended before it could arrive.
    UnderWay,
    /// It arrived then, and so many times again.
    Arrived {
        at: u64,
        again: u32,
    },
    /// It arrived with a bit flipped, in the datagram that begins in that frame of the receiver's
    /// capture.
    Corrupted {
        at: u64,
        datagram: u64,
    },
    /// It arrived as fragments, the last one then; the largest has so many bytes.
    Pieces {
        at: u64,
        largest: u32,
    },
}

impl Passage {
    /// When it arrived whole and intact, and it was this one.
    pub(super) fn arrived(&self) -> Option<u64> {
        match self.outcome {
            Outcome::Arrived { at, .. } if !self.is_alike => Some(at),
            _ => None,
        }
    }

    /// How often it arrived beyond the first time.
    pub(super) fn copies(&self) -> u64 {
        match self.outcome {
            Outcome::Arrived { again, .. } => again.into(),
            _ => 0,
        }
    }

    /// When it left the link, however it looked, and it was this one.
    pub(super) fn left(&self) -> Option<u64> {
        match self.outcome {
            _ if self.is_alike => None,
            Outcome::Missing | Outcome::UnderWay => None,
            Outcome::Arrived { at, .. }
            | Outcome::Corrupted { at, .. }
            | Outcome::Pieces { at, .. } => Some(at),
        }
    }
}

/// A packet of a capture.
#[derive(Clone, Copy)]
struct Seen<'a> {
    /// Its number there.
    number: u64,
    /// The number of the frame in which its datagram begins.
    datagram: u64,
    /// When, in ns since 1970.
    at: u64,
    /// Whether the frame is for another Ethernet address: netem flips bits of that, too, and the switch
    /// then shows the frame to everybody.
    is_astray: bool,
    /// From the IP header on.
    packet: &'a [u8],
}

/// What each host of the plan sent to others whose captures are there, in order; nothing for a host
/// without a capture.
pub(super) fn passages(run: &Run) -> Vec<Vec<Passage>> {
    let hosts = &run.manifest.variant.hosts;
    let captures: Vec<Option<Vec<Seen<'_>>>> = hosts
        .iter()
        .map(|host| {
            let data = run.host(&host.name)?;
            packets(&data.capture, host.mac.0)
        })
        .collect();
    let mut passages: Vec<Vec<Passage>> = vec![Vec::new(); hosts.len()];
    let mut bytes: Vec<Vec<&[u8]>> = vec![Vec::new(); hosts.len()];
    let place = |address: IpAddr| hosts.iter().position(|host| host.address == address);
    for (from, seen) in captures.iter().enumerate() {
        for &Seen {
            number,
            datagram,
            at,
            packet,
            ..
        } in seen.iter().flatten()
        {
            let Some((source, destination)) = addresses(packet) else {
                continue;
            };
            let to = place(destination).filter(|to| *to != from && captures[*to].is_some());
            if let Some(to) = to.filter(|_| source == hosts[from].address) {
                passages[from].push(Passage {
                    number,
                    datagram,
                    at,
                    to,
                    length: packet.len() as u32,
                    may_be_cut: may_be_cut(packet),
                    is_alike: false,
                    outcome: Outcome::Missing,
                });
                bytes[from].push(packet);
            }
        }
    }
    let mut sent = Sent::new(&passages, &bytes);
    for (to, seen) in captures.iter().enumerate() {
        let strange: Vec<Seen<'_>> = seen
            .iter()
            .flatten()
            .copied()
            .filter(|seen| {
                addresses(seen.packet).is_none_or(|(source, _)| source != hosts[to].address)
            })
            .filter(|&arrival| !sent.take(to, arrival, &mut passages))
            .collect();
        rebuild(to, &strange, &mut passages, &bytes);
    }
    sent.mark_alike(&mut passages);
    passages
}

/// The packets of a capture file; none when it is not readable.
fn packets(file: &[u8], mac: [u8; 6]) -> Option<Vec<Seen<'_>>> {
    let reader = Reader::new(file).ok()?;
    let behind = reader.filter_map(|packet| {
        let (bytes, is_astray) = match packet.link_type {
            LinkType::ETHERNET => {
                let frame = ethernet::Frame::new(packet.data).ok()?;
                (frame.payload(), packet.data[..6] != mac)
            }
            // What a simulated host's capture holds.
            LinkType::RAW => (packet.data, false),
            _ => return None,
        };
        Some(Seen {
            is_astray,
            number: packet.number,
            datagram: packet.number,
            at: packet.at,
            packet: bytes,
        })
    });
    let mut seen: Vec<Seen<'_>> = behind.collect();
    datagram::put_together(&mut seen);
    Some(seen)
}

fn may_be_cut(packet: &[u8]) -> bool {
    const DF: u8 = 0x40;
    packet[0] >> 4 == 4 && packet.get(6).is_some_and(|flags| flags & DF == 0)
}

/// Source and destination, by the first bytes.
fn addresses(packet: &[u8]) -> Option<(IpAddr, IpAddr)> {
    match packet.first()? >> 4 {
        4 => {
            let at = |n: usize| {
                Some(IpAddr::from(
                    <[u8; 4]>::try_from(packet.get(n..n + 4)?).ok()?,
                ))
            };
            Some((at(12)?, at(16)?))
        }
        6 => {
            let at = |n: usize| {
                Some(IpAddr::from(
                    <[u8; 16]>::try_from(packet.get(n..n + 16)?).ok()?,
                ))
            };
            Some((at(8)?, at(24)?))
        }
        _ => None,
    }
}

/// Packets sent, by their bytes.
struct Sent<'a> {
    alike: HashMap<&'a [u8], Alike>,
}

/// Packets with the same bytes, by time: sender and place.
#[derive(Default)]
struct Alike {
    places: Vec<(usize, usize)>,
    /// How many of them have arrived.
    arrived: usize,
}

impl<'a> Sent<'a> {
    fn new(passages: &[Vec<Passage>], bytes: &[Vec<&'a [u8]>]) -> Self {
        let mut alike: HashMap<&[u8], Alike> = HashMap::new();
        for (from, bytes) in bytes.iter().enumerate() {
            for (place, packet) in bytes.iter().enumerate() {
                debug_assert_eq!(passages[from][place].length as usize, packet.len());
                alike.entry(packet).or_default().places.push((from, place));
            }
        }
        Self { alike }
    }

    /// Marks those of which nobody can tell which arrived.
    fn mark_alike(&self, passages: &mut [Vec<Passage>]) {
        for Alike { places, .. } in self.alike.values().filter(|alike| alike.places.len() > 1) {
            let outcomes = || places.iter().map(|&(from, place)| &passages[from][place]);
            // While two were under way at once, either may be the one that came again, and after that
            // each of the others may be the one behind it.
            let is_any_copied = outcomes().any(|passage| passage.copies() > 0);
            let met = outcomes()
                .zip(outcomes().skip(1))
                .any(|(one, next)| one.left().is_some_and(|left| next.at <= left));
            let may_be_others = is_any_copied && met;
            let is_any_missing = outcomes().any(|passage| passage.arrived().is_none());
            if is_any_missing || may_be_others {
                let copies = outcomes().map(Passage::copies).sum();
                spread(copies, places, passages);
            }
        }
    }

    /// Notes an arrival. Returns whether such a packet was ever sent.
    fn take(&mut self, to: usize, seen: Seen<'_>, passages: &mut [Vec<Passage>]) -> bool {
        let Seen { at, packet, .. } = seen;
        let Some(alike) = self.alike.get_mut(packet) else {
            return false;
        };
        let next = alike.places.get(alike.arrived).copied();
        let is_next = |&(from, place): &(usize, usize)| {
            let passage = &passages[from][place];
            // A switch may show other hosts a packet, too.
            passage.to == to && passage.at <= at
        };
        if let Some((from, place)) = next.filter(is_next) {
            let datagram = seen.datagram;
            passages[from][place].outcome = match seen.is_astray {
                true => Outcome::Corrupted { at, datagram },
                false => Outcome::Arrived { at, again: 0 },
            };
            alike.arrived += 1;
        } else if let Some((from, place)) = alike.arrived.checked_sub(1).map(|n| alike.places[n]) {
            let passage = &mut passages[from][place];
            if passage.to == to
                && let Outcome::Arrived { again, .. } = &mut passage.outcome
            {
                *again += 1;
            }
        }
        true
    }
}

/// Marks packets as alike. A link makes one copy of a packet before it makes a second of another, so
/// that is how their copies are counted.
fn spread(copies: u64, places: &[(usize, usize)], passages: &mut [Vec<Passage>]) {
    let arrived = places
        .iter()
        .filter(|&&(from, place)| matches!(passages[from][place].outcome, Outcome::Arrived { .. }));
    let arrived: Vec<_> = arrived.copied().collect();
    let each = copies.checked_div(arrived.len() as u64).unwrap_or(0);
    let extra = copies - each * arrived.len() as u64;
    for (n, &(from, place)) in (0..).zip(&arrived) {
        if let Outcome::Arrived { again, .. } = &mut passages[from][place].outcome {
            *again = u32::try_from(each + u64::from(n < extra)).unwrap_or(u32::MAX);
        }
    }
    for &(from, place) in places {
        passages[from][place].is_alike = true;
    }
}

/// Finds out what arrivals are that nobody sent: fragments, or packets with a bit flipped.
fn rebuild(to: usize, strange: &[Seen<'_>], passages: &mut [Vec<Passage>], bytes: &[Vec<&[u8]>]) {
    if strange.is_empty() {
        return;
    }
    let mut pieces = Pieces::new(strange);
    let mut candidates = Candidates::default();
    for (from, sent) in passages.iter_mut().enumerate() {
        let missing = sent.iter_mut().zip(&bytes[from]).enumerate();
        for (place, (passage, packet)) in missing {
            if passage.to != to || passage.outcome != Outcome::Missing {
                continue;
            }
            match pieces.take(passage.at, packet) {
                Some((at, largest)) => passage.outcome = Outcome::Pieces { at, largest },
                None => candidates.add(passage.at, (from, place), packet),
            }
        }
    }
    for &Seen {
        datagram,
        at,
        packet,
        ..
    } in strange
    {
        if let Some((from, place)) = candidates.take(at, packet) {
            passages[from][place].outcome = Outcome::Corrupted { at, datagram };
        }
    }
}
