//! Which connection a segment belongs to.

use super::{connection::Connection, flag::FlagSet, segment::Segment};
use std::{collections::HashMap, net::SocketAddr};

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    places: HashMap<Ends, u32, foldhash::fast::RandomState>,
    connections: Vec<Connection>,
    /// Segments come in bursts: the last place asked for.
    last: Option<(Ends, u32)>,
}

/// Both ends, the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ends {
    addresses: [u128; 2],
    /// Both ports, and whether the addresses are IPv6's.
    ports: u64,
}

impl Ends {
    /// Both ends in a fixed order, and which of them is the source.
    fn new(source: SocketAddr, destination: SocketAddr) -> (Self, usize) {
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

impl Connections {
    /// The flags of the next segment of a capture.
    pub fn next(
        &mut self,
        source: SocketAddr,
        destination: SocketAddr,
        segment: &Segment,
    ) -> FlagSet {
        let (ends, from) = Ends::new(source, destination);
        let place = match self.last {
            Some((last, place)) if last == ends => place,
            _ => {
                let fresh = self.connections.len() as u32;
                *self.places.entry(ends).or_insert(fresh)
            }
        };
        self.last = Some((ends, place));
        let place = place as usize;
        if place == self.connections.len() {
            self.connections.push(Connection::default());
        }
        self.connections[place].next(from, segment)
    }
}
