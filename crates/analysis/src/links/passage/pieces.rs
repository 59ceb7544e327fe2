//! Fragments that a router made of packets on their way.

use super::Seen;
use packet::ipv4;
use std::{collections::BTreeMap, ops::Range};

/// So long after its first a fragment still belongs to it, in ns: for that long a receiver keeps
/// fragments (ip_frag_time, ip(7)). After that the identification is another packet's.
const PATIENCE: u64 = 30_000_000_000;

/// What fragments of one packet have in common: addresses, protocol, identification.
type Name = ([u8; 8], u8, u16);

/// Fragments that arrived, by the time of that.
pub(super) struct Pieces {
    by_name: BTreeMap<Name, Vec<Piece>>,
}

struct Piece {
    at: u64,
    /// Where it belongs in the datagram, in bytes.
    place: Range<usize>,
    /// Bytes of its IP packet.
    length: u32,
}

impl Pieces {
    pub(super) fn new(strange: &[Seen<'_>]) -> Self {
        let mut by_name: BTreeMap<Name, Vec<Piece>> = BTreeMap::new();
        for &Seen { at, packet, .. } in strange {
            let Some((name, place)) = name(packet).filter(|_| is_fragment(packet)) else {
                continue;
            };
            let length = packet.len() as u32;
            let piece = Piece { at, place, length };
            by_name.entry(name).or_default().push(piece);
        }
        Self { by_name }
    }

    /// Takes those that make up a packet sent at `at`: when the last of them arrived and how many bytes
    /// the largest has. The packet may be a fragment itself, of a datagram that its sender cut: others of
    /// that have the same name, and another place.
    pub(super) fn take(&mut self, at: u64, packet: &[u8]) -> Option<(u64, u32)> {
        let (name, whole) = name(packet)?;
        let pieces = self.by_name.get_mut(&name)?;
        let within = |piece: &Piece| {
            let place = &piece.place;
            piece.at >= at && whole.start <= place.start && place.end <= whole.end
        };
        let first = pieces.iter().find(|piece| within(piece))?.at;
        let mut taken: Vec<usize> = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            let is_new = |other: &usize| pieces[*other].place.start != piece.place.start;
            let in_time = piece.at.saturating_sub(first) < PATIENCE;
            if within(piece) && in_time && taken.iter().all(is_new) {
                taken.push(number);
            }
        }
        let bytes: usize = taken.iter().map(|number| pieces[*number].place.len()).sum();
        // One alone is no fragment: a flipped bit makes a packet look like it.
        if taken.len() < 2 || bytes != whole.len() {
            return None;
        }
        let last = taken.iter().map(|number| pieces[*number].at).max()?;
        let largest = taken.iter().map(|number| pieces[*number].length).max()?;
        for number in taken.into_iter().rev() {
            pieces.remove(number);
        }
        Some((last, largest))
    }
}

/// Name of an IPv4 packet, and its payload's place in that of the datagram; no router makes fragments of
/// an IPv6 one.
fn name(packet: &[u8]) -> Option<(Name, Range<usize>)> {
    let view = ipv4::Packet::new(packet, packet.len()).ok()?;
    let addresses = packet.get(12..20)?.try_into().ok()?;
    let start = view.fragment().map_or(0, |fragment| fragment.offset);
    let place = start..start + view.payload_len();
    Some(((addresses, view.protocol(), view.id()), place))
}

fn is_fragment(packet: &[u8]) -> bool {
    let view = ipv4::Packet::new(packet, packet.len());
    view.is_ok_and(|view| view.fragment().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// A packet of protocol 17 with that identification, from `offset` on.
    fn packet(id: u16, payload: usize, offset: usize, more: bool) -> Vec<u8> {
        let mut packet = vec![0; 20 + payload];
        packet[0] = 0x45;
        let length = packet.len() as u16;
        packet[2..4].copy_from_slice(&length.to_be_bytes());
        packet[4..6].copy_from_slice(&id.to_be_bytes());
        let field = u16::from(more) << 13 | (offset / 8) as u16;
        packet[6..8].copy_from_slice(&field.to_be_bytes());
        packet[9] = 17;
        packet
    }

    fn seen(at: u64, packet: &[u8]) -> Seen<'_> {
        Seen {
            number: 1,
            datagram: 1,
            at,
            is_astray: false,
            packet,
        }
    }

    #[test]
    fn an_identification_that_comes_again_is_another_packet() {
        let [front, back] = [packet(7, 80, 0, true), packet(7, 20, 80, false)];
        let whole = packet(7, 100, 0, false);
        for later in [SECOND, 60 * SECOND] {
            let seen = [
                seen(10, &front),
                seen(20, &back),
                seen(later, &back),
                seen(later + 5, &front),
            ];
            let mut pieces = Pieces::new(&seen);
            assert_eq!(pieces.take(0, &whole), Some((20, 100)));
            assert_eq!(pieces.take(later - 1, &whole), Some((later + 5, 100)));
            assert_eq!(pieces.take(later - 1, &whole), None);
        }
    }

    #[test]
    fn fragments_of_two_minutes_make_no_packet() {
        let [front, back] = [packet(7, 80, 0, true), packet(7, 20, 80, false)];
        let seen = [seen(10, &front), seen(10 + 120 * SECOND, &back)];
        assert_eq!(Pieces::new(&seen).take(0, &packet(7, 100, 0, false)), None);
    }

    /// A sender cuts a datagram, and a router on the way cuts each of these fragments again.
    #[test]
    fn fragments_of_fragments_are_told_apart_by_their_place() {
        let sent = [packet(7, 80, 0, true), packet(7, 80, 80, true)];
        let cut = [
            packet(7, 64, 0, true),
            packet(7, 16, 64, true),
            packet(7, 64, 80, true),
            packet(7, 16, 144, true),
        ];
        let at = [10, 11, 20, 21];
        let seen: Vec<Seen<'_>> = cut
            .iter()
            .zip(at)
            .map(|(packet, at)| seen(at, packet))
            .collect();
        let mut pieces = Pieces::new(&seen);
        assert_eq!(pieces.take(0, &sent[0]), Some((11, 84)));
        assert_eq!(pieces.take(1, &sent[1]), Some((21, 84)));
        assert_eq!(pieces.take(1, &sent[1]), None);
    }

    #[test]
    fn a_fragment_that_came_twice_makes_no_second_packet() {
        let [front, back] = [packet(7, 80, 0, true), packet(7, 20, 80, false)];
        let seen = [seen(10, &front), seen(11, &front), seen(20, &back)];
        let mut pieces = Pieces::new(&seen);
        let whole = packet(7, 100, 0, false);
        assert_eq!(pieces.take(0, &whole), Some((20, 100)));
        assert_eq!(pieces.take(0, &whole), None);
    }
}
