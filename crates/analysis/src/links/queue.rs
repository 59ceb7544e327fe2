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

/// The limit, and how much beside it the captures can't tell, in the queue's own unit: packets that
/// leave and arrive within the microseconds between the link and the receiver's capture.
fn limit_and_slack(queue: Queue) -> (u64, u64) {
    let (limit, largest) = match queue {
        Queue::Packets(limit) => (u64::from(limit), 1),
        Queue::Bytes(limit) => (limit, 1_500),
    };
    (limit, (limit / 20).max(2 * largest))
}

/// Goes through a link's packets in the order in which they were sent.
pub(super) fn filling(queue: Queue, members: &[Member<'_>]) -> Filling {
    let mut under_way: BinaryHeap<Reverse<(u64, u64)>> = BinaryHeap::new();
    let (mut held, mut filling) = (0_u64, Filling::default());
    let (limit, slack) = limit_and_slack(queue);
    for member in members {
        let passage = member.passage;
        while let Some(Reverse((left, size))) = under_way.peek().copied()
            && left <= passage.at
        {
            held -= size;
            under_way.pop();
        }
        let size = match queue {
            Queue::Packets(_) => 1,
            Queue::Bytes(_) => u64::from(passage.length),
        };
        match passage.left() {
            Some(left) => {
                // A copy has a place of its own.
                let size = size * (1 + passage.copies());
                held += size;
                filling.most = filling.most.max(held);
                under_way.push(Reverse((left, size)));
            }
            None if held + size + slack > limit => filling.dropped += 1,
            None => {}
        }
    }
    filling
}

/// Whether it held more than that limit.
pub(super) fn is_beyond(queue: Queue, filling: Filling) -> bool {
    let (limit, slack) = limit_and_slack(queue);
    filling.most > limit.saturating_add(slack)
}
