//! Rates.

use super::*;

#[test]
fn a_rate_is_measured_where_it_was_the_bottleneck() {
    let judged = |count, every| state(&paced(rated(), count, every, usize::MAX), Condition::Rate);
    assert_eq!(judged(100, 1_000), Proven);
    assert_eq!(judged(100, 700), Refuted, "too fast");
    assert_eq!(judged(100, 1_500), Refuted, "too slow");
    assert_eq!(judged(100, 100), Refuted, "no rate at all");
    assert_eq!(judged(4, 1_000), TooFew);
    let link = client(&paced(rated(), 100, 1_000, usize::MAX));
    assert_ne!(
        link.proof(Condition::Delay).unwrap().state,
        Refuted,
        "waiting is no delay"
    );
    assert_eq!(link.rate, Some(10_000_000));
}

#[test]
fn a_pause_makes_the_packets_late_that_wait_behind_another_and_is_no_delay_of_the_link() {
    let late = |spacing: u64, first: u64, others: u64| {
        let mut free = 0;
        let lab = run(rated(), 300, spacing, 1_250 - 28, move |n, sent| {
            free = (sent + DELAY).max(free) + 1_000;
            vec![free + if n == 0 { first } else { others }]
        });
        state(&lab, Condition::Delay)
    };
    let (all_wait, none_waits) = (100, 2_000);
    assert_eq!(late(all_wait, 0, 0), Proven);
    assert_eq!(late(all_wait, 2_700, 0), Proven);
    // A pause before the first one entered the queue looks the same.
    assert_eq!(late(all_wait, 2_700, 2_700), TooFew);
    assert_eq!(
        late(all_wait, 12_000, 12_000),
        Refuted,
        "so long is no pause"
    );
    assert_eq!(late(none_waits, 2_700, 0), Proven);
    assert_eq!(late(none_waits, 2_700, 2_700), Refuted);
}

#[test]
fn overhead_takes_its_time_too() {
    let mut asked = rated();
    asked.rate.as_mut().unwrap().overhead = 1_250;
    assert_eq!(
        state(
            &paced(asked.clone(), 100, 2_000, usize::MAX),
            Condition::Rate
        ),
        Proven
    );
    assert_eq!(
        state(&paced(asked, 100, 1_000, usize::MAX), Condition::Rate),
        Refuted
    );
}

#[test]
fn what_is_sent_at_once_goes_past_the_rate() {
    let judged = |delay: u64| {
        let asked = Impairments {
            delay: Duration::from_micros(delay),
            reorder: Some(Reorder {
                chance: Chance::of(percent("20%")),
                gap: 1,
            }),
            ..rated()
        };
        let mut free = 0;
        let lab = run(asked, 200, 100, 1_250 - 28, move |n, sent| {
            if n % 5 == 4 {
                return vec![sent + 30];
            }
            free = (sent + delay).max(free) + 1_000;
            vec![free]
        });
        state(&lab, Condition::Rate)
    };
    assert_eq!(judged(DELAY), Proven);
    assert_eq!(judged(500), Indistinct, "so short a delay tells nothing");
}
