//! Fragments that a router made of packets on their way.

use super::Seen;
use packet::ipv4;
use std::collections::BTreeMap;

/// So long after its first a fragment still belongs to it, in ns: for that long a receiver keeps
/// fragments (ip_frag_time, ip(7)). After that the identification is another packet's.
const PATIENCE: u64 = 30_000_000_000;

/// What fragments of one packet have in common: addresses, protocol, identification.
type Name = ([u8; 8], u8, u16);

/// Fragments that arrived, each heap one packet's, by the time of its first.
pub(super) struct Heaps {
    heaps: BTreeMap<Name, Vec<Heap>>,
}

#[derive(Default)]
struct Heap {
    offsets: Vec<usize>,
    payload: usize,
    largest: u32,
    first: u64,
    last: u64,
}

impl Heaps {
    pub(super) fn new(strange: &[Seen<'_>]) -> Self {
        let mut heaps: BTreeMap<Name, Vec<Heap>> = BTreeMap::new();
        for &Seen { at, packet, .. } in strange {
            let fragment = ipv4::Packet::new(packet, packet.len())
                .ok()
                .and_then(|view| view.fragment());
            let Some(((payload, name), fragment)) = name(packet).zip(fragment) else {
                continue;
            };
            let heaps = heaps.entry(name).or_default();
            let has_room = |heap: &&mut Heap| {
                at.saturating_sub(heap.first) < PATIENCE && !heap.offsets.contains(&fragment.offset)
            };
            if let Some(heap) = heaps.last_mut().filter(has_room) {
                heap.add(at, fragment.offset, payload, packet.len());
            } else {
                let mut heap = Heap {
                    first: at,
                    ..Heap::default()
                };
                heap.add(at, fragment.offset, payload, packet.len());
                heaps.push(heap);
            }
        }
        Self { heaps }
    }

    /// Takes the heap that makes up a packet sent at `at`: when its last fragment arrived and how many
    /// bytes its largest had.
    pub(super) fn take(&mut self, at: u64, packet: &[u8]) -> Option<(u64, u32)> {
        let (payload, name) = name(packet)?;
        let heaps = self.heaps.get_mut(&name)?;
        // One alone is no fragment: a flipped bit makes a packet look like it.
        let is_all = |heap: &Heap| {
            let in_time = at <= heap.first && heap.first - at < PATIENCE;
            in_time && heap.offsets.len() > 1 && heap.payload == payload
        };
        let heap = heaps.remove(heaps.iter().position(is_all)?);
        Some((heap.last, heap.largest))
    }
}

impl Heap {
    fn add(&mut self, at: u64, offset: usize, payload: usize, length: usize) {
        self.offsets.push(offset);
        self.payload += payload;
        self.largest = self.largest.max(length as u32);
        self.last = self.last.max(at);
    }
}

/// Bytes of payload and name of an IPv4 packet; no router makes fragments of an IPv6 one.
fn name(packet: &[u8]) -> Option<(usize, Name)> {
    let view = ipv4::Packet::new(packet, packet.len()).ok()?;
    let addresses = packet.get(12..20)?.try_into().ok()?;
    Some((view.payload_len(), (addresses, view.protocol(), view.id())))
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
            let mut heaps = Heaps::new(&seen);
            assert_eq!(heaps.take(0, &whole), Some((20, 100)));
            assert_eq!(heaps.take(later - 1, &whole), Some((later + 5, 100)));
            assert_eq!(heaps.take(later - 1, &whole), None);
        }
    }

    #[test]
    fn fragments_of_two_minutes_make_no_packet() {
        let [front, back] = [packet(7, 80, 0, true), packet(7, 20, 80, false)];
        let seen = [seen(10, &front), seen(10 + 120 * SECOND, &back)];
        assert_eq!(Heaps::new(&seen).take(0, &packet(7, 100, 0, false)), None);
    }
}
