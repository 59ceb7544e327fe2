use super::*;
use proptest::prelude::*;
use scenario::impairment::{Distribution, GilbertElliott, Jitter, Queue, RateLimit, Reorder};
use scenario::units::Rate;

fn some_percent() -> impl Strategy<Value = Percent> {
    prop_oneof![
        Just(Percent::ZERO),
        Just(Percent::HUNDRED),
        (0..=100_000_000_u32).prop_map(|share| Percent::from_millionths(share).unwrap()),
    ]
}

fn some_chance() -> impl Strategy<Value = Chance> {
    (some_percent(), some_percent()).prop_map(|(share, correlation)| Chance { share, correlation })
}

fn some_loss() -> impl Strategy<Value = Loss> {
    let states = [(); 4].map(|()| some_percent());
    prop_oneof![
        Just(Loss::None),
        some_chance().prop_map(Loss::Independent),
        prop::collection::btree_set(1..400_u64, 0..50).prop_map(Loss::Packets),
        states.prop_map(
            |[p, r, bad_loss, good_loss]| Loss::GilbertElliott(GilbertElliott {
                p,
                r,
                bad_loss,
                good_loss
            })
        ),
    ]
}

fn some_jitter() -> impl Strategy<Value = Jitter> {
    let distribution = prop_oneof![
        Just(Distribution::Uniform),
        Just(Distribution::Normal),
        Just(Distribution::Pareto),
        Just(Distribution::ParetoNormal),
    ];
    (1..30_000_000_u64, distribution, some_percent()).prop_map(
        |(spread, distribution, correlation)| Jitter {
            spread: Duration::from_nanos(spread),
            distribution,
            correlation,
        },
    )
}

fn some_rate() -> impl Strategy<Value = RateLimit> {
    (10_000..10_000_000_000_u64, -200..200_i32).prop_map(|(rate, overhead)| RateLimit {
        rate: Rate::from_bits_per_second(rate),
        overhead,
    })
}

fn some_queue() -> impl Strategy<Value = Queue> {
    prop_oneof![
        (1..50_u32).prop_map(Queue::Packets),
        (1..50_000_u64).prop_map(Queue::Bytes),
    ]
}

fn some_reorder() -> impl Strategy<Value = Reorder> {
    (some_chance(), 1..10_u32).prop_map(|(chance, gap)| Reorder { chance, gap })
}

prop_compose! {
    fn some_impairments()(
        delay in 0..20_000_000_u64,
        loss in some_loss(),
        duplicate in some_chance(),
        corrupt in some_chance(),
        jitter in prop::option::of(some_jitter()),
        reorder in prop::option::of(some_reorder()),
        rate in prop::option::of(some_rate()),
        queue in prop::option::of(some_queue()),
    ) -> Impairments {
        Impairments {
            delay: Duration::from_nanos(delay),
            jitter, loss, duplicate, corrupt, reorder, rate, queue,
            ..Impairments::default()
        }
    }
}

/// Without what depends on time.
fn timeless(impairments: &Impairments) -> Impairments {
    Impairments {
        rate: None,
        queue: None,
        ..impairments.clone()
    }
}

/// What each packet chose, its time aside: lost, copied, flips, delays of it and its copy.
fn choices(impairments: &Impairments, seed: u64, gaps: &[Nanos]) -> Vec<String> {
    let mut emulator = Emulator::new(impairments, seed, "x");
    let (mut now, mut came, mut left) = (0, Vec::new(), Vec::new());
    let mut fates = Vec::new();
    for (number, gap) in gaps.iter().enumerate() {
        now += gap;
        came.push(now);
        take_until(&mut emulator, now, &mut left);
        let fate = emulator.offer(now, (number as u64, false), 100, |(n, _)| (*n, true));
        fates.push(format!("{fate:?}"));
    }
    take_until(&mut emulator, Nanos::MAX, &mut left);
    left.sort_by_key(|packet| (packet.number, packet.is_copy));
    for packet in left {
        let number = packet.number as usize;
        let delay = packet.at - came[number];
        fates[number] += &format!(" {} {delay} {:?}", packet.is_copy, packet.flip);
    }
    fates
}

proptest! {
    /// Fate follows from seed, link and number alone, where neither rate nor queue is asked.
    #[test]
    fn fate_does_not_depend_on_time(
        impairments in some_impairments(),
        seed: u64,
        gaps in prop::collection::vec(0..50 * MILLISECOND, 1..200),
    ) {
        let impairments = timeless(&impairments);
        let at_once = choices(&impairments, seed, &vec![0; gaps.len()]);
        prop_assert_eq!(choices(&impairments, seed, &gaps), at_once);
    }

    /// Nothing is made up, and nothing vanishes.
    #[test]
    fn packets_are_conserved(
        impairments in some_impairments(),
        seed: u64,
        count in 0..300_u64,
        interval in 0..2 * MILLISECOND,
        taken in 0..300_usize,
    ) {
        let mut emulator = Emulator::new(&impairments, seed, "x");
        let (mut left, mut back) = (0, 0);
        for number in 0..count {
            let fate = emulator.offer(number * interval, number, 100, |n| *n);
            back += u64::from(fate != Fate::UnderWay);
        }
        for _ in 0..taken {
            left += u64::from(emulator.take(Nanos::MAX).is_some());
        }
        let counters = emulator.counters();
        prop_assert_eq!(counters.offered, count);
        prop_assert!(back <= counters.lost + counters.dropped);
        prop_assert_eq!(
            counters.offered + counters.duplicated,
            left + counters.lost + counters.dropped + counters.under_way
        );
        while emulator.take(Nanos::MAX).is_some() {
            left += 1;
        }
        prop_assert_eq!(left, counters.offered + counters.duplicated - counters.lost - counters.dropped);
        prop_assert_eq!((emulator.counters().under_way, emulator.next_due()), (0, None));
    }

    /// Times never fall, and packets stay in order unless jitter or reordering was asked.
    #[test]
    fn order_is_kept_unless_asked_otherwise(impairments in some_impairments(), seed: u64, interval in 0..MILLISECOND) {
        let traffic = play(&mut Emulator::new(&impairments, seed, "x"), 200, interval);
        prop_assert!(traffic.left.is_sorted_by_key(|packet| packet.at));
        let in_order = Impairments { jitter: None, reorder: None, ..impairments };
        let traffic = play(&mut Emulator::new(&in_order, seed, "x"), 200, interval);
        prop_assert!(traffic.left.is_sorted_by_key(|packet| (packet.number, packet.is_copy)));
    }

    /// Asking for more leaves what was asked as it was: who is lost, who is copied, which bits are
    /// flipped, who goes past, how long each takes.
    #[test]
    fn one_impairment_does_not_change_anothers_choices(all in some_impairments(), seed: u64) {
        let none = Impairments { delay: all.delay, ..Impairments::default() };
        let play = |impairments: &Impairments| {
            play(&mut Emulator::new(impairments, seed, "x"), 200, 30 * MILLISECOND)
        };
        let together = play(&timeless(&all));
        let present = |traffic: &Traffic, is_copy: bool, find: fn(&Left) -> String| {
            let mut list: Vec<(u64, String)> = traffic
                .left
                .iter()
                .filter(|packet| packet.is_copy == is_copy)
                .map(|packet| (packet.number, find(packet)))
                .collect();
            list.sort();
            list
        };
        let agree = |alone: &Traffic, find: fn(&Left) -> String| {
            let alone: std::collections::BTreeMap<_, _> =
                present(alone, false, find).into_iter().collect();
            present(&together, false, find).iter().all(|(number, seen)| alone[number] == *seen)
        };

        let loss = play(&Impairments { loss: all.loss.clone(), ..none.clone() });
        prop_assert_eq!(loss.counters.lost, together.counters.lost);
        prop_assert!(together.lost.iter().all(|number| loss.lost.contains(number)));
        let duplicate = play(&Impairments { duplicate: all.duplicate, ..none.clone() });
        prop_assert_eq!(duplicate.counters.duplicated, together.counters.duplicated);
        let corrupt = play(&Impairments { corrupt: all.corrupt, ..none.clone() });
        let flips_agree = agree(&corrupt, |packet| format!("{:?}", packet.flip));
        prop_assert!(flips_agree);
        let times = play(&Impairments { jitter: all.jitter, reorder: all.reorder, ..none });
        prop_assert!(agree(&times, |packet| packet.at.to_string()));
    }

    /// A drop depends on time, and must be nobody else's concern.
    #[test]
    fn drops_change_nobody_elses_choices(all in some_impairments(), queue in some_queue(), seed: u64) {
        let wide = timeless(&all);
        let narrow = Impairments { queue: Some(queue), ..wide.clone() };
        let expected = choices(&wide, seed, &[MILLISECOND; 200]);
        for (choice, expected) in choices(&narrow, seed, &[MILLISECOND; 200]).iter().zip(expected) {
            // The copy, which stands behind the packet, may be what is dropped.
            prop_assert!(choice.starts_with("Dropped") || expected.starts_with(choice.as_str()));
        }
    }

    /// However it is called, nothing overflows and no queue overfills.
    #[test]
    fn any_times_and_lengths_are_fine(
        impairments in some_impairments(),
        packets in prop::collection::vec((any::<u64>(), any::<usize>()), 1..50),
    ) {
        let mut emulator = Emulator::new(&impairments, 1, "x");
        let mut times: Vec<u64> = packets.iter().map(|(at, _)| *at).collect();
        times.sort_unstable();
        for (now, (_, length)) in times.iter().zip(&packets) {
            let _ = emulator.offer(*now, (), *length, |()| ());
        }
        while let Some(due) = emulator.next_due() {
            prop_assert!(emulator.take(due).is_some());
        }
    }
}
