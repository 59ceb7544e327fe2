//! Packets that arrived with one bit flipped.

use std::collections::{HashMap, HashSet};

/// At most so many bytes make up the front of a packet: its headers, which tell packets apart.
const FRONT: usize = 40;

/// Sender and place of a packet.
type Place = (usize, usize);

/// Missing packets, found again by the part of them that the flip left as it was: the front or the
/// back.
#[derive(Default)]
pub(super) struct Candidates<'a> {
    /// By length, whether it is the front, and the part.
    parts: HashMap<(usize, bool, &'a [u8]), Vec<Candidate<'a>>>,
    taken: HashSet<Place>,
}

#[derive(Clone, Copy)]
struct Candidate<'a> {
    at: u64,
    place: Place,
    packet: &'a [u8],
}

impl<'a> Candidates<'a> {
    /// A packet that was sent at `at` and is missing.
    pub(super) fn add(&mut self, at: u64, place: Place, packet: &'a [u8]) {
        let candidate = Candidate { at, place, packet };
        for key in parts(packet) {
            self.parts.entry(key).or_default().push(candidate);
        }
    }

    /// Takes the packet of which this one, which came at `at`, differs by a bit.
    pub(super) fn take(&mut self, at: u64, packet: &'a [u8]) -> Option<Place> {
        for key in parts(packet) {
            let Some(alike) = self.parts.get_mut(&key) else {
                continue;
            };
            alike.retain(|candidate| !self.taken.contains(&candidate.place));
            let found = alike
                .iter()
                .position(|other| other.at <= at && differ_by_a_bit(other.packet, packet));
            if let Some(found) = found {
                let place = alike.remove(found).place;
                self.taken.insert(place);
                return Some(place);
            }
        }
        None
    }
}

fn parts(packet: &[u8]) -> [(usize, bool, &[u8]); 2] {
    let length = packet.len();
    let (front, back) = packet.split_at(FRONT.min(length / 2));
    [(length, true, front), (length, false, back)]
}

fn differ_by_a_bit(one: &[u8], other: &[u8]) -> bool {
    let mut bits = 0;
    for (one, other) in one.iter().zip(other) {
        bits += (one ^ other).count_ones();
        if bits > 1 {
            return false;
        }
    }
    bits == 1
}
