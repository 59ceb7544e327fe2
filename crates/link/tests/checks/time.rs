//! When packets arrive. Lower bounds are netem's; upper bounds only tell apart what is double.

use super::pair::{Pair, chance, delayed, losing};
use scenario::{
    impairment::{Distribution, Impairments, Jitter, Queue, RateLimit, Reorder},
    plan::{Change, LinkPlan},
    units::{Percent, Rate},
};
use std::time::{Duration, Instant};

const MILLISECOND: Duration = Duration::from_millis(1);

pub(crate) fn a_delay_is_not_less_and_not_double() {
    let pair = Pair::new(delayed(20));
    let delays = pair.delays(30);
    let least = delays.iter().min().unwrap();
    assert!(
        (20 * MILLISECOND..40 * MILLISECOND).contains(least),
        "{delays:?}"
    );
}

fn jittery(delay: u64, spread: u64, distribution: Distribution) -> Impairments {
    Impairments {
        jitter: Some(Jitter {
            spread: Duration::from_millis(spread),
            distribution,
            correlation: Percent::ZERO,
        }),
        ..delayed(delay)
    }
}

fn fifty_delays(pair: &Pair) -> Vec<Duration> {
    let mut delays = pair.delays(50);
    delays.sort();
    delays
}

pub(crate) fn jitter_fills_its_range() {
    let delays = fifty_delays(&Pair::new(jittery(40, 30, Distribution::Uniform)));
    assert!(delays[0] >= 10 * MILLISECOND, "{delays:?}");
    // Each is one of fifty with probability 1/2: fewer than 7 on one side once in 10^7 runs.
    assert!(delays[7] < 40 * MILLISECOND, "{delays:?}");
    assert!(delays[43] >= 40 * MILLISECOND, "{delays:?}");
}

pub(crate) fn a_distribution_is_centred_on_the_delay() {
    let pair = Pair::new(jittery(40, 10, Distribution::Normal));
    let mut delays = pair.delays(100);
    delays.sort();
    // A quarter on one side once in 10^7 runs.
    assert!(delays[25] < 40 * MILLISECOND, "{delays:?}");
    assert!(delays[74] >= 40 * MILLISECOND, "{delays:?}");
    // Without a table all would lie within 20 ms. These two are 38 ms apart, give or take 4.
    assert!(delays[97] - delays[2] >= 22 * MILLISECOND, "{delays:?}");
}

pub(crate) fn a_distribution_is_forgotten_when_the_link_changes() {
    let uniform = jittery(20, 10, Distribution::Uniform);
    let plan = changing(jittery(20, 10, Distribution::Normal), uniform);
    let pair = Pair::with_plan(plan, 1);
    pair.begin(CHANGE);
    // A normal distribution would be below that eight times in fifty.
    let delays = fifty_delays(&pair);
    assert!(delays[0] >= 10 * MILLISECOND, "{delays:?}");
}

pub(crate) fn a_rate_counts_the_ip_packet_and_the_overhead() {
    const PACKETS: u16 = 200;
    // 50 bytes of IP packet each, and as many on top: 8 ms at 100 kbit/s. With Ethernet's header
    // counted on top of that it would be 9.1 ms.
    let limited = Impairments {
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(100_000),
            overhead: 50,
        }),
        ..Impairments::default()
    };
    let expected = 8 * MILLISECOND * u32::from(PACKETS);
    let span = || {
        let pair = Pair::new(limited.clone());
        let start = Instant::now();
        pair.send(PACKETS, 22);
        for number in 0..PACKETS {
            assert_eq!(pair.receive(), number);
        }
        start.elapsed()
    };
    let wrong = expected * 107 / 100;
    // A busy machine may notice the last packet late, but hardly three times.
    let is_right = (0..3).any(|_| {
        let span = span();
        assert!(span >= expected, "{span:?}, {expected:?}");
        span < wrong
    });
    assert!(is_right, "three times longer than {wrong:?}");
}

pub(crate) fn every_fifth_packet_goes_past_the_others() {
    let pair = Pair::new(Impairments {
        reorder: Some(Reorder {
            chance: chance("100%"),
            gap: 5,
        }),
        ..delayed(1000)
    });
    pair.send(10, 10);
    assert_eq!(pair.rest(), [4, 9, 0, 1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(pair.end().reordered, 2);
}

pub(crate) fn a_queue_holds_its_limit_and_no_more() {
    let pair = Pair::new(Impairments {
        queue: Some(Queue::Packets(10)),
        ..delayed(1000)
    });
    pair.send(50, 10);
    assert_eq!(pair.rest(), (0..10).collect::<Vec<_>>());
    let counters = pair.end();
    assert_eq!((counters.dropped, counters.lost), (40, 0));
}

pub(crate) fn what_is_under_way_stays_when_the_link_changes() {
    let pair = Pair::with_plan(changing(delayed(500), losing("100%")), 1);
    pair.send(5, 10);
    // The change comes when the five are in netem, and before they leave it.
    pair.begin(CHANGE - 200 * MILLISECOND);
    assert_eq!(pair.rest(), [0, 1, 2, 3, 4]);
    pair.send(5, 10);
    assert!(pair.rest().is_empty());
    assert_eq!(pair.end().lost, 5);
}

/// When the links below change.
const CHANGE: Duration = Duration::from_secs(100);

fn changing(first: Impairments, then: Impairments) -> LinkPlan {
    LinkPlan {
        changes: vec![Change {
            at: CHANGE,
            state: LinkPlan::from(then).start,
        }],
        ..first.into()
    }
}
