//! Packets that are sent at once.

use super::*;

/// Every `nth` packet is sent at once.
fn reorders(chance: &str, gap: u32, count: u64, nth: u64) -> Lab {
    let asked = Impairments {
        reorder: Some(Reorder {
            chance: Chance::of(percent(chance)),
            gap,
        }),
        ..delayed()
    };
    run(asked, count, 1_000, 8, |n, sent| {
        vec![sent + if n % nth == nth - 1 { 30 } else { DELAY }]
    })
}

#[test]
fn a_gap_that_no_run_fills_is_left_open() {
    let lab = reorders("25%", u32::MAX, 200, 1_000);
    assert_eq!(state(&lab, Condition::Reorder), TooFew);
}

#[test]
fn those_sent_at_once_past_short_delays_are_not_held_against_these() {
    let mut asked = Impairments {
        delay: Duration::from_millis(1),
        reorder: Some(Reorder {
            chance: Chance::of(percent("80%")),
            gap: 1,
        }),
        ..Impairments::default()
    };
    let judged = |asked: Impairments, condition| {
        let lab = run(asked, 400, 10_000, 8, |n, sent| {
            vec![sent + if n % 5 == 0 { 1_000 } else { 30 }]
        });
        state(&lab, condition)
    };
    assert_eq!(judged(asked.clone(), Condition::Delay), Indistinct);
    asked.jitter = Some(Jitter {
        spread: Duration::from_micros(100),
        distribution: Distribution::Uniform,
        correlation: Percent::ZERO,
    });
    assert_eq!(judged(asked.clone(), Condition::Delay), Indistinct);
    assert_eq!(judged(asked, Condition::Jitter), Indistinct);
}

#[test]
fn packets_sent_at_once_are_counted() {
    let judged =
        |chance, gap, count, nth| state(&reorders(chance, gap, count, nth), Condition::Reorder);
    assert_eq!(judged("25%", 1, 200, 4), Proven);
    assert_eq!(judged("100%", 5, 200, 5), Proven);
    assert_eq!(
        judged("50%", 3, 200, 4),
        Proven,
        "two are not, then one time in two"
    );
    assert_eq!(judged("25%", 1, 200, 2), Refuted);
    assert_eq!(judged("25%", 1, 200, 1_000), Refuted);
    assert_eq!(judged("25%", 5, 200, 4), Refuted, "closer than the gap");
    assert_eq!(judged("1%", 1, 20, 1_000), TooFew);
    let link = client(&reorders("25%", 1, 200, 4));
    assert_eq!((link.at_once, link.overtaking), (50, 50));
    assert_eq!(link.proof(Condition::Delay).unwrap().state, Proven);
}
