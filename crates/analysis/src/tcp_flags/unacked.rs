//! Segments that were sent and not acknowledged.

use super::segment::{is_after, is_before};
use std::collections::VecDeque;

/// More are not remembered: the acknowledgments are not in the capture.
const MOST: usize = 10_000;

/// The half-open ranges of such segments.
#[derive(Debug, Default)]
pub(super) struct Unacked {
    ranges: VecDeque<(u32, u32)>,
    /// They follow one another as their numbers do.
    is_sorted: bool,
}

impl Unacked {
    /// Whether another one would be remembered.
    pub(super) fn has_room(&self) -> bool {
        self.ranges.len() < MOST
    }

    /// Remembers one.
    pub(super) fn push(&mut self, begin: u32, end: u32) {
        self.is_sorted = match self.ranges.back() {
            None => true,
            Some(&(_, last)) => self.is_sorted && !is_before(begin, last),
        };
        self.ranges.push_back((begin, end));
    }

    /// Whether these bytes are part of one.
    pub(super) fn contain(&self, begin: u32, end: u32) -> bool {
        let contains = |&(a, b): &(u32, u32)| !is_before(begin, a) && !is_after(end, b);
        self.ranges.iter().any(contains)
    }

    /// Forgets what is acknowledged.
    pub(super) fn acknowledge(&mut self, ack: u32) {
        if self.is_sorted {
            while let Some(front) = self.ranges.front_mut() {
                if is_after(front.1, ack) {
                    if is_after(ack, front.0) {
                        front.0 = ack;
                    }
                    return;
                }
                self.ranges.pop_front();
            }
            return;
        }
        self.ranges.retain_mut(|(begin, end)| {
            if !is_after(*end, ack) {
                return false;
            }
            if is_after(ack, *begin) {
                *begin = ack;
            }
            true
        });
    }
}
