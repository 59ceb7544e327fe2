//! Which connection a segment belongs to.

use super::{connection::Connection, flag::FlagSet, segment::Segment};
use crate::ends::{Ends, Places};
use std::net::SocketAddr;

/// All connections of a capture.
#[derive(Debug, Default)]
pub struct Connections {
    places: Places,
    connections: Vec<Connection>,
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
        let place = self.places.of(ends, self.connections.len());
        if place == self.connections.len() {
            self.connections.push(Connection::default());
        }
        self.connections[place].next(from, segment)
    }
}
