//! Delays, jitter and reordering.

use super::*;
use scenario::impairment::{Distribution, Jitter, Reorder};

const PACKETS: u64 = 100_000;
const DELAY: Nanos = 20 * MILLISECOND;

fn jittered(distribution: Distribution, correlation: &str) -> Impairments {
    Impairments {
        delay: Duration::from_nanos(DELAY),
        jitter: Some(Jitter {
            spread: Duration::from_millis(4),
            distribution,
            correlation: correlation.parse().unwrap(),
        }),
        ..Impairments::default()
    }
}

/// Each packet's delay, in the order in which they were offered.
fn delays(impairments: &Impairments, seed: u64) -> Vec<Nanos> {
    let mut emulator = Emulator::new(impairments, seed, "client");
    let mut delays = vec![0; PACKETS as usize];
    for number in 0..PACKETS {
        emulator.offer(number, number, 100, |n| *n);
    }
    while let Some(due) = emulator.next_due() {
        let number = emulator.take(due).unwrap().packet;
        delays[number as usize] = due - number;
    }
    delays
}

/// The largest distance between the shares below each value, found and asked (Kolmogorov's).
fn distance(delays: &[Nanos], asked: &Jitter) -> f64 {
    let mut sorted = delays.to_vec();
    sorted.sort_unstable();
    let quantiles = (0..1000).map(|n| {
        let share = f64::from(n) / 1000.0;
        let value = asked.delay(DELAY, (share * 4_294_967_296.0) as u32);
        let below = sorted.partition_point(|delay| *delay < value) as f64;
        let to = sorted.partition_point(|delay| *delay <= value) as f64;
        let n = sorted.len() as f64;
        (below / n - share).max(share - to / n)
    });
    quantiles.fold(0.0, f64::max)
}

#[test]
fn delays_are_spread_as_asked() {
    let all = [
        Distribution::Uniform,
        Distribution::Normal,
        Distribution::Pareto,
        Distribution::ParetoNormal,
    ];
    for distribution in all {
        let impairments = jittered(distribution, "0%");
        let found = delays(&impairments, 3);
        // Above 1.95 / √n by chance once in a thousand times (Dvoretzky, Kiefer, Wolfowitz); a table
        // has steps of 1/4096.
        let bound = 1.95 / (PACKETS as f64).sqrt() + 1.0 / 4096.0;
        let asked = impairments.jitter.unwrap();
        let apart = distance(&found, &asked);
        assert!(apart < bound, "{distribution:?}: {apart}");
        for other in all.into_iter().filter(|other| *other != distribution) {
            let other = jittered(other, "0%").jitter.unwrap();
            assert!(distance(&found, &other) > 4.0 * bound, "{distribution:?}");
        }
    }
}

#[test]
fn correlated_jitter_keeps_its_distribution_and_repeats_as_asked() {
    let impairments = jittered(Distribution::Normal, "75%");
    let found = delays(&impairments, 1);
    // Repeats leave a quarter of the draws, so the bound is twice as wide.
    let bound = 2.0 * 1.95 / (PACKETS as f64).sqrt() + 1.0 / 4096.0;
    assert!(distance(&found, &impairments.jitter.unwrap()) < bound);
    let n = PACKETS as f64;
    let repeats = found.windows(2).filter(|pair| pair[0] == pair[1]).count() as f64;
    let sigma = (n * 0.75 * 0.25).sqrt();
    // Two fresh draws fall into the same step of the table in one of 4,096 cases.
    let expected = n * (0.75 + 0.25 / 4096.0);
    assert!((repeats - expected).abs() < 3.5 * sigma, "{repeats}");
}

#[test]
fn jitter_lets_packets_overtake() {
    let mut emulator = Emulator::new(&jittered(Distribution::Uniform, "0%"), 1, "client");
    for number in 0..100u64 {
        emulator.offer(number, number, 100, |n| *n);
    }
    let mut left = Vec::new();
    while let Some(leaving) = emulator.take(Nanos::MAX) {
        left.push(leaving.packet);
    }
    assert!(!left.is_sorted());
    left.sort_unstable();
    assert_eq!(left, (0..100).collect::<Vec<_>>());
}

fn reordered(share: &str, gap: u32) -> Impairments {
    Impairments {
        delay: Duration::from_nanos(DELAY),
        reorder: Some(Reorder {
            chance: Chance::of(share.parse().unwrap()),
            gap,
        }),
        ..Impairments::default()
    }
}

#[test]
fn a_share_of_the_packets_is_sent_at_once() {
    let found = delays(&reordered("10%", 1), 1);
    let at_once = found.iter().filter(|delay| **delay == 0).count() as f64;
    let n = PACKETS as f64;
    assert!(
        (at_once - 0.1 * n).abs() < 3.5 * (n * 0.1 * 0.9).sqrt(),
        "{at_once}"
    );
    assert!(found.iter().all(|delay| [0, DELAY].contains(delay)));
}

#[test]
fn between_two_that_are_sent_at_once_a_gap_is_delayed() {
    let found = delays(&reordered("50%", 5), 1);
    let at_once: Vec<usize> = (0..found.len()).filter(|n| found[*n] == 0).collect();
    let distances: Vec<f64> = at_once
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) as f64)
        .collect();
    assert!(distances.iter().all(|distance| *distance >= 5.0));
    // Four that must wait, then a geometric number: 4 + 1/0.5, variance (1 − 0.5) / 0.5².
    let n = distances.len() as f64;
    let mean = distances.iter().sum::<f64>() / n;
    assert!((mean - 6.0).abs() < 3.5 * (2.0 / n).sqrt(), "{mean}");
}

#[test]
fn with_certainty_every_packet_of_the_gap_is_sent_at_once() {
    let found = delays(&reordered("100%", 3), 1);
    let at_once: Vec<usize> = (0..9).filter(|n| found[*n] == 0).collect();
    assert_eq!(at_once, [2, 5, 8]);
}
