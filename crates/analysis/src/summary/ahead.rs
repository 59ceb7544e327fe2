//! Packets that were read and wait until what is known of their connections has come from memory.

/// So many wait. A fetch takes about half as long as they do, and there are two: where a connection is must have
/// come before the connection can be fetched.
const MOST: usize = 8;

/// Such items, each with what is known of it already; first in, first out.
#[derive(Debug)]
pub(super) struct Ahead<T, K> {
    items: Vec<(T, K)>,
    /// Where the first of them is, once there are as many as there can be.
    first: usize,
    /// How many in a row need nothing to be fetched.
    near: usize,
}

impl<T: Copy, K: Copy> Ahead<T, K> {
    /// Adds one; takes the first if there are too many then. Where nothing has to be fetched for any, none waits.
    /// Gives what is known of the one that has waited for half of its time.
    #[inline]
    pub(super) fn put(
        &mut self,
        is_near: bool,
        item: &T,
        known: K,
        mut take: impl FnMut(&T, K),
    ) -> Option<K> {
        self.near = if is_near { self.near + 1 } else { 0 };
        if self.near >= MOST {
            self.drain(&mut take);
            take(item, known);
            return None;
        }
        let mut place = self.items.len();
        if place < MOST {
            self.items.push((*item, known));
        } else {
            place = self.first;
            let first = &mut self.items[place];
            take(&first.0, first.1);
            *first = (*item, known);
            self.first = (place + 1) % MOST;
        }
        let half_way = self.items.get((place + MOST / 2) % MOST)?;
        Some(half_way.1)
    }

    /// Takes those that are left.
    #[inline]
    pub(super) fn drain(&mut self, mut take: impl FnMut(&T, K)) {
        if self.items.is_empty() {
            return;
        }
        let (behind, before) = self.items.split_at(self.first);
        let in_order = before.iter().chain(behind);
        in_order.for_each(|(item, known)| take(item, *known));
        self.items.clear();
        self.first = 0;
    }
}

impl<T, K> Default for Ahead<T, K> {
    fn default() -> Self {
        Self {
            items: Vec::with_capacity(MOST),
            first: 0,
            near: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_come_out_in_their_order() {
        for count in 0..5 * MOST {
            for near in [0..0, 3..MOST, 3..3 * MOST] {
                let (mut ahead, mut out) = (Ahead::default(), Vec::new());
                for item in 0..count {
                    ahead.put(near.contains(&item), &item, (), |item, ()| out.push(*item));
                    assert!(out.len() + MOST > item, "{item} of {count}, {near:?}");
                }
                ahead.drain(|item, ()| out.push(*item));
                assert!(out.into_iter().eq(0..count), "{count}, {near:?}");
            }
        }
    }

    #[test]
    fn each_is_told_half_way() {
        let mut ahead = Ahead::default();
        for item in 0..5 * MOST {
            let half_way = ahead.put(false, &item, item, |_, _| {});
            assert_eq!(half_way, item.checked_sub(MOST / 2));
        }
    }

    #[test]
    fn what_is_far_waits_and_what_is_near_does_not() {
        let (mut ahead, mut out) = (Ahead::default(), 0);
        (0..MOST).for_each(|item| _ = ahead.put(false, &item, (), |_, ()| out += 1));
        assert_eq!(out, 0);
        (0..MOST).for_each(|item| _ = ahead.put(true, &item, (), |_, ()| out += 1));
        assert_eq!(out, 2 * MOST);
    }
}
