//! Rates and queues.

use super::*;
use scenario::impairment::{Queue, RateLimit};
use scenario::units::Rate;

const SECOND: Nanos = 1_000 * MILLISECOND;

fn limited(rate: &str, overhead: i32) -> Impairments {
    Impairments {
        delay: Duration::from_millis(10),
        rate: Some(RateLimit {
            rate: rate.parse::<Rate>().unwrap(),
            overhead,
        }),
        ..Impairments::default()
    }
}

/// Bits that leave in the second after the first packet has, where there always is one to send.
fn bits_in_a_second(impairments: &Impairments, length: usize) -> f64 {
    let mut emulator = Emulator::new(impairments, 1, "client");
    for number in 0..200_000u64 {
        emulator.offer(0, number, length, |n| *n);
    }
    let start = emulator.next_due().unwrap();
    emulator.take(start);
    let mut packets = 0;
    while emulator.take(start + SECOND).is_some() {
        packets += 1;
    }
    packets as f64 * length as f64 * 8.0
}

#[test]
fn packets_leave_at_the_rate() {
    for (rate, bits) in [("1mbit", 1e6), ("64kbit", 64e3), ("800mbit", 800e6)] {
        let found = bits_in_a_second(&limited(rate, 0), 1000);
        assert!(
            (found / bits - 1.0).abs() < 0.01 + 8000.0 / bits,
            "{rate}: {found}"
        );
    }
}

#[test]
fn overhead_takes_its_time() {
    let found = bits_in_a_second(&limited("8mbit", 25), 100);
    assert!((found / 6.4e6 - 1.0).abs() < 0.01, "{found}");
    let found = bits_in_a_second(&limited("8mbit", -50), 100);
    assert!((found / 16e6 - 1.0).abs() < 0.01, "{found}");
    // However much is taken off, a packet never takes less than no time.
    let mut emulator = Emulator::new(&limited("8mbit", -5000), 1, "client");
    emulator.offer(0, (), 100, |()| ());
    assert_eq!(emulator.next_due(), Some(10 * MILLISECOND));
}

#[test]
fn a_packet_alone_takes_its_delay_and_its_own_time() {
    let mut emulator = Emulator::new(&limited("8mbit", 0), 1, "client");
    emulator.offer(0, 'a', 1000, |p| *p);
    assert_eq!(emulator.next_due(), Some(11 * MILLISECOND));
    emulator.offer(0, 'b', 1000, |p| *p);
    emulator.take(11 * MILLISECOND);
    assert_eq!(emulator.next_due(), Some(12 * MILLISECOND));
    emulator.take(12 * MILLISECOND);
    // Idle for long: the rate saves nothing up.
    emulator.offer(SECOND, 'c', 1000, |p| *p);
    assert_eq!(emulator.next_due(), Some(SECOND + 11 * MILLISECOND));
}

fn queued(queue: Queue) -> Impairments {
    Impairments {
        queue: Some(queue),
        ..limited("8mbit", 0)
    }
}

#[test]
fn what_comes_when_the_queue_is_full_is_dropped() {
    for queue in [Queue::Packets(10), Queue::Bytes(10_999)] {
        let mut emulator = Emulator::new(&queued(queue), 1, "client");
        let fates: Vec<_> = (0..15u64)
            .map(|number| emulator.offer(0, number, 1000, |n| *n))
            .collect();
        assert!(fates[..10].iter().all(|fate| *fate == Fate::UnderWay));
        for (number, fate) in (10..).zip(&fates[10..]) {
            assert_eq!(*fate, Fate::Dropped(number));
        }
        assert_eq!(emulator.counters().dropped, 5);
        // Room is made by what leaves.
        emulator.take(11 * MILLISECOND).unwrap();
        assert_eq!(
            emulator.offer(11 * MILLISECOND, 99, 1000, |n| *n),
            Fate::UnderWay
        );
        assert_eq!(
            emulator.offer(11 * MILLISECOND, 99, 1000, |n| *n),
            Fate::Dropped(99)
        );
    }
}

#[test]
fn a_small_packet_fits_where_a_large_one_does_not() {
    let mut emulator = Emulator::new(&queued(Queue::Bytes(1500)), 1, "client");
    assert_eq!(emulator.offer(0, 1, 1000, |n| *n), Fate::UnderWay);
    assert_eq!(emulator.offer(0, 2, 1000, |n| *n), Fate::Dropped(2));
    assert_eq!(emulator.offer(0, 3, 500, |n| *n), Fate::UnderWay);
}

#[test]
fn a_copy_that_finds_no_room_is_not_made() {
    let impairments = Impairments {
        duplicate: Chance::of(Percent::HUNDRED),
        ..queued(Queue::Packets(3))
    };
    let mut emulator = Emulator::new(&impairments, 1, "client");
    let mut copies = 0;
    for number in 0..2 {
        emulator.offer(0, number, 100, |n| {
            copies += 1;
            *n
        });
    }
    let counters = emulator.counters();
    assert_eq!((copies, counters.dropped, counters.under_way), (1, 1, 3));
}
