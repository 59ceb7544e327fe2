//! What a link holds.

use crate::{Flip, Leaving, Nanos};
use scenario::impairment::Queue;
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
};

/// The packets under way, in the order in which they leave.
///
/// Packets that leave no sooner than all before them, which is every one unless there is jitter or
/// reordering, stand in a line; only the others are sorted by a heap.
#[derive(Debug)]
pub(crate) struct Held<P> {
    /// Those that a limited link no longer holds: their time came before a later packet's.
    gone: VecDeque<Departure<P>>,
    in_order: VecDeque<Departure<P>>,
    early: BinaryHeap<Departure<P>>,
    limit: Option<Queue>,
    /// Packets ever put in: which of two that leave at the same time came first.
    put: u64,
    /// Bytes of those not gone.
    bytes: u64,
}

#[derive(Debug)]
struct Departure<P> {
    due: Nanos,
    order: u64,
    length: u64,
    leaving: Leaving<P>,
}

impl<P> Held<P> {
    pub(crate) fn new() -> Self {
        Self {
            gone: VecDeque::new(),
            in_order: VecDeque::new(),
            early: BinaryHeap::new(),
            limit: None,
            put: 0,
            bytes: 0,
        }
    }

    /// Other limits for those to come. What is held stays, were it more than the limit.
    pub(crate) fn limit(&mut self, limit: Option<Queue>) {
        self.limit = limit;
    }

    /// Whether there is room at `now` for so many packets of that length. What is due by then takes
    /// up none, though nobody may have taken it yet: how busy the driver is must not decide who is
    /// dropped.
    pub(crate) fn has_room(&mut self, now: Nanos, length: usize, count: usize) -> bool {
        let Some(limit) = self.limit else {
            return true;
        };
        while let Some(departure) = self.pop_due(now) {
            self.gone.push_back(departure);
        }
        match limit {
            Queue::Packets(packets) => self.waiting() + count <= packets as usize,
            Queue::Bytes(bytes) => {
                let more = (length as u64).saturating_mul(count as u64);
                self.bytes.saturating_add(more) <= bytes
            }
        }
    }

    /// Holds a packet until `due`.
    pub(crate) fn put(&mut self, due: Nanos, length: usize, packet: P, flip: Option<Flip>) {
        let departure = Departure {
            due,
            order: self.put,
            length: length as u64,
            leaving: Leaving { packet, flip },
        };
        self.put += 1;
        self.bytes = self.bytes.saturating_add(departure.length);
        match self.in_order.back() {
            Some(last) if due < last.due => self.early.push(departure),
            _ => self.in_order.push_back(departure),
        }
    }

    /// When the next packet leaves.
    pub(crate) fn next_due(&self) -> Option<Nanos> {
        if let Some(departure) = self.gone.front() {
            return Some(departure.due);
        }
        match (self.in_order.front(), self.early.peek()) {
            (Some(first), Some(early)) => Some(first.due.min(early.due)),
            (Some(only), None) | (None, Some(only)) => Some(only.due),
            (None, None) => None,
        }
    }

    /// The next packet that has left by `now`.
    pub(crate) fn take(&mut self, now: Nanos) -> Option<Leaving<P>> {
        let departure = match self.gone.pop_front_if(|departure| departure.due <= now) {
            Some(departure) => departure,
            None if self.gone.is_empty() => self.pop_due(now)?,
            None => return None,
        };
        Some(departure.leaving)
    }

    /// Packets not taken yet.
    pub(crate) fn len(&self) -> usize {
        self.gone.len() + self.waiting()
    }

    fn waiting(&self) -> usize {
        self.in_order.len() + self.early.len()
    }

    fn pop_due(&mut self, now: Nanos) -> Option<Departure<P>> {
        let early_is_first = match (self.in_order.front(), self.early.peek()) {
            (_, None) => false,
            (None, Some(_)) => true,
            // Of two that are due at the same time, the one in the line came first: those behind
            // whom the other was early leave later than either.
            (Some(first), Some(early)) => early.due < first.due,
        };
        let departure = if early_is_first {
            if self.early.peek()?.due > now {
                return None;
            }
            self.early.pop()?
        } else {
            self.in_order
                .pop_front_if(|departure| departure.due <= now)?
        };
        self.bytes = self.bytes.saturating_sub(departure.length);
        Some(departure)
    }
}

impl<P> Departure<P> {
    fn key(&self) -> (Nanos, u64) {
        (self.due, self.order)
    }
}

impl<P> PartialEq for Departure<P> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<P> Eq for Departure<P> {}

impl<P> PartialOrd for Departure<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Departure<P> {
    /// The greatest, which the heap gives first, is the one that leaves first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}
