//! Round trips and windows of one direction, as its sender's capture shows them.

use crate::model::connection::{Offered, RoundTrips};
use std::{collections::VecDeque, ops::Range};

/// So many segments may be under way: 90 MB of full ones. Of more the first are not measured.
const MOST_UNDER_WAY: usize = 1 << 16;
/// So many before any was acknowledged.
const MOST_AT_FIRST: usize = 1 << 10;

/// Measures while a stream is read.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    /// End and time of what was sent once and is not acknowledged.
    under_way: VecDeque<(u64, u64)>,
    sum: u128,
    round_trips: Option<RoundTrips>,
    offered: Option<Offered>,
}

impl Timing {
    /// Where acknowledgments are not in the capture, there is nothing to wait for.
    fn most(&self) -> usize {
        match self.round_trips {
            Some(_) => MOST_UNDER_WAY,
            None => MOST_AT_FIRST,
        }
    }

    /// A segment left. Whose bytes were sent before is not measured: an acknowledgment does not say
    /// which of them it is for (Karn's algorithm; RFC 6298, section 3).
    pub(crate) fn sent(&mut self, range: &Range<u64>, is_news: bool, at: u64) {
        if is_news {
            if self.under_way.len() >= self.most() {
                self.under_way.pop_front();
            }
            self.under_way.push_back((range.end, at));
        } else {
            // They are in the order of their offsets.
            let earlier = self
                .under_way
                .partition_point(|(end, _)| *end <= range.start);
            self.under_way.truncate(earlier);
        }
    }

    /// An acknowledgment came. It answers the last segment that it covers.
    pub(crate) fn acknowledged(&mut self, up_to: u64, at: u64) {
        let mut left = None;
        while let Some((_, sent)) = self.under_way.pop_front_if(|(end, _)| *end <= up_to) {
            left = Some(sent);
        }
        let Some(took) = left.map(|left| at.saturating_sub(left)) else {
            return;
        };
        self.sum += u128::from(took);
        let so_far = self.round_trips.get_or_insert(RoundTrips {
            count: 0,
            shortest: took,
            mean: 0,
            longest: took,
        });
        so_far.count += 1;
        so_far.shortest = so_far.shortest.min(took);
        so_far.longest = so_far.longest.max(took);
    }

    /// The receiver takes so many bytes more.
    pub(crate) fn offered(&mut self, window: u64) {
        let so_far = self.offered.get_or_insert(Offered {
            smallest: window,
            largest: window,
        });
        so_far.smallest = so_far.smallest.min(window);
        so_far.largest = so_far.largest.max(window);
    }

    /// What was measured.
    pub(crate) fn results(&self) -> (Option<RoundTrips>, Option<Offered>) {
        let round_trips = self.round_trips.map(|all| RoundTrips {
            mean: u64::try_from(self.sum / u128::from(all.count)).unwrap_or(u64::MAX),
            ..all
        });
        (round_trips, self.offered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgment_answers_the_last_segment_it_covers() {
        let mut timing = Timing::default();
        timing.sent(&(0..10), true, 100);
        timing.sent(&(10..20), true, 130);
        timing.acknowledged(20, 150);
        timing.sent(&(20..30), true, 200);
        timing.acknowledged(30, 240);
        let expected = RoundTrips {
            count: 2,
            shortest: 20,
            mean: 30,
            longest: 40,
        };
        assert_eq!(timing.results(), (Some(expected), None));
    }

    #[test]
    fn what_was_sent_twice_is_not_measured() {
        let mut timing = Timing::default();
        timing.sent(&(0..10), true, 100);
        timing.sent(&(0..10), false, 300);
        timing.acknowledged(10, 310);
        assert_eq!(timing.results(), (None, None));
    }

    #[test]
    fn windows_have_bounds() {
        let mut timing = Timing::default();
        for window in [500, 0, 900] {
            timing.offered(window);
        }
        let expected = Offered {
            smallest: 0,
            largest: 900,
        };
        assert_eq!(timing.results().1, Some(expected));
    }
}
