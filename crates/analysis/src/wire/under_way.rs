//! Segments that were sent once and are not acknowledged, by the order of their offsets.

use std::collections::VecDeque;

/// So many lie in the list itself, which most streams never exceed: what is elsewhere has to be fetched after it.
const NEAR: usize = 2;

/// Where a segment ends, and when it left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) end: u64,
    pub(super) at: u64,
}

/// A list that grows behind and shrinks on both sides.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    near: [Sent; NEAR],
    /// How many of them there are; those that are elsewhere are behind as many as there can be.
    count: u8,
    #[expect(clippy::box_collection, reason = "room for each stream of a capture")]
    others: Option<Box<VecDeque<Sent>>>,
}

impl UnderWay {
    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.count) + self.others.as_ref().map_or(0, |others| others.len())
    }

    #[inline]
    pub(super) fn front(&self) -> Option<&Sent> {
        self.near[..usize::from(self.count)].first()
    }

    #[inline]
    pub(super) fn back(&self) -> Option<&Sent> {
        let others = self.others.as_ref().and_then(|others| others.back());
        others.or(self.near[..usize::from(self.count)].last())
    }

    #[inline]
    pub(super) fn push_back(&mut self, sent: Sent) {
        match self.near.get_mut(usize::from(self.count)) {
            Some(free) => {
                *free = sent;
                self.count += 1;
            }
            None => self.others.get_or_insert_default().push_back(sent),
        }
    }

    #[inline]
    pub(super) fn pop_back(&mut self) {
        let others = self.others.as_mut().and_then(|others| others.pop_back());
        if others.is_none() {
            self.count = self.count.saturating_sub(1);
        }
    }

    #[inline]
    pub(super) fn pop_front(&mut self) {
        if self.count == 0 {
            return;
        }
        self.near.copy_within(1.., 0);
        match self.others.as_mut().and_then(|others| others.pop_front()) {
            Some(next) => self.near[NEAR - 1] = next,
            None => self.count -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_does_what_a_deque_does(steps in prop::collection::vec(0_u8..5, 0..60)) {
            let (mut list, mut expected) = (UnderWay::default(), VecDeque::new());
            for (at, step) in (0..).zip(steps) {
                match step {
                    0 => {
                        list.pop_front();
                        expected.pop_front();
                    }
                    1 => {
                        list.pop_back();
                        expected.pop_back();
                    }
                    _ => {
                        let sent = Sent { end: at, at };
                        list.push_back(sent);
                        expected.push_back(sent);
                    }
                }
                prop_assert_eq!(list.len(), expected.len());
                prop_assert_eq!(list.front(), expected.front());
                prop_assert_eq!(list.back(), expected.back());
            }
        }
    }
}
