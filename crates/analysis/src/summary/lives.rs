//! Connections, while packets go by.

use super::{Listing, life::Life};
use crate::{
    chunks::Chunks,
    ends::{Ends, Key, Places},
    filter::filter,
    findings,
    frame::{Frame, Tcp},
    model::{connection::Connection, finding::Finding},
    tcp_flags::Addressed,
};
use prefetch::prefetch;

/// All of a capture, in the order of their first packets.
#[derive(Debug)]
pub(super) struct Lives {
    listing: Listing,
    /// The last life of each four-tuple.
    places: Places,
    lives: Chunks<Life>,
    /// Of the packet that was expected last.
    expected: Option<Key>,
    /// Where the life of the last packet is.
    current: usize,
}

/// What is known of a packet's connection before its turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected {
    hash: u32,
    /// It is the connection of the packet before: packets come in bursts.
    pub(super) is_near: bool,
}

/// Whether a life is of these ends.
fn is(lives: &Chunks<Life>, key: &Key) -> impl Fn(usize) -> bool {
    move |place| lives.get(place).is_some_and(|life| life.ends == key.ends)
}

impl Lives {
    pub(super) fn new(listing: Listing) -> Self {
        Self {
            listing,
            places: Places::default(),
            lives: Chunks::default(),
            expected: None,
            current: 0,
        }
    }

    /// A packet will come; has the place of its connection fetched.
    #[inline(always)]
    pub(super) fn expect(&mut self, frame: &Frame<'_>) -> Expected {
        if let Some(Key { ends, hash }) = self.expected
            && ends == frame.ends
        {
            let is_near = true;
            return Expected { hash, is_near };
        }
        let key = self.places.key(frame.ends);
        self.expected = Some(key);
        self.places.fetch(&key);
        let (hash, is_near) = (key.hash, false);
        Expected { hash, is_near }
    }

    /// That packet will come soon; has what is known of its connection fetched.
    #[inline]
    pub(super) fn fetch(&self, expected: Expected) {
        if !expected.is_near
            && let Some(place) = self.places.guess(expected.hash)
            && let Some(life) = self.lives.get(place)
        {
            prefetch(life);
        }
    }

    fn find(&self, key: &Key) -> Option<usize> {
        self.places.find(key, is(&self.lives, key))
    }

    /// Adds a packet, one that was expected; says to which connection.
    #[inline]
    pub(super) fn next(&mut self, expected: Expected, frame: &Frame<'_>, tcp: &Tcp) -> usize {
        let Frame { ends, from, .. } = *frame;
        let key = Key {
            ends,
            hash: expected.hash,
        };
        let segment = tcp.for_flags(frame.at);
        let place = match is(&self.lives, &key)(self.current) {
            true => Some(self.current),
            false => self.find(&key),
        };
        if let Some(place) = place
            && let Some(life) = self.lives.get_mut(place)
            && !life.is_over(tcp)
        {
            if let Some(segment) = segment {
                life.flag(from, &segment);
            }
            life.next(from, frame, tcp);
            self.current = place;
            return place;
        }
        let before = place.and_then(|place| self.lives.get_mut(place));
        let flagging = before.map(Life::take_flagging).unwrap_or_default();
        let fresh = self.lives.len();
        let mut life = Life::new(
            frame,
            tcp,
            (key.ends, from),
            self.listing.of(fresh),
            flagging,
        );
        if let Some(segment) = segment {
            life.flag(from, &segment);
        }
        life.next(from, frame, tcp);
        self.places.put(&key, fresh, is(&self.lives, &key));
        self.lives.push(life);
        self.current = fresh;
        fresh
    }

    /// The last fragment of a segment, whose first was a packet of its own here.
    pub(super) fn late(&mut self, late: &Addressed) {
        let (ends, from) = Ends::new(late.source, late.destination);
        let place = self.find(&self.places.key(ends));
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
