//! When the link's thread rests and when it is exact: soon awake where traffic is sparse, seldom
//! where it is dense.

use emulator::Nanos;

/// In this time the thread wakes [`WAKES`] times at most, and once only where traffic is dense:
/// waking for each packet, it would interrupt the sender each time where both share a processor, and
/// a real-time thread leaves the sender little else; and a call that sends few frames costs each of
/// them more. A packet leaves late by about that much at most.
const WINDOW: Nanos = 50_000;

const WAKES: u32 = 3;

/// Frames that came or went in one window of dense traffic.
const DENSE: usize = 8;

/// The least rest in dense traffic, enough for a few frames to gather.
const REST: Nanos = 20_000;

/// So many frames that came or went at once are enough to go on without a rest.
const MANY: usize = 64;

/// How long before a packet is due the thread wakes, to watch the clock for the rest: the timer of
/// an idle processor rings late by about so much, above all a virtual one's.
const EARLY: Nanos = 60_000;

/// The thread watches the clock for packets that leave so long after one another at least, which
/// leaves seven eighths of a processor to others.
const SPARSE: Nanos = 500_000;

/// When the thread woke, and for what.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the present window began.
    begin: Nanos,
    wakes: u32,
    moved: usize,
    /// Of these, the frames of the last time.
    just_moved: usize,
    was_dense: bool,
    /// The packet for which the clock was last watched was due then.
    watched: Nanos,
}

impl Pace {
    /// The thread woke.
    pub(super) fn woke(&mut self, now: Nanos) {
        if now >= self.begin.saturating_add(WINDOW) {
            *self = Self {
                begin: now,
                wakes: 0,
                moved: 0,
                just_moved: 0,
                was_dense: self.moved >= DENSE,
                watched: self.watched,
            };
        }
        self.wakes += 1;
    }

    /// So many frames came or went.
    pub(super) fn moved(&mut self, frames: usize) {
        self.moved += frames;
        self.just_moved = frames;
    }

    /// Until when the thread is to rest whatever comes. Frames wait in the ring meanwhile, with
    /// their time of arrival.
    pub(super) fn rest(&self, now: Nanos) -> Option<Nanos> {
        if self.just_moved >= MANY {
            return None;
        }
        let end = self.begin.saturating_add(WINDOW);
        if self.was_dense {
            Some(end.max(now.saturating_add(REST)))
        } else {
            (self.wakes >= WAKES && now < end).then_some(end)
        }
    }

    /// When to wake for a packet that is due then.
    pub(super) fn wake_for(&self, due: Nanos) -> Nanos {
        if due >= self.watched.saturating_add(SPARSE) {
            due.saturating_sub(EARLY)
        } else {
            due
        }
    }

    /// Whether to watch the clock until that packet is due.
    pub(super) fn watch(&mut self, now: Nanos, due: Nanos) -> bool {
        let is_early = now < due && self.wake_for(due) <= now;
        if is_early {
            self.watched = due;
        }
        is_early
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Nanos = 1_000_000_000;

    #[test]
    fn one_packet_now_and_then_never_makes_the_thread_rest() {
        let mut pace = Pace::default();
        for packet in 0..100 {
            let now = START + packet * 1_000_000;
            for wake in 0..2 {
                pace.woke(now + wake * 1000);
                pace.moved(1);
                assert_eq!(pace.rest(now + wake * 1000), None);
            }
        }
    }

    #[test]
    fn packets_one_by_one_wake_the_thread_three_times_in_a_window() {
        let mut pace = Pace::default();
        for wake in 0..2 {
            pace.woke(START + wake);
            assert_eq!(pace.rest(START + wake), None);
        }
        pace.woke(START + 2);
        assert_eq!(pace.rest(START + 2), Some(START + WINDOW));
        assert_eq!(pace.rest(START + WINDOW), None);
    }

    #[test]
    fn dense_traffic_wakes_the_thread_once_in_a_window_until_it_is_over() {
        let mut pace = Pace::default();
        pace.woke(START);
        pace.moved(DENSE);
        let [first, second] = [1, 2].map(|window| START + window * WINDOW);
        pace.woke(first);
        pace.moved(MANY - 1);
        assert_eq!(pace.rest(first), Some(second));
        // Enough for a call each time: no rest is better.
        pace.moved(MANY);
        assert_eq!(pace.rest(first), None);
        // Late already, it rests all the same.
        pace.moved(1);
        assert_eq!(pace.rest(second), Some(second + REST));
        pace.woke(second + REST);
        pace.moved(1);
        assert_eq!(pace.rest(second + REST), Some(second + REST + WINDOW));
        pace.woke(second + REST + WINDOW);
        assert_eq!(pace.rest(second + REST + WINDOW), None);
    }

    #[test]
    fn the_clock_is_watched_for_packets_far_from_one_another_only() {
        let mut pace = Pace::default();
        let due = START + SPARSE;
        assert_eq!(pace.wake_for(due), due - EARLY);
        assert!(!pace.watch(due - EARLY - 1, due));
        assert!(pace.watch(due - EARLY, due));
        assert!(!pace.watch(due, due));
        let next = due + SPARSE - 1;
        assert_eq!(pace.wake_for(next), next);
        assert!(!pace.watch(next - 1, next));
        assert_eq!(pace.wake_for(next + 1), next + 1 - EARLY);
    }
}
