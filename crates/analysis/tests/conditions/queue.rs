//! Queues.

use super::*;

#[test]
fn a_queue_in_bytes_with_room_left_drops_nothing() {
    for limit in [500_000, u64::MAX] {
        let asked = Impairments {
            queue: Some(Queue::Bytes(limit)),
            ..rated()
        };
        let lab = paced(asked, 200, 1_000, 40);
        assert_eq!(state(&lab, Condition::Queue), TooFew);
        assert_eq!(state(&lab, Condition::Loss), Refuted);
    }
}

#[test]
fn copies_fill_a_queue_too() {
    let asked = Impairments {
        queue: Some(Queue::Packets(100)),
        duplicate: Chance::of(percent("50%")),
        ..delayed()
    };
    // 20 ms hold 200 packets and 100 copies: there is room for 66 or 67 and theirs.
    let mut under_way = std::collections::VecDeque::new();
    let lab = run(asked, 1_000, 100, 8, |n, sent| {
        under_way.retain(|leaves: &u64| *leaves > sent);
        let times = vec![sent + DELAY; if n % 2 == 0 { 2 } else { 1 }];
        let room = 100 - under_way.len();
        let taken = times[..times.len().min(room)].to_vec();
        under_way.extend(&taken);
        taken
    });
    assert_eq!(state(&lab, Condition::Queue), Proven);
    assert_eq!(state(&lab, Condition::Loss), Proven);
}

#[test]
fn a_full_queue_drops_and_an_overfull_one_is_none() {
    let queued = |most, limit, count| {
        let asked = Impairments {
            queue: Some(Queue::Packets(most)),
            ..rated()
        };
        paced(asked, count, 1_000, limit)
    };
    let lab = queued(40, 40, 200);
    assert_eq!(state(&lab, Condition::Queue), Proven);
    assert!(lab.analyse().doubts.is_empty());
    assert_eq!(state(&queued(40, 80, 200), Condition::Queue), Refuted);
    assert_eq!(state(&queued(400, 400, 200), Condition::Queue), TooFew);
    // With room left, what is missing is lost.
    let lab = queued(400, 40, 200);
    assert_eq!(state(&lab, Condition::Loss), Refuted);
    let asked = Impairments {
        queue: Some(Queue::Bytes(50_000)),
        ..rated()
    };
    assert_eq!(
        state(&paced(asked.clone(), 200, 1_000, 40), Condition::Queue),
        Proven
    );
    assert_eq!(
        state(&paced(asked, 200, 1_000, 80), Condition::Queue),
        Refuted
    );
}

#[test]
fn copies_that_found_the_queue_full_are_not_missed() {
    let asked = Impairments {
        queue: Some(Queue::Packets(10)),
        duplicate: Chance::of(percent("50%")),
        ..rated()
    };
    // A packet comes each 0.1 ms and leaves each 1 ms, so that the queue is full; no copy finds room.
    let (mut free, mut under_way) = (0, Vec::new());
    let lab = run(asked, 300, 100, 1_250 - 28, move |_, sent| {
        under_way.retain(|left| *left > sent);
        if under_way.len() >= 10 {
            return vec![];
        }
        free = (sent + DELAY).max(free) + 1_000;
        under_way.push(free);
        vec![free]
    });
    assert_eq!(state(&lab, Condition::Duplicate), Indistinct);
}
