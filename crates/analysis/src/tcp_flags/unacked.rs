//! How many segments were sent and not acknowledged.
//!
//! Wireshark forgets what SYN and FIN add to sequence numbers when there are too many of them, so
//! they are counted. Segments of one length that follow one another are kept as one run: a capture
//! of one direction only, without acknowledgments, costs no more than others.

use super::segment::{is_after, is_before};
use std::collections::VecDeque;

/// More are not remembered: the acknowledgments are not in the capture.
const MOST: u32 = 10_000;

/// Such segments, in the order in which they were sent.
#[derive(Debug, Default)]
pub(super) struct Unacked {
    /// The first, with a count of 0 if there is none. Most connections never have a second.
    front: Run,
    #[expect(
        clippy::box_collection,
        reason = "room for each connection of a capture"
    )]
    others: Option<Box<VecDeque<Run>>>,
    /// How many segments all runs have.
    count: u32,
    /// They follow one another as their numbers do.
    is_sorted: bool,
}

/// Segments of one length that follow one another.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    begin: u32,
    len: u32,
    count: u32,
}

impl Run {
    fn end(&self) -> u32 {
        self.begin.wrapping_add(self.len.wrapping_mul(self.count))
    }

    /// Numbers of a run stay comparable: they span less than half of all.
    fn is_followed_by(&self, begin: u32, len: u32) -> bool {
        const MOST: u64 = 1 << 30;
        let span = u64::from(self.len) * (u64::from(self.count) + 1);
        self.end() == begin && self.len == len && span < MOST
    }

    /// Takes away what is acknowledged; says how many segments that is.
    fn acknowledge(&mut self, ack: u32) -> u32 {
        let acknowledged = if !is_after(self.end(), ack) {
            self.count
        } else if is_after(ack, self.begin) {
            let whole = ack.wrapping_sub(self.begin).checked_div(self.len);
            whole.map_or(self.count, |whole| whole.min(self.count))
        } else {
            0
        };
        self.begin = self.begin.wrapping_add(self.len.wrapping_mul(acknowledged));
        self.count -= acknowledged;
        acknowledged
    }
}

impl Unacked {
    /// Whether another one would be remembered.
    pub(super) fn has_room(&self) -> bool {
        self.count < MOST
    }

    /// Remembers one, which is not empty.
    pub(super) fn push(&mut self, begin: u32, end: u32) {
        let len = end.wrapping_sub(begin);
        self.count += 1;
        let count = 1;
        let run = Run { begin, len, count };
        if self.front.count == 0 {
            self.is_sorted = true;
            self.front = run;
            return;
        }
        let others = self.others.as_mut().and_then(|others| others.back_mut());
        let last = others.unwrap_or(&mut self.front);
        if last.is_followed_by(begin, len) {
            last.count += 1;
            return;
        }
        self.is_sorted &= !is_before(begin, last.end());
        self.others.get_or_insert_default().push_back(run);
    }

    /// Forgets what is acknowledged.
    pub(super) fn acknowledge(&mut self, ack: u32) {
        self.count -= self.front.acknowledge(ack);
        if !self.is_sorted
            && let Some(others) = &mut self.others
        {
            let count = &mut self.count;
            others.retain_mut(|run| {
                *count -= run.acknowledge(ack);
                run.count > 0
            });
        }
        while self.front.count == 0
            && let Some(next) = self.others.as_mut().and_then(|others| others.pop_front())
        {
            self.front = next;
            self.count -= self.front.acknowledge(ack);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_after(pushed: &[(u32, u32)], ack: u32) -> u32 {
        let mut unacked = Unacked::default();
        for &(begin, end) in pushed {
            unacked.push(begin, end);
        }
        unacked.acknowledge(ack);
        unacked.count
    }

    #[test]
    fn segments_count_until_all_of_them_is_acknowledged() {
        let pushed = [(0, 10), (10, 20), (20, 30), (30, 35)];
        for (ack, left) in [(0, 4), (9, 4), (10, 3), (29, 2), (30, 1), (34, 1), (35, 0)] {
            assert_eq!(count_after(&pushed, ack), left, "{ack}");
        }
    }

    #[test]
    fn order_does_not_matter() {
        let pushed = [(20, 30), (0, 10), (10, 20)];
        for (ack, left) in [(0, 3), (10, 2), (20, 1), (30, 0)] {
            assert_eq!(count_after(&pushed, ack), left, "{ack}");
        }
    }

    #[test]
    fn numbers_wrap() {
        let begin = u32::MAX - 14;
        let pushed = [
            (begin, begin + 10),
            (begin + 10, begin.wrapping_add(20)),
            (begin.wrapping_add(20), begin.wrapping_add(30)),
        ];
        assert_eq!(count_after(&pushed, 5), 1);
    }
}
