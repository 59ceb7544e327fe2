//! Round trips and windows of one direction, as its sender's capture shows them.

use super::under_way::{Sent, UnderWay};
use crate::model::connection::{Offered, RoundTrips};
use std::ops::Range;

/// So many segments may be under way: 90 MB of full ones. Of more the first are not measured.
const MOST_UNDER_WAY: usize = 1 << 16;
/// So many before any was acknowledged.
const MOST_AT_FIRST: usize = 1 << 10;

/// Measures while a stream is read. There is one for each stream of a capture, so it is kept small.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    under_way: UnderWay,
    /// Of all round trips in ns, of which there are not more than 584 years.
    sum: u64,
    count: u64,
    shortest: u64,
    longest: u64,
    smallest_window: u64,
    largest_window: u64,
    has_window: bool,
}

impl Timing {
    /// Where acknowledgments are not in the capture, there is nothing to wait for.
    fn most(&self) -> usize {
        match self.count {
            0 => MOST_AT_FIRST,
            _ => MOST_UNDER_WAY,
        }
    }

    /// A segment left. Whose bytes were sent before is not measured: an acknowledgment does not say
    /// which of them it is for (Karn's algorithm; RFC 6298, section 3).
    #[inline]
    pub(crate) fn sent(&mut self, range: &Range<u64>, is_news: bool, at: u64) {
        if is_news {
            if self.under_way.len() >= self.most() {
                self.under_way.pop_front();
            }
            let end = range.end;
            self.under_way.push_back(Sent { end, at });
        } else {
            // They are in the order of their offsets.
            while self
                .under_way
                .back()
                .is_some_and(|last| last.end > range.start)
            {
                self.under_way.pop_back();
            }
        }
    }

    /// An acknowledgment came. It answers the last segment that it covers.
    #[inline]
    pub(crate) fn acknowledged(&mut self, up_to: u64, at: u64) {
        let mut left = None;
        while let Some(first) = self.under_way.front().filter(|first| first.end <= up_to) {
            left = Some(first.at);
            self.under_way.pop_front();
        }
        let Some(took) = left.map(|left| at.saturating_sub(left)) else {
            return;
        };
        self.sum = self.sum.saturating_add(took);
        self.shortest = match self.count {
            0 => took,
            _ => self.shortest.min(took),
        };
        self.longest = self.longest.max(took);
        self.count += 1;
    }

    /// The receiver takes so many bytes more.
    #[inline]
    pub(crate) fn offered(&mut self, window: u64) {
        self.smallest_window = match self.has_window {
            true => self.smallest_window.min(window),
            false => window,
        };
        self.largest_window = self.largest_window.max(window);
        self.has_window = true;
    }

    /// What was measured.
    pub(crate) fn results(&self) -> (Option<RoundTrips>, Option<Offered>) {
        let round_trips = self.sum.checked_div(self.count).map(|mean| RoundTrips {
            count: self.count,
            shortest: self.shortest,
            mean,
            longest: self.longest,
        });
        let offered = self.has_window.then_some(Offered {
            smallest: self.smallest_window,
            largest: self.largest_window,
        });
        (round_trips, offered)
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
