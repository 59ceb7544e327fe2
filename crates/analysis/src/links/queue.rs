//! How full a link was when packets came to it.

use super::group::Member;
use scenario::impairment::Queue;
use std::{cmp::Reverse, collections::BinaryHeap};

/// How full a link was, by the packets that were under way when others came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filling {
    /// The most that it held, in the queue's own unit, when it took another packet; that counts in.
    pub(super) most: u64,
    /// Packets that did not arrive and found it full, or so nearly that the captures can't tell.
    pub(super) dropped: u64,
}

/// Packets beside the limit that the captures can't tell: those that leave and arrive within the
/// microseconds between the link and the receiver's capture.
fn slack(limit: u64) -> u64 {
    (limit / 20).max(2)
}

/// Goes through a link's packets in the order in which they were sent.
pub(super) fn filling(queue: Queue, members: &[Member<'_>]) -> Filling {
    let mut under_way: BinaryHeap<Reverse<(u64, u64)>> = BinaryHeap::new();
    let (mut held, mut filling) = (0, Filling::default());
    for member in members {
        let passage = member.passage;
        while let Some(Reverse((left, size))) = under_way.peek().copied()
            && left <= passage.at
        {
            held -= size;
            under_way.pop();
        }
        let (size, limit, largest) = match queue {
            Queue::Packets(limit) => (1, u64::from(limit), 1),
            Queue::Bytes(limit) => (u64::from(passage.length), limit, 1_500),
        };
        match passage.left() {
            Some(left) => {
                held += size;
                filling.most = filling.most.max(held);
                under_way.push(Reverse((left, size)));
            }
            None if held + size + slack(limit) * largest > limit => filling.dropped += 1,
            None => {}
        }
    }
    filling
}

/// Whether it held more than that limit.
pub(super) fn is_beyond(queue: Queue, filling: Filling) -> bool {
    let (limit, largest) = match queue {
        Queue::Packets(limit) => (u64::from(limit), 1),
        Queue::Bytes(limit) => (limit, 1_500),
    };
    filling.most > limit + slack(limit / largest) * largest
}
