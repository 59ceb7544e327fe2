//! What is under way, in the order in which it leaves.

use crate::{Leaving, Nanos};
use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, VecDeque},
};

/// Packets under way. Those that leave in the order in which they came, as nearly all do where a
/// delay does not vary, stand in a line; only the others have to be sorted.
#[derive(Debug)]
pub(crate) struct Line<P> {
    line: VecDeque<Departure<P>>,
    others: BinaryHeap<Reverse<Departure<P>>>,
    /// Packets that ever came, which settles who goes first of those that leave at the same time.
    came: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Departure<P> {
    due: Nanos,
    order: u64,
    length: usize,
    leaving: Leaving<P>,
}

impl<P> Line<P> {
    pub(crate) fn new() -> Self {
        Self {
            line: VecDeque::new(),
            others: BinaryHeap::new(),
            came: 0,
            bytes: 0,
        }
    }

    pub(crate) fn push(&mut self, due: Nanos, length: usize, leaving: Leaving<P>) {
        let departure = Departure {
            due,
            order: self.came,
            length,
            leaving,
        };
        self.came += 1;
        self.bytes += length as u64;
        if self.line.back().is_none_or(|last| last.due <= due) {
            self.line.push_back(departure);
        } else {
            self.others.push(Reverse(departure));
        }
    }

    pub(crate) fn next_due(&self) -> Option<Nanos> {
        let first = self.line.front().map(|departure| departure.due);
        let other = self.others.peek().map(|Reverse(departure)| departure.due);
        match (first, other) {
            (Some(first), Some(other)) => Some(first.min(other)),
            (first, other) => first.or(other),
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Leaving<P>> {
        let other_first = match (self.line.front(), self.others.peek()) {
            (Some(first), Some(Reverse(other))) => other.key() < first.key(),
            (first, _) => first.is_none(),
        };
        let departure = if other_first {
            self.others.pop().map(|Reverse(departure)| departure)
        } else {
            self.line.pop_front()
        }?;
        self.bytes -= departure.length as u64;
        Some(departure.leaving)
    }

    pub(crate) fn packets(&self) -> usize {
        self.line.len() + self.others.len()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
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
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
