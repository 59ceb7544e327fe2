//! Which packets belong together: those between the same two ends.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    net::SocketAddr,
};

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
    #[inline]
    pub(crate) fn new(source: SocketAddr, destination: SocketAddr) -> (Self, usize) {
        let number = |end: SocketAddr| match end {
            SocketAddr::V4(end) => u128::from(end.ip().to_bits()),
            SocketAddr::V6(end) => end.ip().to_bits(),
        };
        let mut ends = [source, destination].map(|end| (number(end), end.port()));
        let from = usize::from(ends[0] > ends[1]);
        if from == 1 {
            ends.swap(0, 1);
        }
        let [(low, low_port), (high, high_port)] = ends;
        let ports = u64::from(low_port) | u64::from(high_port) << 16;
        let ends = Self {
            addresses: [low, high],
            ports: ports | u64::from(source.is_ipv6()) << 32,
        };
        (ends, from)
    }
}

/// Where in a list stands what belongs to two ends.
#[derive(Debug, Default)]
pub(crate) struct Places {
    places: HashMap<Ends, u32, foldhash::fast::RandomState>,
    /// Packets come in bursts: the last that was asked for.
    last: Option<(Ends, u32)>,
}

impl Places {
    /// The place, which is `fresh` for ends that have none yet.
    #[inline]
    pub(crate) fn of(&mut self, ends: Ends, fresh: usize) -> usize {
        let place = match self.last {
            Some((last, place)) if last == ends => place,
            _ => *self.places.entry(ends).or_insert(fresh as u32),
        };
        self.last = Some((ends, place));
        place as usize
    }

    /// The place, if they have one.
    pub(crate) fn known(&self, ends: Ends) -> Option<usize> {
        self.places.get(&ends).map(|place| *place as usize)
    }

    /// Gives these ends another place.
    pub(crate) fn moved(&mut self, ends: Ends, place: usize) {
        self.places.insert(ends, place as u32);
        self.last = Some((ends, place as u32));
    }
}
