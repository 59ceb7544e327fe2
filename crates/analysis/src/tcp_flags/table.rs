//! Which connection a segment belongs to.

use super::{connection::Connection, flag::FlagSet, segment::Segment};
use crate::ends::{Ends, Places};
use std::net::SocketAddr;

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    places: Places,
    connections: Vec<(Ends, Connection)>,
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
        let key = self.places.key(ends);
        let connections = &self.connections;
        let is = |place: usize| connections[place].0 == ends;
        let known = self.places.find(&key, is);
        let place = known.unwrap_or(connections.len());
        if known.is_none() {
            self.places.put(&key, place, is);
            self.connections.push((ends, Connection::default()));
        }
        self.connections[place].1.next(from, segment)
    }
}
