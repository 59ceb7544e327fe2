//! UDP conversations, while packets go by.

use super::Listing;
use crate::{
    ends::{Ends, Places},
    frame::Frame,
    model::{connection::Direction, flow::Flow},
    wire::datagrams::{begin, datagram},
};

/// All of a capture, in the order of their first datagrams.
#[derive(Debug)]
pub(super) struct Flows {
    listing: Listing,
    places: Places,
    flows: Vec<Flow>,
}

impl Flows {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            places: Places::default(),
            flows: Vec::new(),
        }
    }

    /// Adds a datagram; says to which conversation.
    pub(super) fn next(&mut self, frame: &Frame<'_>) -> usize {
        let (ends, _) = Ends::new(frame.source, frame.destination);
        let place = self.places.of(ends, self.flows.len());
        if place == self.flows.len() {
            self.flows.push(begin(frame));
        }
        let flow = &mut self.flows[place];
        let direction = if flow.client.address == frame.source {
            Direction::ClientToServer
        } else {
            Direction::ServerToClient
        };
        let way = direction.index();
        flow.wire[way] += u64::from(frame.ip_len);
        if flow.datagrams[way].len() < self.listing.of(place) {
            flow.datagrams[way].push(datagram(frame, Vec::new()));
        } else {
            flow.unlisted[way] += 1;
        }
        place
    }

    /// There will be no more packets.
    pub(super) fn end(self) -> Vec<Flow> {
        self.flows
    }
}
