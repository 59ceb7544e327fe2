use super::*;
use scenario::impairment::{RateLimit, Reorder};
use scenario::units::Rate;

fn reordering(share: &str, correlation: &str, gap: u32) -> Impairments {
    Impairments {
        reorder: Some(Reorder {
            chance: chance(share, correlation),
            gap,
        }),
        ..link(10, "0%")
    }
}

/// The packets that left when they came.
fn at_once(traffic: &Traffic) -> Vec<u64> {
    let mut numbers: Vec<u64> = traffic
        .left
        .iter()
        .filter(|packet| packet.at == packet.number * MICROSECOND)
        .map(|packet| packet.number)
        .collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn as_many_are_sent_at_once_as_asked() {
    for (correlation, fraction) in [("0%", 0.0), ("50%", 0.5)] {
        for seed in 1..=3 {
            let traffic = traffic(&reordering("25%", correlation, 1), seed, PACKETS);
            let numbers = at_once(&traffic);
            assert_correlated(&numbers, 0.25, fraction);
            assert_eq!(traffic.counters.reordered, numbers.len() as u64);
            let delayed = traffic.left.len() - numbers.len();
            let at = |packet: &&Left| packet.at == packet.number * MICROSECOND + 10 * MILLISECOND;
            assert_eq!(traffic.left.iter().filter(at).count(), delayed);
        }
    }
}

#[test]
fn every_gapth_packet_is_sent_at_once() {
    let numbers = at_once(&traffic(&reordering("100%", "0%", 5), 1, 23));
    assert_eq!(numbers, [4, 9, 14, 19]);
    assert_eq!(
        at_once(&traffic(&reordering("100%", "0%", 1), 1, 3)),
        [0, 1, 2]
    );
}

/// `gap - 1` packets are delayed for certain, then each is sent at once with its chance.
#[test]
fn a_gap_makes_it_rarer() {
    for (gap, share) in [(5, 0.25), (10, 0.5)] {
        let asked = reordering(&format!("{}%", share * 100.0), "0%", gap);
        let numbers = at_once(&traffic(&asked, 1, PACKETS));
        let distances: Vec<u64> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(distances.iter().all(|distance| *distance >= gap.into()));
        let shortest = distances.iter().filter(|d| **d == u64::from(gap)).count();
        assert_share(shortest, distances.len(), share, 1.0);
        let mean = f64::from(gap) - 1.0 + 1.0 / share;
        let deviation = (1.0 - share).sqrt() / share;
        let expected = PACKETS as f64 / mean;
        let sigma = deviation / mean * expected.sqrt();
        assert!(
            (numbers.len() as f64 - expected).abs() < 3.5 * sigma,
            "{}",
            numbers.len()
        );
    }
}

#[test]
fn the_lost_count_in_the_gap() {
    let mut asked = reordering("100%", "0%", 4);
    asked.loss = Loss::Packets([1, 2, 8].into());
    let traffic = traffic(&asked, 1, 13);
    assert_eq!(
        at_once(&traffic),
        [3, 11],
        "packet 7 would have been sent at once"
    );
}

/// Kernel netem's way: what is sent at once does not wait for the line.
#[test]
fn it_goes_past_the_rate_too() {
    let mut asked = reordering("100%", "0%", 2);
    asked.rate = Some(RateLimit {
        rate: Rate::from_bits_per_second(800_000),
        overhead: 0,
    });
    let traffic = traffic(&asked, 1, 6);
    assert_eq!(at_once(&traffic), [1, 3, 5]);
    let delayed = traffic.left.iter().filter(|packet| packet.number % 2 == 0);
    let times: Vec<Nanos> = delayed.map(|packet| packet.at / MILLISECOND).collect();
    assert_eq!(times, [11, 12, 13]);
}
