//! Connections, while packets go by.

use super::{Listing, life::Life};
use crate::{
    chunks::Chunks,
    ends::{Ends, Places},
    filter::filter,
    findings,
    frame::{Frame, Tcp},
    model::{connection::Connection, finding::Finding},
    tcp_flags::Addressed,
};

/// All of a capture, in the order of their first packets.
#[derive(Debug)]
pub(super) struct Lives {
    listing: Listing,
    /// The last life of each four-tuple.
    places: Places,
    lives: Chunks<Life>,
}

impl Lives {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            places: Places::default(),
            lives: Chunks::default(),
        }
    }

    /// Adds a packet; says to which connection.
    pub(super) fn next(&mut self, frame: &Frame<'_>, tcp: &Tcp) -> usize {
        let (ends, from) = Ends::new(frame.source, frame.destination);
        let fresh = self.lives.len();
        let place = self.places.of(ends, fresh);
        let segment = tcp.for_flags(frame.at);
        let mut life = match self.lives.get_mut(place) {
            Some(life) if !life.is_over(tcp) => {
                if let Some(segment) = segment {
                    life.flag(from, &segment);
                }
                life.next(from, frame, tcp);
                return place;
            }
            before => {
                let flagging = before.map(Life::take_flagging).unwrap_or_default();
                Life::new(frame, tcp, from, self.listing.of(fresh), flagging)
            }
        };
        self.places.moved(ends, fresh);
        if let Some(segment) = segment {
            life.flag(from, &segment);
        }
        life.next(from, frame, tcp);
        self.lives.push(life);
        fresh
    }

    /// The last fragment of a segment, whose first was a packet of its own here.
    pub(super) fn late(&mut self, late: &Addressed) {
        let (ends, from) = Ends::new(late.source, late.destination);
        let place = self.places.known(ends);
        if let Some(life) = place.and_then(|place| self.lives.get_mut(place)) {
            life.flag(from, &late.segment);
        }
    }

    /// There will be no more packets.
    pub(super) fn end(self) -> (Vec<Connection>, Vec<Finding>) {
        let mut connections = Vec::with_capacity(self.lives.len());
        let mut found = Vec::new();
        for (number, life) in self.lives.into_iter().enumerate() {
            let (connection, watches) = life.end();
            let [there, back] = &watches;
            for mut finding in findings::watched(number, &connection, [there, back]) {
                finding.filter = filter(&finding, Some(&connection));
                found.push(finding);
            }
            connections.push(connection);
        }
        (connections, found)
    }
}
