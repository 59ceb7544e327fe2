//! Duplicates and corruption; and nobody's chance depends on other impairments.

use super::*;
use scenario::impairment::{Distribution, GilbertElliott, Jitter, Queue, RateLimit, Reorder};
use scenario::units::Rate;

const PACKETS: u64 = 100_000;

fn chance(text: &str) -> Chance {
    Chance::of(text.parse().unwrap())
}

/// Everything that leaves, in order.
fn leaving(impairments: &Impairments, seed: u64, count: u64) -> Vec<Leaving<u64>> {
    let mut emulator = Emulator::new(impairments, seed, "client");
    let mut left = Vec::new();
    for number in 0..count {
        emulator.offer(number, number, 100, |n| *n);
        left.extend(emulator.take(number));
    }
    left.extend(std::iter::from_fn(|| emulator.take(Nanos::MAX)));
    left
}

#[test]
fn a_share_of_the_packets_leaves_twice() {
    let impairments = Impairments {
        duplicate: chance("5%"),
        ..Impairments::default()
    };
    let left = leaving(&impairments, 1, PACKETS);
    let copies = left.len() as f64 - PACKETS as f64;
    let n = PACKETS as f64;
    assert!(
        (copies - 0.05 * n).abs() < 3.5 * (n * 0.05 * 0.95).sqrt(),
        "{copies}"
    );
    let mut times = vec![0; PACKETS as usize];
    for leaving in &left {
        times[leaving.packet as usize] += 1;
    }
    assert!(times.iter().all(|times| [1, 2].contains(times)));
}

#[test]
fn a_packet_both_lost_and_duplicated_leaves_once() {
    let impairments = Impairments {
        loss: Loss::Independent(chance("100%")),
        duplicate: chance("100%"),
        ..Impairments::default()
    };
    assert_eq!(leaving(&impairments, 1, 1000).len(), 1000);
}

#[test]
fn a_share_of_the_packets_has_a_bit_flipped_anywhere() {
    const BITS: usize = 800;
    let impairments = Impairments {
        corrupt: chance("30%"),
        ..Impairments::default()
    };
    let left = leaving(&impairments, 1, PACKETS);
    let flips: Vec<usize> = left
        .iter()
        .filter_map(|leaving| leaving.flip.map(|flip| flip.bit(BITS)))
        .collect();
    let (n, found) = (PACKETS as f64, flips.len() as f64);
    assert!(
        (found - 0.3 * n).abs() < 3.5 * (n * 0.3 * 0.7).sqrt(),
        "{found}"
    );
    // Ten classes of places, equally likely: χ² with nine degrees of freedom exceeds 27.9 once in a
    // thousand times.
    let mut classes = [0.0; 10];
    for bit in flips {
        assert!(bit < BITS);
        classes[bit * 10 / BITS] += 1.0;
    }
    let expected = found / 10.0;
    let chi: f64 = classes
        .iter()
        .map(|n| (n - expected) * (n - expected) / expected)
        .sum();
    assert!(chi < 27.9, "{chi}: {classes:?}");
}

#[test]
fn an_empty_packet_has_no_bit_to_flip() {
    assert_eq!(Flip(u64::MAX).bit(0), 0);
    assert_eq!(Flip(u64::MAX).bit(8), 7);
}

/// What becomes of each of the first packets: lost, copied, flipped, sent at once.
fn fates(impairments: &Impairments, seed: u64) -> Vec<(bool, bool, bool, bool)> {
    let mut emulator = Emulator::new(impairments, seed, "client");
    (0..300u64)
        .map(|number| {
            let before = emulator.counters();
            emulator.offer(0, number, 100, |n| *n);
            let after = emulator.counters();
            (
                after.lost > before.lost,
                after.duplicated > before.duplicated,
                after.corrupted > before.corrupted,
                after.reordered > before.reordered,
            )
        })
        .collect()
}

#[test]
fn asking_for_more_leaves_the_other_choices_as_they_were() {
    let one = |change: fn(&mut Impairments)| {
        let mut impairments = Impairments {
            delay: Duration::from_millis(10),
            ..Impairments::default()
        };
        change(&mut impairments);
        impairments
    };
    let lossy = one(|it| it.loss = Loss::Independent("20%".parse().map(Chance::of).unwrap()));
    let more = Impairments {
        jitter: Some(Jitter {
            spread: Duration::from_millis(3),
            distribution: Distribution::Normal,
            correlation: "30%".parse().unwrap(),
        }),
        corrupt: chance("10%"),
        reorder: Some(Reorder {
            chance: chance("10%"),
            gap: 2,
        }),
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(1_000_000),
            overhead: 0,
        }),
        ..lossy.clone()
    };
    let lost = |impairments| {
        fates(impairments, 5)
            .iter()
            .map(|fate| fate.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(lost(&lossy), lost(&more));
    assert!(lost(&lossy).contains(&true));
    let copied = one(|it| it.duplicate = "20%".parse().map(Chance::of).unwrap());
    let with_loss = Impairments {
        corrupt: chance("50%"),
        ..copied.clone()
    };
    let copies = |impairments| {
        fates(impairments, 5)
            .iter()
            .map(|fate| fate.1)
            .collect::<Vec<_>>()
    };
    assert_eq!(copies(&copied), copies(&with_loss));
}

fn any_chance() -> impl Strategy<Value = Chance> {
    (0..=100u32, 0..=100u32).prop_map(|(share, correlation)| Chance {
        share: Percent::from_millionths(share * 1_000_000).unwrap(),
        correlation: Percent::from_millionths(correlation * 1_000_000).unwrap(),
    })
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::None),
        any_chance().prop_map(Loss::Independent),
        (any_chance(), any_chance()).prop_map(|(a, b)| Loss::GilbertElliott(GilbertElliott {
            p: a.share,
            r: a.correlation,
            bad_loss: b.share,
            good_loss: b.correlation,
        })),
        prop::collection::btree_set(1..200u64, 0..20).prop_map(Loss::Packets),
    ]
}

fn any_jitter() -> impl Strategy<Value = Option<Jitter>> {
    let distribution = prop_oneof![
        Just(Distribution::Uniform),
        Just(Distribution::Normal),
        Just(Distribution::Pareto),
        Just(Distribution::ParetoNormal),
    ];
    prop::option::of((1..30u64, distribution, any_chance()).prop_map(
        |(spread, distribution, chance)| Jitter {
            spread: Duration::from_millis(spread),
            distribution,
            correlation: chance.correlation,
        },
    ))
}

prop_compose! {
    fn anything()(
        delay in 0..50u64,
        jitter in any_jitter(),
        loss in any_loss(),
        duplicate in any_chance(),
        corrupt in any_chance(),
        reorder in prop::option::of((any_chance(), 1..5u32)),
        rate in prop::option::of((1_000..10_000_000u64, -50..50i32)),
        queue in prop::option::of(prop_oneof![
            (1..50u32).prop_map(Queue::Packets),
            (1..50_000u64).prop_map(Queue::Bytes),
        ]),
    ) -> Impairments {
        Impairments {
            delay: Duration::from_millis(delay),
            jitter,
            loss,
            duplicate,
            corrupt,
            reorder: reorder.map(|(chance, gap)| Reorder { chance, gap }),
            rate: rate.map(|(rate, overhead)| RateLimit {
                rate: Rate::from_bits_per_second(rate),
                overhead,
            }),
            queue,
            ..Impairments::default()
        }
    }
}

proptest! {
    /// Whatever is asked, now and later: nothing is made up, nothing vanishes, no limit is exceeded.
    #[test]
    fn packets_are_accounted_for(
        first in anything(),
        second in anything(),
        seed: u64,
        sizes in prop::collection::vec((0..20_000_000u64, 20..1500usize), 1..150),
    ) {
        let mut emulator = Emulator::new(&first, seed, "x");
        let (mut now, mut back, mut left, mut copies) = (0, 0u64, 0u64, 0u64);
        let mut impairments = &first;
        for (number, (gap, length)) in sizes.iter().enumerate() {
            if number == sizes.len() / 2 {
                emulator.change(&second);
                impairments = &second;
            }
            now += gap;
            while emulator.take(now).is_some() {
                left += 1;
            }
            let before = emulator.counters().under_way;
            match emulator.offer(now, number, *length, |n| { copies += 1; *n }) {
                Fate::UnderWay => {}
                Fate::Lost(_) | Fate::Dropped(_) => back += 1,
            }
            if let Some(Queue::Packets(most)) = impairments.queue {
                prop_assert!(emulator.counters().under_way <= before.max(most.into()));
            }
        }
        let counters = emulator.counters();
        prop_assert_eq!(counters.offered, sizes.len() as u64);
        while emulator.take(Nanos::MAX).is_some() {
            left += 1;
        }
        prop_assert_eq!(emulator.next_due(), None);
        prop_assert_eq!(left + back, counters.offered + copies);
        prop_assert_eq!(
            left + counters.lost + counters.dropped,
            counters.offered + counters.duplicated
        );
    }

    /// What leaves first is due first, and nothing is handed out before.
    #[test]
    fn packets_leave_in_the_order_of_their_times(impairments in anything(), seed: u64, count in 0..200u64) {
        let mut emulator = Emulator::new(&impairments, seed, "x");
        for number in 0..count {
            emulator.offer(number * 1_000, number, 200, |n| *n);
        }
        let mut last = 0;
        while let Some(due) = emulator.next_due() {
            prop_assert!(due >= last);
            if due > 0 {
                prop_assert!(emulator.take(due - 1).is_none());
            }
            prop_assert!(emulator.take(due).is_some());
            last = due;
        }
    }
}
