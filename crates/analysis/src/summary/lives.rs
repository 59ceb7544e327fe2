//! Connections, while packets go by.

use super::{Listing, life::Life};
use crate::{
    chunks::Chunks,
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

    pub(super) fn next(&mut self, frame: &Frame<'_>, tcp: &Tcp) {
        let (ends, _) = Ends::new(frame.source, frame.destination);
        let fresh = self.lives.len();
        let place = self.places.of(ends, fresh);
        if let Some(life) = self.lives.get_mut(place)
            && !life.is_over(tcp)
        {
            life.next(frame, tcp);
            return;
        }
        self.places.moved(ends, fresh);
        let mut life = Life::new(frame, tcp, self.listing.of(fresh));
        life.next(frame, tcp);
        self.lives.push(life);
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
