use super::*;
use scenario::impairment::{GilbertElliott, Queue, RateLimit};
use scenario::units::Rate;

#[test]
fn a_change_concerns_those_to_come_and_counts_on() {
    let mut emulator = Emulator::new(&link(20, "0%"), 1, "client");
    assert_eq!(emulator.offer(0, 'a', 100, |p| *p), Fate::UnderWay);
    emulator.change(&link(5, "0%"));
    assert_eq!(emulator.offer(0, 'b', 100, |p| *p), Fate::UnderWay);
    emulator.change(&link(5, "100%"));
    assert_eq!(emulator.offer(0, 'c', 100, |p| *p), Fate::Lost('c'));
    let mut left = Vec::new();
    while let Some(at) = emulator.next_due() {
        left.push((at / MILLISECOND, emulator.take(at).unwrap().packet));
    }
    assert_eq!(left, [(5, 'b'), (20, 'a')]);
    assert_eq!(
        (emulator.counters().offered, emulator.counters().lost),
        (3, 1)
    );
}

#[test]
fn numbers_and_chance_go_on() {
    let all = traffic(&link(0, "30%"), 1, 300).lost;
    let mut emulator = Emulator::new(&link(0, "30%"), 1, "client");
    let mut lost = play(&mut emulator, 100, 1).lost;
    emulator.change(&link(50, "0%"));
    assert!(play(&mut emulator, 100, 1).lost.is_empty());
    emulator.change(&link(7, "30%"));
    lost.extend(play(&mut emulator, 100, 1).lost);
    let expected: Vec<u64> = all
        .into_iter()
        .filter(|n| !(100..200).contains(n))
        .collect();
    assert_eq!(lost, expected);
}

/// With luck that never changes, all go the way of the packet before the change, asked or not then.
#[test]
fn luck_goes_on() {
    let always = Impairments {
        loss: Loss::Independent(chance("50%", "100%")),
        ..Impairments::default()
    };
    for before in [link(0, "50%"), link(0, "0%"), always.clone()] {
        let mut seen = [false; 2];
        for seed in 0..20 {
            let reference = if before == always {
                traffic(&always, seed, 10).lost
            } else {
                traffic(&link(0, "50%"), seed, 10).lost
            };
            let expected = reference.contains(&9);
            let mut emulator = Emulator::new(&before, seed, "client");
            play(&mut emulator, 10, 1);
            emulator.change(&always);
            let lost = play(&mut emulator, 10, 1).lost.len();
            assert_eq!(lost, if expected { 10 } else { 0 }, "seed {seed}");
            seen[usize::from(expected)] = true;
        }
        assert_eq!(seen, [true; 2]);
    }
}

#[test]
fn a_bad_link_stays_bad() {
    let model = |p: &str, r: &str| Impairments {
        loss: Loss::GilbertElliott(GilbertElliott {
            p: percent(p),
            r: percent(r),
            bad_loss: Percent::HUNDRED,
            good_loss: Percent::ZERO,
        }),
        ..Impairments::default()
    };
    let mut emulator = Emulator::new(&model("100%", "0%"), 1, "client");
    assert_eq!(play(&mut emulator, 3, 1).lost, [1, 2]);
    emulator.change(&model("0%", "0%"));
    assert_eq!(play(&mut emulator, 2, 1).lost, [3, 4]);
}

#[test]
fn the_line_stays_busy() {
    let slow = |rate| Impairments {
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(rate),
            overhead: 0,
        }),
        ..Impairments::default()
    };
    let mut emulator = Emulator::new(&slow(800_000), 1, "client");
    assert_eq!(emulator.offer(0, 'a', 1000, |p| *p), Fate::UnderWay);
    emulator.change(&slow(8_000_000));
    assert_eq!(emulator.offer(0, 'b', 1000, |p| *p), Fate::UnderWay);
    assert!(emulator.take(10 * MILLISECOND).is_some());
    assert_eq!(emulator.next_due(), Some(11 * MILLISECOND));
}

#[test]
fn a_narrower_queue_drops_nobody_who_is_in_it() {
    let mut emulator = Emulator::new(&link(10, "0%"), 1, "client");
    for number in 0..5 {
        assert_eq!(emulator.offer(0, number, 100, |n| *n), Fate::UnderWay);
    }
    let narrow = Impairments {
        queue: Some(Queue::Packets(2)),
        ..link(10, "0%")
    };
    emulator.change(&narrow);
    assert_eq!(emulator.offer(0, 5, 100, |n| *n), Fate::Dropped(5));
    assert_eq!(emulator.counters().under_way, 5);
}

/// Whichever way they came to leave together.
#[test]
fn those_that_leave_at_the_same_time_leave_as_they_came() {
    let mut emulator = Emulator::new(&link(15, "0%"), 1, "client");
    let mut offer = |number: u64, delay| {
        emulator.change(&link(delay, "0%"));
        assert_eq!(emulator.offer(0, number, 100, |n| *n), Fate::UnderWay);
    };
    offer(0, 15);
    offer(100, 20);
    for number in 1..100 {
        offer(number, 15);
    }
    let left = std::iter::from_fn(|| emulator.take(Nanos::MAX));
    assert!(left.map(|left| left.packet).eq(0..=100));
}
