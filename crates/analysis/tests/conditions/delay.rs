//! Delays.

use super::*;

#[test]
fn a_delay_has_its_figures() {
    let lab = run(delayed(), 200, 1_000, 8, |n, sent| vec![sent + DELAY + n]);
    let link = client(&lab);
    let delay = link.delay.unwrap();
    assert_eq!(
        (delay.count, delay.min, delay.max),
        (200, 20_000_000, 20_199_000)
    );
    assert_eq!(
        (delay.median, delay.p99, delay.deviation),
        (20_099_000, 20_197_000, 57_734)
    );
    let proof = link.proof(Condition::Delay).unwrap();
    assert_eq!(proof.state, Proven);
}

#[test]
fn a_link_that_is_late_with_every_packet_is_not_the_one_asked_for() {
    let judged = |asked: u64, spacing, late: fn(u64) -> u64| {
        let asked_for = Impairments {
            delay: Duration::from_millis(asked),
            ..Impairments::default()
        };
        let lab = run(asked_for, 50, spacing, 8, |n, sent| {
            vec![sent + asked * 1_000 + late(n)]
        });
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(5, 1_000, |_| 5_000), Refuted);
    assert_eq!(judged(5, 1_000, |_| 1_100), Refuted);
    assert_eq!(judged(5, 1_000, |_| 900), Proven);
    assert_eq!(judged(100, 1_000, |_| 4_900), Proven, "within a twentieth");
    assert_eq!(judged(100, 1_000, |_| 5_100), Refuted);
    const fn one_of(n: u64, share: u64) -> bool {
        n.is_multiple_of(share)
    }
    assert_eq!(
        judged(5, 1_000, |n| if one_of(n, 5) { 500_000 } else { 40 }),
        Proven,
        "a busy machine is late with some"
    );
    assert_eq!(
        judged(5, 1_000, |n| if one_of(n, 3) { 500_000 } else { 40 }),
        Refuted,
        "with many"
    );
    assert_eq!(
        judged(5, 1_000, |n| if one_of(n, 4) { 40 } else { 9_000 }),
        Refuted,
        "with most"
    );
    assert_eq!(
        judged(5, 100, |_| 5_000),
        TooFew,
        "one pause explains what was sent within it"
    );
    assert_eq!(judged(5, 100, |_| 11_000), Refuted, "no pause is so long");
    assert_eq!(judged(5, 100, |_| 40), Proven);
}

#[test]
fn a_link_that_is_early_with_some_packets_is_not_the_one_asked_for() {
    let judged = |early: fn(u64) -> u64| {
        let lab = run(delayed(), 200, 1_000, 8, |n, sent| {
            vec![sent + DELAY - early(n)]
        });
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(|n| if n % 50 == 7 { 4_000 } else { 0 }), Refuted);
    assert_eq!(judged(|n| if n == 3 { DELAY } else { 0 }), Refuted);
    assert_eq!(judged(|n| n % 400), Proven, "within half a millisecond");
    // One that was sent at once, and then a busy machine was late with it.
    let asked = Impairments {
        reorder: Some(Reorder {
            chance: Chance::of(percent("20%")),
            gap: 1,
        }),
        ..delayed()
    };
    let lab = run(asked, 200, 1_000, 8, |n, sent| match n % 5 {
        0 if n == 100 => vec![sent + 12_000],
        0 => vec![sent + 40],
        _ => vec![sent + DELAY],
    });
    assert_eq!(state(&lab, Condition::Delay), Proven);
}

#[test]
fn of_delays_that_vary_some_must_be_short_enough() {
    let judged = |later: u64| {
        let jitter = Jitter {
            spread: Duration::from_millis(1),
            distribution: Distribution::Uniform,
            correlation: Percent::ZERO,
        };
        let asked = Impairments {
            delay: Duration::from_millis(5),
            jitter: Some(jitter),
            ..Impairments::default()
        };
        let mut random = Random(3);
        let lab = run(asked, 50, 1_000, 8, |_, sent| {
            vec![sent + jitter.delay(5_000_000, random.draw()) / 1_000 + later]
        });
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(0), Proven);
    assert_eq!(judged(5_000), Refuted);
}

#[test]
fn a_pause_makes_all_late_that_are_sent_in_it_and_counts_once() {
    let judged = |pauses: u64| {
        let mut lab = run(delayed(), 8, 20_000, 8, |_, sent| vec![sent + DELAY]);
        let mut udp = lab.udp();
        for n in 0..20 * pauses {
            let sent = 400_000 + n / 20 * 20_000 + n % 20;
            udp.send_arriving(Client, sent, &payload(100 + n, 8), &[sent + DELAY + 3_500]);
        }
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(1), Proven);
    assert_eq!(judged(8), Refuted);
}

#[test]
fn a_few_pauses_are_no_delay_of_the_link() {
    let judged = |moments: u64, late: u64| {
        let lab = run(delayed(), 3 * moments, 7_000, 8, |_, sent| {
            vec![sent + DELAY + late]
        });
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(2, 3_100), TooFew);
    assert_eq!(judged(2, 40), Proven);
    assert_eq!(judged(5, 3_100), Refuted);
    assert_eq!(judged(2, 11_000), Refuted, "no pause is so long");
}

#[test]
fn a_burst_that_is_late_is_one_pause_or_two() {
    // A handshake before and an end behind, and many packets at once.
    let judged = |burst: u64, late: u64| {
        let mut lab = run(delayed(), 2, 40_000, 8, |_, sent| vec![sent + DELAY + 40]);
        let mut udp = lab.udp();
        for n in 0..burst {
            let sent = 400_000 + n * 40;
            udp.send_arriving(Client, sent, &payload(100 + n, 8), &[sent + DELAY + late]);
        }
        state(&lab, Condition::Delay)
    };
    assert_eq!(judged(750, 40), Proven);
    assert_eq!(judged(750, 4_500), TooFew);
    assert_eq!(judged(750, 15_000), Refuted, "no pause is so long");
    assert_eq!(judged(2_000, 4_500), Refuted, "late for too long");
}
