mod changes;
mod copies;
mod delays;
mod losses;
mod properties;
mod queues;
mod rates;
mod reorders;

use super::*;
use scenario::{
    impairment::{Chance, Loss},
    units::Percent,
};
use std::time::Duration;

const MICROSECOND: Nanos = 1_000;
const MILLISECOND: Nanos = 1_000_000;

/// Packets enough to tell a share from its double or half.
const PACKETS: u64 = 100_000;

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn chance(share: &str, correlation: &str) -> Chance {
    Chance {
        share: percent(share),
        correlation: percent(correlation),
    }
}

fn link(delay_ms: u64, loss: &str) -> Impairments {
    Impairments {
        delay: Duration::from_millis(delay_ms),
        loss: match percent(loss) {
            Percent::ZERO => Loss::None,
            share => Loss::Independent(Chance::of(share)),
        },
        ..Impairments::default()
    }
}

/// A packet that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    number: u64,
    at: Nanos,
    flip: Option<Flip>,
    is_copy: bool,
}

/// Packets that were offered one after the other, and what became of them.
#[derive(Debug, Default)]
struct Traffic {
    lost: Vec<u64>,
    dropped: Vec<u64>,
    left: Vec<Left>,
    counters: Counters,
}

/// A packet's number, and whether it is a copy.
type Numbered = (u64, bool);

/// Offers that many packets of 100 bytes, one each `interval`, and takes each at its time.
fn play(emulator: &mut Emulator<Numbered>, count: u64, interval: Nanos) -> Traffic {
    let mut traffic = Traffic::default();
    let first = emulator.counters().offered;
    for number in first..first + count {
        let now = number * interval;
        take_until(emulator, now, &mut traffic.left);
        match emulator.offer(now, (number, false), 100, |(number, _)| (*number, true)) {
            Fate::UnderWay => {}
            Fate::Lost((number, _)) => traffic.lost.push(number),
            Fate::Dropped((number, _)) => traffic.dropped.push(number),
        }
    }
    take_until(emulator, Nanos::MAX, &mut traffic.left);
    traffic.counters = emulator.counters();
    traffic
}

fn take_until(emulator: &mut Emulator<Numbered>, end: Nanos, left: &mut Vec<Left>) {
    while let Some(at) = emulator.next_due().filter(|due| *due <= end) {
        if at > 0 {
            assert_eq!(emulator.take(at - 1), None, "not before its time");
        }
        let Leaving { packet, flip } = emulator.take(at).unwrap();
        let (number, is_copy) = packet;
        left.push(Left {
            number,
            at,
            flip,
            is_copy,
        });
    }
}

fn traffic(impairments: &Impairments, seed: u64, count: u64) -> Traffic {
    play(
        &mut Emulator::new(impairments, seed, "client"),
        count,
        MICROSECOND,
    )
}

/// Asserts that `seen` of `count` is what a share gives, within 3.5 standard deviations, times
/// `spread` for those that are not independent. Seeds are fixed, so a right emulator does not fail
/// now and then; half or double the share is tens of deviations away.
#[track_caller]
fn assert_share(seen: usize, count: usize, share: f64, spread: f64) {
    let count = count as f64;
    let sigma = spread * (count * share * (1.0 - share)).sqrt();
    let off = (seen as f64 - count * share) / sigma;
    assert!(
        off.abs() < 3.5,
        "{seen} of {count}, {off:.1} standard deviations from a share of {share}"
    );
}

/// How often something that happened to these packets happened to the next packet, too.
fn repeated(numbers: &[u64]) -> usize {
    numbers
        .windows(2)
        .filter(|pair| pair[1] == pair[0] + 1)
        .count()
}

/// Asserts that these of 100,000 packets are a share of them, and alike with a correlation: luck of
/// the packet before makes what happens once happen again.
#[track_caller]
fn assert_correlated(numbers: &[u64], share: f64, correlation: f64) {
    // Runs of the same luck last 1 / (1 - correlation) packets on average: the share's variance
    // grows by (1 + correlation) / (1 - correlation).
    let spread = ((1.0 + correlation) / (1.0 - correlation)).sqrt();
    assert_share(numbers.len(), PACKETS as usize, share, spread);
    let again = correlation + (1.0 - correlation) * share;
    assert_share(repeated(numbers), numbers.len(), again, 1.0);
}

#[test]
fn a_packet_leaves_exactly_after_the_delay() {
    let mut emulator = Emulator::new(&link(20, "0%"), 1, "client");
    let leaving = |packet| Some(Leaving { packet, flip: None });
    assert_eq!(emulator.next_due(), None);
    assert_eq!(emulator.offer(5, 'a', 100, |p| *p), Fate::UnderWay);
    assert_eq!(emulator.offer(7, 'b', 100, |p| *p), Fate::UnderWay);
    assert_eq!(emulator.counters().under_way, 2);
    assert_eq!(emulator.next_due(), Some(5 + 20 * MILLISECOND));
    assert_eq!(emulator.take(4 + 20 * MILLISECOND), None);
    assert_eq!(emulator.take(5 + 20 * MILLISECOND), leaving('a'));
    assert_eq!(emulator.take(5 + 20 * MILLISECOND), None);
    assert_eq!(emulator.take(7 + 20 * MILLISECOND), leaving('b'));
    let expected = Counters {
        offered: 2,
        ..Counters::default()
    };
    assert_eq!(emulator.counters(), expected);
}

#[test]
fn without_impairments_a_packet_leaves_at_once() {
    let mut emulator = Emulator::new(&Impairments::default(), 1, "client");
    assert_eq!(emulator.offer(3, (), 100, |()| ()), Fate::UnderWay);
    assert_eq!(emulator.next_due(), Some(3));
    assert!(emulator.take(3).is_some());
}
