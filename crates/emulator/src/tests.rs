mod delays;
mod losses;
mod packets;
mod rates;

use super::*;
use proptest::prelude::*;
use scenario::impairment::{Chance, Loss};
use scenario::units::Percent;
use std::time::Duration;

const MILLISECOND: Nanos = 1_000_000;

fn link(delay_ms: u64, loss: &str) -> Impairments {
    let loss: Percent = loss.parse().unwrap();
    Impairments {
        delay: Duration::from_millis(delay_ms),
        loss: if loss == Percent::ZERO {
            Loss::None
        } else {
            Loss::Independent(Chance::of(loss))
        },
        ..Impairments::default()
    }
}

fn leaving<P>(packet: P) -> Leaving<P> {
    Leaving { packet, flip: None }
}

/// Which of the first `count` packets are lost.
fn losses(impairments: &Impairments, seed: u64, name: &str, count: u64) -> Vec<u64> {
    let mut emulator = Emulator::new(impairments, seed, name);
    (0..count)
        .filter(|n| matches!(emulator.offer(0, *n, 100, |n| *n), Fate::Lost(_)))
        .collect()
}

#[test]
fn a_packet_leaves_exactly_after_the_delay() {
    let mut emulator = Emulator::new(&link(20, "0%"), 1, "client");
    assert_eq!(emulator.next_due(), None);
    assert_eq!(emulator.offer(5, 'a', 100, |p| *p), Fate::UnderWay);
    assert_eq!(emulator.offer(7, 'b', 100, |p| *p), Fate::UnderWay);
    assert_eq!(emulator.next_due(), Some(5 + 20 * MILLISECOND));
    assert_eq!(emulator.take(4 + 20 * MILLISECOND), None);
    assert_eq!(emulator.take(5 + 20 * MILLISECOND), Some(leaving('a')));
    assert_eq!(emulator.take(5 + 20 * MILLISECOND), None);
    assert_eq!(emulator.take(7 + 20 * MILLISECOND), Some(leaving('b')));
    assert_eq!(
        emulator.counters(),
        Counters {
            offered: 2,
            ..Counters::default()
        }
    );
}

#[test]
fn without_delay_a_packet_leaves_at_once() {
    let mut emulator = Emulator::new(&Impairments::default(), 1, "client");
    assert_eq!(emulator.offer(3, (), 100, |()| ()), Fate::UnderWay);
    assert_eq!(emulator.take(3), Some(leaving(())));
}

#[test]
fn all_or_nothing() {
    assert_eq!(losses(&link(0, "100%"), 1, "client", 1000).len(), 1000);
    assert_eq!(losses(&link(0, "0%"), 1, "client", 1000).len(), 0);
}

#[test]
fn loss_is_as_frequent_as_asked() {
    const PACKETS: u64 = 100_000;
    for (percent, p) in [("0.1%", 0.001), ("1%", 0.01), ("20%", 0.2), ("50%", 0.5)] {
        for seed in 1..=5 {
            let lost = losses(&link(0, percent), seed, "client", PACKETS).len() as f64;
            let n = PACKETS as f64;
            // Five samples of four rates within 3.5 sigma: a right emulator fails one seed set in
            // a hundred, and these seeds are fixed. Loss twice as high is over 10 sigma away.
            let sigma = (n * p * (1.0 - p)).sqrt();
            assert!(
                (lost - n * p).abs() < 3.5 * sigma,
                "{percent}, seed {seed}: {lost}"
            );
        }
    }
}

#[test]
fn losses_do_not_come_in_bursts() {
    const PACKETS: u64 = 100_000;
    let lost = losses(&link(0, "20%"), 1, "client", PACKETS);
    let pairs = lost
        .windows(2)
        .filter(|pair| pair[1] == pair[0] + 1)
        .count() as f64;
    // Of independent losses one in five is followed by another.
    let n = lost.len() as f64;
    let sigma = (n * 0.2 * 0.8).sqrt();
    assert!((pairs - n * 0.2).abs() < 3.5 * sigma, "{pairs} of {n}");
}

#[test]
fn seeds_and_links_differ() {
    let reference = losses(&link(0, "20%"), 1, "client", 200);
    assert_ne!(reference, losses(&link(0, "20%"), 2, "client", 200));
    assert_ne!(reference, losses(&link(0, "20%"), 1, "server", 200));
}

/// The same numbers on every machine and in every version: recorded runs must stay repeatable.
#[test]
fn a_seed_keeps_its_fates() {
    let lost = losses(&link(0, "10%"), 7, "client", 100);
    insta::assert_debug_snapshot!(lost);
}

proptest! {
    /// Fate follows from seed, link and number: neither time nor other packets' departures matter.
    #[test]
    fn fate_does_not_depend_on_time(seed: u64, gaps in prop::collection::vec(0..50 * MILLISECOND, 1..200)) {
        let impairments = link(10, "30%");
        let expected = losses(&impairments, seed, "x", gaps.len() as u64);
        let mut emulator = Emulator::new(&impairments, seed, "x");
        let (mut now, mut lost) = (0, Vec::new());
        for (number, gap) in gaps.iter().enumerate() {
            now += gap;
            while emulator.take(now).is_some() {}
            if let Fate::Lost(number) = emulator.offer(now, number as u64, 100, |n| *n) {
                lost.push(number);
            }
        }
        prop_assert_eq!(lost, expected);
    }

    /// Nothing is made up, nothing vanishes, and order is kept.
    #[test]
    fn packets_are_conserved_in_order(seed: u64, loss in 0u32..=100, count in 0u64..300) {
        let mut emulator = Emulator::new(&link(5, &format!("{loss}%")), seed, "x");
        let mut lost = 0;
        for number in 0..count {
            if let Fate::Lost(_) = emulator.offer(number, number, 100, |n| *n) {
                lost += 1;
            }
        }
        let counters = emulator.counters();
        prop_assert_eq!((counters.offered, counters.lost), (count, lost));
        let mut arrived = Vec::new();
        while let Some(leaving) = emulator.take(Nanos::MAX) {
            arrived.push(leaving.packet);
        }
        prop_assert_eq!(arrived.len() as u64, count - lost);
        prop_assert!(arrived.is_sorted());
    }
}
