use super::*;
use scenario::impairment::{Queue, RateLimit};
use scenario::units::Rate;

fn narrow(queue: Queue) -> Impairments {
    Impairments {
        queue: Some(queue),
        ..link(10, "0%")
    }
}

/// Offers packets of these lengths at these times: who is dropped?
fn drops(impairments: &Impairments, packets: &[(Nanos, usize)]) -> Vec<usize> {
    let mut emulator = Emulator::new(impairments, 1, "client");
    let offered = packets.iter().enumerate();
    let drops = offered.filter_map(|(number, (at, length))| {
        match emulator.offer(at * MILLISECOND, number, *length, |n| *n) {
            Fate::Dropped(number) => Some(number),
            _ => None,
        }
    });
    drops.collect()
}

#[test]
fn what_comes_when_it_is_full_is_dropped() {
    let asked = narrow(Queue::Packets(3));
    assert_eq!(drops(&asked, &[(0, 100); 5]), [3, 4]);
    let asked = narrow(Queue::Bytes(300));
    assert_eq!(
        drops(
            &asked,
            &[(0, 100), (0, 150), (0, 51), (0, 50), (0, 1), (0, 0)]
        ),
        [2, 4]
    );
    assert_eq!(drops(&narrow(Queue::Bytes(99)), &[(0, 100), (0, 99)]), [0]);
}

/// Nobody takes anything here: how late the driver is must not decide who is dropped.
#[test]
fn what_has_left_makes_room_though_not_taken() {
    for queue in [Queue::Packets(2), Queue::Bytes(200)] {
        let asked = narrow(queue);
        let times = [0, 1, 9, 10, 10, 11, 12].map(|at| (at, 100));
        assert_eq!(drops(&asked, &times), [2, 4, 6], "{queue:?}");
    }
}

#[test]
fn it_never_holds_more_than_its_limit() {
    let length = |number: u64| 40 + (number * 7919 % 1460) as usize;
    for queue in [Queue::Packets(17), Queue::Bytes(9_000)] {
        let mut asked = narrow(queue);
        asked.duplicate = Chance::of(percent("20%"));
        asked.rate = Some(RateLimit {
            rate: Rate::from_bits_per_second(10_000_000),
            overhead: 0,
        });
        let mut emulator = Emulator::new(&asked, 1, "client");
        let (mut packets, mut bytes, mut fullest) = (0, 0, 0);
        for number in 0..PACKETS {
            let now = number * 500 * MICROSECOND;
            while let Some(left) = emulator.take(now) {
                packets -= 1;
                bytes -= length(left.packet);
            }
            let copied = std::cell::Cell::new(false);
            let fate = emulator.offer(now, number, length(number), |n| {
                copied.set(true);
                *n
            });
            if fate == Fate::UnderWay {
                let count = 1 + usize::from(copied.get());
                packets += count;
                bytes += count * length(number);
            }
            match queue {
                Queue::Packets(limit) => assert!(packets <= limit as usize),
                Queue::Bytes(limit) => assert!(bytes as u64 <= limit),
            }
            fullest = fullest.max(packets);
            assert_eq!(emulator.counters().under_way, packets as u64);
        }
        assert!(emulator.counters().dropped > PACKETS / 10, "it was full");
        assert!(fullest > 5);
    }
}

#[test]
fn where_one_has_room_its_copy_may_have_none() {
    for queue in [Queue::Packets(3), Queue::Bytes(300)] {
        let mut asked = narrow(queue);
        asked.duplicate = Chance::of(Percent::HUNDRED);
        let traffic = traffic(&asked, 1, 3);
        let left: Vec<Numbered> = traffic.left.iter().map(|p| (p.number, p.is_copy)).collect();
        assert_eq!(left, [(0, false), (0, true), (1, false)]);
        assert_eq!(traffic.dropped, [2]);
        assert_eq!(
            (traffic.counters.duplicated, traffic.counters.dropped),
            (3, 3)
        );
    }
}
