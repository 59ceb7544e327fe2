//! Connections, while packets go by.

use super::{Listing, life::Life};
use crate::{
    ends::{Ends, Places},
    findings,
    frame::{Frame, Tcp},
    model::{connection::Connection, finding::Finding},
};

/// All of a capture, in the order of their first packets.
#[derive(Debug)]
pub(super) struct Lives {
    listing: Listing,
    /// The last life of each four-tuple.
    places: Places,
    lives: Vec<Life>,
}

impl Lives {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            places: Places::default(),
            lives: Vec::new(),
        }
    }

    pub(super) fn next(&mut self, frame: &Frame<'_>, tcp: &Tcp) {
        let (ends, _) = Ends::new(frame.source, frame.destination);
        let fresh = self.lives.len();
        let mut place = self.places.of(ends, fresh);
        if place < fresh && self.lives[place].is_over(tcp) {
            self.places.moved(ends, fresh);
            place = fresh;
        }
        if place == fresh {
            let listed = self.listing.of(place);
            self.lives.push(Life::new(frame, tcp, listed));
        }
        self.lives[place].next(frame, tcp);
    }

    /// There will be no more packets.
    pub(super) fn end(self) -> (Vec<Connection>, Vec<Finding>) {
        let mut connections = Vec::with_capacity(self.lives.len());
        let mut found = Vec::new();
        for (number, life) in self.lives.into_iter().enumerate() {
            let (connection, watches) = life.end();
            let [there, back] = &watches;
            found.extend(findings::watched(number, &connection, [there, back]));
            connections.push(connection);
        }
        (connections, found)
    }
}
