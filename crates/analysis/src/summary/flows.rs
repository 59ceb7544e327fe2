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
    /// Whose each of them is.
    ends: Vec<Ends>,
}

impl Flows {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            places: Places::default(),
            flows: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Adds a datagram; says to which conversation.
    pub(super) fn next(&mut self, frame: &Frame<'_>) -> usize {
        let ends = frame.ends;
        let key = self.places.key(ends);
        let all = &self.ends;
        let is = |place: usize| all[place] == ends;
        let known = self.places.find(&key, is);
        let place = known.unwrap_or(all.len());
        if known.is_none() {
            self.places.put(&key, place, is);
            self.ends.push(ends);
            self.flows.push(begin(frame));
        }
        let flow = &mut self.flows[place];
        let direction = if flow.client.address == frame.source() {
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
