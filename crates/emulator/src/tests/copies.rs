use super::*;
use scenario::impairment::{Distribution, Jitter};
use std::collections::BTreeSet;

fn duplicating(share: &str, correlation: &str) -> Impairments {
    Impairments {
        duplicate: chance(share, correlation),
        ..link(5, "0%")
    }
}

fn corrupting(share: &str, correlation: &str) -> Impairments {
    Impairments {
        corrupt: chance(share, correlation),
        ..Impairments::default()
    }
}

fn copies(traffic: &Traffic) -> Vec<u64> {
    let copies = traffic.left.iter().filter(|packet| packet.is_copy);
    copies.map(|packet| packet.number).collect()
}

#[test]
fn duplicates_are_as_frequent_and_as_alike_as_asked() {
    for (correlation, fraction) in [("0%", 0.0), ("60%", 0.6)] {
        for seed in 1..=3 {
            let traffic = traffic(&duplicating("15%", correlation), seed, PACKETS);
            let copies = copies(&traffic);
            assert_correlated(&copies, 0.15, fraction);
            assert_eq!(traffic.counters.duplicated, copies.len() as u64);
            assert_eq!(traffic.left.len() as u64, PACKETS + copies.len() as u64);
            assert_eq!(copies.iter().collect::<BTreeSet<_>>().len(), copies.len());
        }
    }
}

#[test]
fn a_copy_comes_right_behind_its_packet() {
    let left = traffic(&duplicating("100%", "0%"), 1, 50).left;
    for (pair, number) in left.chunks(2).zip(0..) {
        let [first, second] = [pair[0], pair[1]];
        assert_eq!((first.number, first.is_copy), (number, false));
        assert_eq!((second.number, second.is_copy), (number, true));
        assert_eq!(first.at, second.at);
    }
    assert_eq!(left.len(), 100);
}

#[test]
fn a_copy_has_a_delay_and_a_flipped_bit_of_its_own() {
    let mut impairments = duplicating("100%", "0%");
    impairments.corrupt = chance("50%", "0%");
    impairments.jitter = Some(Jitter {
        spread: Duration::from_millis(4),
        distribution: Distribution::Uniform,
        correlation: Percent::ZERO,
    });
    let mut left = traffic(&impairments, 1, PACKETS).left;
    left.sort_by_key(|packet| (packet.number, packet.is_copy));
    let pairs = || left.chunks(2).map(|pair| (pair[0], pair[1]));
    let same_time = pairs().filter(|(first, second)| first.at == second.at);
    assert!(same_time.count() < 5, "8 million delays are possible");
    let early = pairs().filter(|(first, second)| first.at > second.at);
    assert_share(early.count(), PACKETS as usize, 0.5, 1.0);
    let corrupted = |packet: Left| packet.flip.is_some();
    let both = pairs().filter(|(first, second)| corrupted(*first) && corrupted(*second));
    assert_share(both.count(), PACKETS as usize, 0.25, 1.0);
    let copies = pairs().filter(|(_, second)| corrupted(*second));
    assert_share(copies.count(), PACKETS as usize, 0.5, 1.0);
    assert!(pairs().all(|(first, second)| first.flip.is_none() || first.flip != second.flip));
}

/// The copy's luck is its packet's with the probability of the correlation, and nobody's after it.
#[test]
fn a_copy_follows_its_packet() {
    let mut impairments = duplicating("100%", "0%");
    impairments.corrupt = chance("20%", "70%");
    impairments.jitter = Some(Jitter {
        spread: Duration::from_millis(4),
        distribution: Distribution::Uniform,
        correlation: percent("40%"),
    });
    let mut left = traffic(&impairments, 1, PACKETS).left;
    left.sort_by_key(|packet| (packet.number, packet.is_copy));
    let pairs = || left.chunks(2).map(|pair| (pair[0], pair[1]));
    let same_time = pairs().filter(|(first, second)| first.at == second.at);
    assert_share(same_time.count(), PACKETS as usize, 0.4, 1.0);
    let flipped = pairs().filter(|(first, _)| first.flip.is_some());
    let both = flipped.clone().filter(|(_, second)| second.flip.is_some());
    let again = 0.7 + 0.3 * 0.2;
    assert_share(both.clone().count(), flipped.clone().count(), again, 1.0);
    // Following in one thing is no reason to follow in the other.
    let same_time = |(first, second): &(Left, Left)| first.at == second.at;
    let (both, flipped) = (both.filter(same_time), flipped.filter(same_time));
    assert_share(both.count(), flipped.count(), again, 1.0);
}

#[test]
fn a_packet_both_duplicated_and_lost_leaves_once_and_counts_as_both() {
    let mut impairments = duplicating("100%", "0%");
    impairments.loss = Loss::Independent(Chance::of(percent("30%")));
    let lost = traffic(&link(5, "30%"), 1, 1000).lost;
    let traffic = traffic(&impairments, 1, 1000);
    assert!(traffic.lost.is_empty());
    assert_eq!(traffic.counters.lost, lost.len() as u64);
    assert_eq!(traffic.counters.duplicated, 1000);
    assert_eq!(traffic.left.len(), 2000 - lost.len());
    let copied = copies(&traffic);
    assert!(lost.iter().all(|number| !copied.contains(number)));
}

#[test]
fn corruption_is_as_frequent_and_as_alike_as_asked() {
    for (correlation, fraction) in [("0%", 0.0), ("60%", 0.6)] {
        for seed in 1..=3 {
            let traffic = traffic(&corrupting("7%", correlation), seed, PACKETS);
            let corrupted = traffic.left.iter().filter(|packet| packet.flip.is_some());
            let numbers: Vec<u64> = corrupted.map(|packet| packet.number).collect();
            assert_correlated(&numbers, 0.07, fraction);
            assert_eq!(traffic.counters.corrupted, numbers.len() as u64);
        }
    }
}

#[test]
fn every_bit_is_flipped_as_often() {
    let left = traffic(&corrupting("100%", "0%"), 1, PACKETS).left;
    for bits in [8, 800, 12_000] {
        let mut tenths = [0; 10];
        for packet in &left {
            let bit = packet.flip.unwrap().bit(bits);
            assert!(bit < bits);
            tenths[bit * 10 / bits] += 1;
        }
        for (tenth, count) in tenths.into_iter().enumerate() {
            let places = (0..bits).filter(|bit| bit * 10 / bits == tenth).count();
            if places > 0 {
                assert_share(count, left.len(), places as f64 / bits as f64, 1.0);
            }
        }
    }
    assert_eq!(left[0].flip.unwrap().bit(0), 0);
}
