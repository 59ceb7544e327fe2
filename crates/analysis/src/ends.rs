//! Which packets belong together: those between the same two ends.

use packet::decode::Network;
use prefetch::prefetch;
use std::{
    hash::{BuildHasher, Hash, Hasher},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// The bit of the ports that says that the addresses are IPv6's.
const IPV6: u32 = 32;

/// Both ends, the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    addresses: [u128; 2],
    /// Both ports, and whether the addresses are IPv6's.
    ports: u64,
}

/// Number by number: a list of numbers is hashed as bytes, which takes three times as long.
impl Hash for Ends {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.addresses[0]);
        state.write_u128(self.addresses[1]);
        state.write_u64(self.ports);
    }
}

impl Ends {
    /// Both ends in a fixed order, and which of them is the source.
    pub(crate) fn new(source: SocketAddr, destination: SocketAddr) -> (Self, usize) {
        let number = |end: SocketAddr| match end {
            SocketAddr::V4(end) => u128::from(end.ip().to_bits()),
            SocketAddr::V6(end) => end.ip().to_bits(),
        };
        let ends = [source, destination].map(|end| (number(end), end.port()));
        Self::between(ends, source.is_ipv6())
    }

    /// The same for a packet, by its headers.
    #[inline(always)]
    pub(crate) fn of(network: &Network<'_>, [source, destination]: [u16; 2]) -> (Self, usize) {
        match network {
            Network::V4(packet) => {
                let number = |address: Ipv4Addr| u128::from(address.to_bits());
                let ends = [
                    (number(packet.source()), source),
                    (number(packet.destination()), destination),
                ];
                Self::between(ends, false)
            }
            Network::V6(packet) => {
                let ends = [
                    (packet.source().to_bits(), source),
                    (packet.destination().to_bits(), destination),
                ];
                Self::between(ends, true)
            }
        }
    }

    #[inline(always)]
    fn between(mut ends: [(u128, u16); 2], are_ipv6: bool) -> (Self, usize) {
        let from = usize::from(ends[0] > ends[1]);
        if from == 1 {
            ends.swap(0, 1);
        }
        let [(low, low_port), (high, high_port)] = ends;
        let ports = u64::from(low_port) | u64::from(high_port) << 16;
        let ends = Self {
            addresses: [low, high],
            ports: ports | u64::from(are_ipv6) << IPV6,
        };
        (ends, from)
    }

    /// One of them: 0 or 1.
    pub(crate) fn end(&self, side: usize) -> SocketAddr {
        let address = self.addresses[side];
        let address: IpAddr = match self.ports >> IPV6 {
            0 => Ipv4Addr::from_bits(address as u32).into(),
            _ => Ipv6Addr::from_bits(address).into(),
        };
        SocketAddr::new(address, (self.ports >> (16 * side)) as u16)
    }
}

/// Both ends and their hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) ends: Ends,
    pub(crate) hash: u32,
}

/// Where in a list stands what belongs to two ends. The list knows whose each of its items is.
///
/// A table of hashes and places, eight bytes for each: it stays in a cache where a map with the ends themselves
/// would not, and says where a packet's connection probably is long before the packet is looked at.
#[derive(Debug, Default)]
pub(crate) struct Places {
    seed: foldhash::fast::RandomState,
    /// A power of two of them, at most half of them taken.
    slots: Vec<Slot>,
    taken: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    /// The place and one, or 0 if it is free.
    next: u32,
}

impl Slot {
    fn place(self) -> Option<usize> {
        self.next.checked_sub(1).map(|place| place as usize)
    }
}

impl Places {
    pub(crate) fn key(&self, ends: Ends) -> Key {
        let hash = self.seed.hash_one(ends);
        Key {
            ends,
            hash: (hash >> 32) as u32,
        }
    }

    /// Where they probably are: other ends may have the same hash.
    #[inline]
    pub(crate) fn guess(&self, hash: u32) -> Option<usize> {
        self.slots[self.search(hash, |_| true)?].place()
    }

    /// Has the slot fetched in which they are found first.
    #[inline]
    pub(crate) fn fetch(&self, key: &Key) {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get(key.hash as usize & mask).map(prefetch);
    }

    /// The place, if they have one. `is` says whether a place is theirs.
    #[inline]
    pub(crate) fn find(&self, key: &Key, is: impl Fn(usize) -> bool) -> Option<usize> {
        self.slots[self.search(key.hash, is)?].place()
    }

    /// Gives these ends a place, or another.
    pub(crate) fn put(&mut self, key: &Key, place: usize, is: impl Fn(usize) -> bool) {
        let slot = Slot {
            hash: key.hash,
            next: place as u32 + 1,
        };
        match self.search(key.hash, is) {
            Some(at) => self.slots[at] = slot,
            None => {
                self.taken += 1;
                if self.taken * 2 > self.slots.len() {
                    self.grow();
                }
                self.insert(slot);
            }
        }
    }

    /// The slot of these ends.
    #[inline]
    fn search(&self, hash: u32, is: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        while let Some(place) = self.slots[at].place() {
            if self.slots[at].hash == hash && is(place) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
        None
    }

    fn insert(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].place().is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        const LEAST: usize = 16;
        let more = (self.slots.len() * 2).max(LEAST);
        for slot in std::mem::replace(&mut self.slots, vec![Slot::default(); more]) {
            if slot.place().is_some() {
                self.insert(slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn each_pair_has_its_last_place(steps in prop::collection::vec((0_u16..60, any::<bool>()), 0..400)) {
            let (mut places, mut expected) = (Places::default(), HashMap::new());
            let mut owners = Vec::new();
            for (port, is_moved) in steps {
                let source = SocketAddr::from(([198, 18, 0, 1], port));
                let destination = SocketAddr::from(([198, 18, 0, 2], 9999));
                // Few hashes, so that many ends share one.
                let (ends, _) = Ends::new(source, destination);
                let key = Key { ends, hash: u32::from(port % 7) };
                let is = |place: usize| owners.get(place) == Some(&ends);
                prop_assert_eq!(places.find(&key, is), expected.get(&port).copied());
                if is_moved || !expected.contains_key(&port) {
                    places.put(&key, owners.len(), is);
                    expected.insert(port, owners.len());
                    owners.push(ends);
                }
            }
        }
    }
}
