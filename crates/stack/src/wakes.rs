//! What is due when: a heap of times, the entries of one time in the order in which they came.

use crate::Nanos;
use std::{cmp::Reverse, collections::BinaryHeap};

/// Who is to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sleeper {
    Stream(usize),
    Program(usize),
}

/// Times at which somebody is to be woken. Each has one time at most; another one replaces it, and
/// the entry of the old one is passed over when its time comes.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    heap: BinaryHeap<Reverse<(Nanos, u64, Sleeper)>>,
    number: u64,
}

/// When somebody is to be woken, and by which entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Armed(Option<(Nanos, u64)>);

impl Wakes {
    pub(crate) fn arm(&mut self, sleeper: Sleeper, armed: &mut Armed, at: Option<Nanos>) {
        if armed.0.map(|(time, _)| time) == at {
            return;
        }
        armed.0 = at.map(|at| {
            self.number += 1;
            self.heap.push(Reverse((at, self.number, sleeper)));
            (at, self.number)
        });
    }

    /// The earliest entry; it may be one that was replaced.
    pub(crate) fn first(&self) -> Option<(Nanos, u64, Sleeper)> {
        self.heap.peek().map(|Reverse(entry)| *entry)
    }

    pub(crate) fn pop(&mut self) {
        self.heap.pop();
    }
}

impl Armed {
    /// Whether this entry is the one that counts.
    pub(crate) fn is_by(self, entry: (Nanos, u64)) -> bool {
        self.0 == Some(entry)
    }

    pub(crate) fn disarm(&mut self) {
        self.0 = None;
    }
}
