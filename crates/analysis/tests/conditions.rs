//! Each condition of a link, proven, refuted and open.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use analysis::{
    Verdict,
    model::{
        link::{Phase, ProofState::*},
        verdict::{Doubt, Seen},
    },
};
use record::manifest::PhaseRecord;
use scenario::{
    expectation::{Claim, Condition},
    finding::{Cause, FindingCode},
    impairment::{
        Chance, Distribution, GilbertElliott, Impairments, Jitter, Loss, Queue, RateLimit, Reorder,
    },
    plan::{Change, LinkState},
    units::{Percent, Rate},
};
use std::time::Duration;
use support::{
    CLIENT, Lab, SERVER,
    Side::*,
    found,
    link::{Random, client, payload, proof, run, state},
    only,
};

/// What links are asked to delay here, in µs.
const DELAY: u64 = 20_000;

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn delayed() -> Impairments {
    Impairments {
        delay: Duration::from_micros(DELAY),
        ..Impairments::default()
    }
}

/// Of so many the first `lost` do not arrive.
fn loses(asked: Loss, count: u64, lost: u64) -> Lab {
    let asked = Impairments {
        loss: asked,
        ..delayed()
    };
    run(asked, count, 1_000, 8, |n, sent| {
        if n < lost { vec![] } else { vec![sent + DELAY] }
    })
}

fn independent(share: &str) -> Loss {
    Loss::Independent(Chance::of(percent(share)))
}

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
fn loss_is_proven_by_a_share_that_is_probable() {
    let judged =
        |asked: &str, count, lost| state(&loses(independent(asked), count, lost), Condition::Loss);
    assert_eq!(judged("10%", 200, 20), Proven);
    assert_eq!(judged("10%", 200, 45), Refuted);
    assert_eq!(judged("10%", 200, 3), Refuted);
    assert_eq!(
        judged("1%", 20, 0),
        TooFew,
        "no loss of twenty says nothing about 1 %"
    );
    assert_eq!(judged("20%", 4, 1), TooFew);
    let proof = proof(&loses(independent("10%"), 200, 20), Condition::Loss);
    assert!(proof.probability.unwrap() > 0.5);
}

/// Of 100 the 40 sent last do not arrive, and of those by the link's own count so many were still
/// under way.
fn ends_early(asked: Impairments, under_way: u64) -> Lab {
    let mut lab = run(asked, 100, 1_000, 8, |n, sent| match n {
        0..60 => vec![sent + DELAY],
        _ => vec![],
    });
    let counters = &mut lab.manifest.hosts[CLIENT].link.counters;
    (counters.offered, counters.lost) = (100, 40 - under_way);
    counters.delivered = 60;
    lab
}

#[test]
fn what_was_under_way_when_the_run_ended_is_not_missing() {
    let lab = ends_early(delayed(), 40);
    let link = client(&lab);
    assert_eq!((link.under_way, link.missing), (40, 0));
    assert_eq!((link.sent, link.arrived()), (100, 60));
    assert_eq!(state(&lab, Condition::Loss), Proven);
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    assert!(found(&analysis, FindingCode::DatagramLost).is_empty());
}

#[test]
fn what_the_link_does_not_call_under_way_is_missing() {
    let lab = ends_early(delayed(), 30);
    let link = client(&lab);
    assert_eq!((link.under_way, link.missing), (30, 10));
    assert_eq!(state(&lab, Condition::Loss), Refuted);
    let analysis = lab.analyse();
    assert_eq!(found(&analysis, FindingCode::DatagramLost).len(), 10);
}

#[test]
fn which_are_under_way_and_which_lost_is_not_always_told() {
    let listed = Impairments {
        loss: Loss::Packets([61, 62].into()),
        ..delayed()
    };
    let lab = ends_early(listed, 38);
    assert_eq!((client(&lab).under_way, client(&lab).missing), (38, 2));
    let full = Impairments {
        queue: Some(Queue::Packets(20)),
        ..delayed()
    };
    let lab = ends_early(full, 20);
    assert_eq!(state(&lab, Condition::Queue), Indistinct);
    assert_eq!(state(&lab, Condition::Loss), Indistinct);
}

#[test]
fn loss_in_bursts_may_lie_further_from_its_share() {
    let correlated = |correlation| {
        Loss::Independent(Chance {
            share: percent("10%"),
            correlation: percent(correlation),
        })
    };
    assert_eq!(
        state(&loses(correlated("0%"), 200, 50), Condition::Loss),
        Refuted
    );
    assert_eq!(
        state(&loses(correlated("80%"), 200, 50), Condition::Loss),
        Proven
    );
    let states = Loss::GilbertElliott(GilbertElliott {
        p: percent("2%"),
        r: percent("20%"),
        bad_loss: percent("100%"),
        good_loss: percent("0%"),
    });
    assert_eq!(
        state(&loses(states.clone(), 200, 30), Condition::Loss),
        Proven
    );
    assert_eq!(state(&loses(states, 200, 150), Condition::Loss), Refuted);
}

#[test]
fn listed_packets_are_lost_and_no_others() {
    let lose = |listed: &[u64], lost: &[u64], count| {
        let asked = Impairments {
            loss: Loss::Packets(listed.iter().copied().collect()),
            ..delayed()
        };
        let fate = |n, sent| {
            if lost.contains(&(n + 1)) {
                vec![]
            } else {
                vec![sent + DELAY]
            }
        };
        state(&run(asked, count, 1_000, 8, fate), Condition::Loss)
    };
    assert_eq!(lose(&[2, 5], &[2, 5], 10), Proven);
    assert_eq!(lose(&[2, 5, 99], &[2, 5], 10), Proven, "99 was not reached");
    assert_eq!(lose(&[2, 5], &[2], 10), Refuted);
    assert_eq!(lose(&[2, 5], &[2, 5, 6], 10), Refuted);
    assert_eq!(lose(&[99], &[], 10), TooFew);
}

/// Of so many the first `copied` arrive twice.
fn copies(asked: &str, count: u64, copied: u64) -> Lab {
    let asked = Impairments {
        duplicate: Chance::of(percent(asked)),
        ..delayed()
    };
    run(asked, count, 1_000, 8, |n, sent| {
        let there = sent + DELAY;
        if n < copied {
            vec![there, there + 10]
        } else {
            vec![there]
        }
    })
}

#[test]
fn duplicates_are_counted() {
    assert_eq!(state(&copies("10%", 200, 20), Condition::Duplicate), Proven);
    assert_eq!(
        state(&copies("10%", 200, 45), Condition::Duplicate),
        Refuted
    );
    assert_eq!(state(&copies("10%", 200, 0), Condition::Duplicate), Refuted);
    assert_eq!(state(&copies("1%", 20, 0), Condition::Duplicate), TooFew);
    assert_eq!(
        state(&copies("0%", 200, 1), Condition::Duplicate),
        Refuted,
        "nobody asked"
    );
    assert_eq!(
        client(&copies("0%", 200, 0)).proof(Condition::Duplicate),
        None
    );
    assert_eq!(client(&copies("10%", 200, 20)).duplicated, 20);
}

#[test]
fn retransmissions_are_no_duplicates() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    for again in 0..10 {
        tcp.send_range(
            Client,
            100_002 + again * 1_000,
            0..7,
            &[120_002 + again * 1_000],
        );
    }
    let link = client(&lab);
    assert_eq!((link.duplicated, link.missing), (0, 0));
    assert_eq!(link.proof(Condition::Duplicate), None);
}

/// Of so many the first `damaged` arrive with a flipped bit, each another one.
fn flips(asked: &str, count: u64, damaged: u64) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = Impairments {
        corrupt: Chance::of(percent(asked)),
        ..delayed()
    }
    .into();
    let mut udp = lab.udp();
    for n in 0..count {
        let sent = 100_000 + n * 1_000;
        udp.send_changed(Client, sent, &payload(n, 20), |mut packet| {
            if n < damaged {
                let bit = n as usize * 7 % (packet.len() * 8);
                packet[bit / 8] ^= 1 << (bit % 8);
            }
            vec![(sent + DELAY, packet)]
        });
    }
    lab
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let lab = flips("25%", 200, 48);
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing, link.duplicated), (48, 0, 0));
    assert_eq!(state(&lab, Condition::Corrupt), Proven);
    assert_eq!(state(&flips("25%", 200, 90), Condition::Corrupt), Refuted);
    assert_eq!(state(&flips("25%", 200, 0), Condition::Corrupt), Refuted);
    assert_eq!(state(&flips("1%", 20, 0), Condition::Corrupt), TooFew);
    assert_eq!(
        state(&flips("0%", 200, 1), Condition::Corrupt),
        Refuted,
        "nobody asked"
    );
}

#[test]
fn a_datagram_with_a_flipped_bit_is_lost_by_the_flip() {
    let analysis = flips("25%", 200, 48).analyse();
    let lost = found(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.len(), 48);
    assert!(
        lost.iter()
            .all(|finding| finding.cause == Cause::LinkCorruption)
    );
}

#[test]
fn a_frame_for_another_address_has_not_arrived() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = delayed().into();
    let mut udp = lab.udp();
    udp.send_astray(Client, 100_000, b"Michael", 100_000 + DELAY);
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing), (1, 0));
    let analysis = lab.analyse();
    let lost = only(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.cause, Cause::LinkCorruption);
}

#[test]
fn two_flipped_bits_are_another_packet() {
    let mut lab = Lab::new();
    lab.udp()
        .send_changed(Client, 100_000, &payload(1, 20), |mut packet| {
            packet[30] ^= 3;
            vec![(100_000 + DELAY, packet)]
        });
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing), (0, 1));
}

fn jittered(distribution: Distribution) -> Impairments {
    Impairments {
        jitter: Some(Jitter {
            spread: Duration::from_millis(5),
            distribution,
            correlation: Percent::ZERO,
        }),
        ..delayed()
    }
}

#[test]
fn jitter_is_compared_with_its_distribution() {
    use Distribution::*;
    for distribution in [Uniform, Normal, Pareto, ParetoNormal] {
        let asked = jittered(distribution);
        let jitter = asked.jitter.unwrap();
        let varied = |times: f64, count| {
            let mut random = Random(7);
            let asked = asked.clone();
            run(asked, count, 1_000, 8, move |_, sent| {
                let delay = jitter.delay(20_000_000, random.draw()) as f64 / 1e3;
                let delay = 20_000.0 + (delay - 20_000.0) * times;
                vec![sent + delay as u64]
            })
        };
        let lab = varied(1.0, 2_000);
        assert_eq!(state(&lab, Condition::Jitter), Proven, "{distribution:?}");
        assert_eq!(state(&lab, Condition::Delay), Proven, "{distribution:?}");
        for times in [0.0, 2.0] {
            let judged = state(&varied(times, 400), Condition::Jitter);
            assert_eq!(judged, Refuted, "{distribution:?} times {times}");
        }
        assert_eq!(state(&varied(1.0, 10), Condition::Jitter), TooFew);
    }
}

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

/// Packets of 1,250 bytes come every 0.1 ms, and leave at that rate: 10 Mbit/s is one in a ms.
fn paced(asked: Impairments, count: u64, every: u64, limit: usize) -> Lab {
    let (mut free, mut under_way) = (0, std::collections::VecDeque::new());
    run(asked, count, 100, 1_250 - 28, move |_, sent| {
        under_way.retain(|leaves: &u64| *leaves > sent);
        if under_way.len() >= limit {
            return vec![];
        }
        free = (sent + DELAY).max(free) + every;
        under_way.push_back(free);
        vec![free]
    })
}

fn rated() -> Impairments {
    Impairments {
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(10_000_000),
            overhead: 0,
        }),
        ..delayed()
    }
}

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
fn a_packet_that_a_pause_made_late_does_not_stand_for_those_that_waited_behind_it() {
    let late = |first: u64, others: u64| {
        let mut free = 0;
        let lab = run(rated(), 300, 100, 1_250 - 28, move |n, sent| {
            free = (sent + DELAY).max(free) + 1_000;
            vec![free + if n == 0 { first } else { others }]
        });
        state(&lab, Condition::Delay)
    };
    assert_eq!(late(0, 0), Proven);
    assert_eq!(late(2_700, 0), Proven);
    assert_eq!(late(2_700, 2_700), Refuted);
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
fn nothing_larger_than_the_mtu_arrives() {
    let sends = |mtu, len: usize| {
        let asked = Impairments { mtu, ..delayed() };
        state(
            &run(asked, 10, 1_000, len - 28, |_, sent| vec![sent + DELAY]),
            Condition::Mtu,
        )
    };
    assert_eq!(sends(576, 576), Proven);
    assert_eq!(sends(576, 580), Refuted);
    assert_eq!(sends(576, 100), TooFew);
}

fn narrow() -> Impairments {
    Impairments {
        path_mtu: Some(576),
        ..delayed()
    }
}

/// An IPv4 packet cut in two, the first piece with so many bytes of payload.
fn cut(packet: &[u8], first: usize) -> [Vec<u8>; 2] {
    let piece = |part: &[u8], flags: u16| {
        let mut piece = [&packet[..20], part].concat();
        let len = piece.len() as u16;
        piece[2..4].copy_from_slice(&len.to_be_bytes());
        piece[6..8].copy_from_slice(&flags.to_be_bytes());
        piece
    };
    let (front, back) = packet[20..].split_at(first);
    [piece(front, 0x2000), piece(back, first as u16 / 8)]
}

/// Ten packets of 828 bytes that may be cut, and what arrives of them.
fn through_narrow(arrives: impl Fn(Vec<u8>) -> Vec<Vec<u8>>) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = narrow().into();
    let mut udp = lab.udp();
    for n in 0..10 {
        let sent = 100_000 + n * 1_000;
        udp.send_breakable(Client, sent, &payload(n, 800), |packet| {
            let pieces = arrives(packet).into_iter();
            pieces.map(|piece| (sent + DELAY, piece)).collect()
        });
    }
    lab
}

#[test]
fn a_router_cuts_packets_and_each_piece_counts() {
    let lab = through_narrow(|packet| cut(&packet, 552).into());
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.largest), (10, 0, Some(572)));
    assert_eq!(link.fragmented, 10);
    assert_eq!(state(&lab, Condition::Mtu), Proven);
    assert!(
        lab.analyse().doubts.is_empty(),
        "{:?}",
        lab.analyse().doubts
    );
    let half = client(&through_narrow(|packet| cut(&packet, 552)[..1].to_vec()));
    assert_eq!((half.sent, half.missing), (10, 10));
    assert_eq!(
        state(&through_narrow(|packet| vec![packet]), Condition::Mtu),
        Refuted
    );
}

#[test]
fn where_nothing_arrives_no_mtu_is_proven() {
    let lab = through_narrow(|_| vec![]);
    assert_eq!(state(&lab, Condition::Mtu), TooFew);
}

#[test]
fn what_a_router_refuses_is_not_lost() {
    let refuse = |n: u64, sent| {
        if n.is_multiple_of(2) {
            vec![sent + DELAY]
        } else {
            vec![]
        }
    };
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = narrow().into();
    let mut udp = lab.udp();
    for n in 0..20 {
        let len = if n % 2 == 0 { 100 } else { 1_000 };
        let sent = 100_000 + n * 1_000;
        udp.send_arriving(Client, sent, &payload(n, len), &refuse(n, sent));
    }
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.refused), (20, 0, 10));
    assert_eq!(state(&lab, Condition::Mtu), Proven);
    assert_ne!(state(&lab, Condition::Loss), Refuted);
}

/// Cut off from 2 s to 4 s of ten, with a datagram every 0.1 s.
fn cut_off(arrives: impl Fn(u64) -> bool) -> Lab {
    let sent: Vec<u64> = (0..90).map(|n| 50_000 + n * 100_000).collect();
    let mut lab = Lab::new();
    let link = &mut lab.manifest.variant.hosts[CLIENT].link;
    link.start.egress = delayed();
    let state = |cut: bool| LinkState {
        cut: cut.then(|| "server".to_owned()).into_iter().collect(),
        ..link.start.clone()
    };
    link.changes = [(2, true), (4, false)]
        .map(|(seconds, cut)| Change {
            at: Duration::from_secs(seconds),
            state: state(cut),
        })
        .to_vec();
    let phases = link.phases().map(|(at, state)| PhaseRecord {
        began: support::START + at.as_nanos() as u64,
        applied: state.clone(),
    });
    lab.manifest.hosts[CLIENT].link.phases = phases.collect();
    let mut udp = lab.udp();
    for (n, sent) in sent.into_iter().enumerate() {
        let arrivals = if arrives(sent) {
            vec![sent + DELAY]
        } else {
            vec![]
        };
        udp.send_arriving(Client, sent, &payload(n as u64, 8), &arrivals);
    }
    lab
}

fn outage(sent: u64) -> bool {
    (2_000_000..4_000_000).contains(&sent)
}

#[test]
fn an_outage_is_where_it_was() {
    let lab = cut_off(|sent| !outage(sent));
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    let phases: Vec<_> = analysis
        .links
        .iter()
        .filter(|link| link.host == "client")
        .collect();
    let spans: Vec<_> = phases.iter().map(|link| (link.phase, link.sent)).collect();
    let (two, four) = (2_000_000_000, 4_000_000_000);
    let phase = |number, from, until| {
        Some(Phase {
            number,
            from,
            until,
        })
    };
    let expected = [
        (phase(0, 0, Some(two)), 20),
        (phase(1, two, Some(four)), 0),
        (phase(2, four, None), 50),
    ];
    assert_eq!(spans, expected);
    let cut = phases[1].outage.unwrap();
    assert_eq!((cut.sent, cut.arrived), (20, 0));
    assert_eq!(phases[1].proof(Condition::Outage).unwrap().state, Proven);
    assert_eq!(phases[0].proof(Condition::Outage), None);
}

#[test]
fn an_outage_in_which_something_arrives_is_none() {
    let lab = cut_off(|_| true);
    let refuted = |doubt: &Doubt| match doubt {
        Doubt::ConditionUnproven {
            phase, condition, ..
        } => (*phase, *condition),
        other => panic!("{other:?}"),
    };
    let doubts: Vec<_> = lab.analyse().doubts.iter().map(refuted).collect();
    assert_eq!(doubts, [(1, Condition::Outage)]);
}

#[test]
fn where_nothing_ever_arrives_no_outage_is_proven() {
    let lab = cut_off(|_| false);
    let links = lab.analyse().links;
    let outages = links
        .iter()
        .filter_map(|link| link.proof(Condition::Outage));
    let states: Vec<_> = outages.map(|proof| proof.state).collect();
    assert_eq!(states, [TooFew]);
}

#[test]
fn a_list_of_losses_beside_a_full_queue_is_told_apart_only_where_nothing_else_is_missing() {
    let lost = |queue| {
        let asked = Impairments {
            loss: Loss::Packets([3].into()),
            queue: Some(Queue::Packets(queue)),
            ..rated()
        };
        state(&paced(asked, 200, 1_000, 40), Condition::Loss)
    };
    assert_eq!(lost(40), Indistinct);
    assert_eq!(lost(400), Refuted);
}

#[test]
fn packets_at_a_phases_begin_belong_to_neither() {
    let mut lab = cut_off(|sent| !outage(sent));
    let mut udp = lab.udp();
    udp.send_arriving(Client, 2_000_900, b"at the border", &[2_000_900 + DELAY]);
    udp.send_arriving(Client, 3_999_100, b"at the other", &[3_999_100 + DELAY]);
    assert_eq!(lab.analyse().doubts, []);
    lab.udp()
        .send_arriving(Client, 2_001_000, b"within", &[2_001_000 + DELAY]);
    assert_eq!(lab.analyse().doubts.len(), 1);
}

#[test]
fn without_reported_times_those_of_the_plan_count() {
    let mut lab = cut_off(|sent| !outage(sent));
    lab.manifest.hosts[CLIENT].link.phases.clear();
    let links = lab.analyse().links;
    assert_eq!(links.iter().filter(|link| link.host == "client").count(), 3);
    assert_eq!(lab.analyse().doubts, []);
    lab.manifest.began = None;
    let links = lab.analyse().links;
    assert_eq!(links.iter().filter(|link| link.host == "client").count(), 1);
}

#[test]
fn each_host_that_is_named_has_a_link_of_its_own() {
    let mut lab = run(delayed(), 10, 1_000, 8, |_, sent| vec![sent + 5_000]);
    assert_eq!(state(&lab, Condition::Delay), Refuted);
    let link = &mut lab.manifest.variant.hosts[CLIENT].link;
    let near = Impairments {
        delay: Duration::from_millis(5),
        ..Impairments::default()
    };
    link.start.toward.insert("server".to_owned(), near);
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    let links = analysis.links.iter().filter(|link| link.host == "client");
    let classes: Vec<_> = links
        .map(|link| (link.toward.as_deref(), link.sent))
        .collect();
    assert_eq!(classes, [(Some("server"), 10)]);
}

fn claim(condition: Condition, host: Option<&str>, toward: Option<&str>) -> Claim {
    Claim::Condition {
        condition,
        host: host.map(str::to_owned),
        toward: toward.map(str::to_owned),
    }
}

#[test]
fn an_expected_condition_is_held_by_its_proof() {
    let judged = |mut lab: Lab, claim| {
        // Nothing is asked of the other link, and nothing said.
        lab.manifest.variant.hosts[SERVER].link = Impairments::default().into();
        lab.expect([claim]);
        let analysis = lab.analyse();
        (
            analysis.expectations[0].verdict,
            analysis.expectations[0].seen.clone(),
        )
    };
    let seen = |proven, refuted, open| Seen::Condition {
        proven,
        refuted,
        open,
    };
    let loss = || claim(Condition::Loss, None, None);
    let proven = || loses(independent("10%"), 200, 20);
    assert_eq!(judged(proven(), loss()), (Verdict::Held, seen(1, 0, 0)));
    let toward = claim(Condition::Loss, Some("client"), Some("server"));
    assert_eq!(judged(proven(), toward), (Verdict::Held, seen(1, 0, 0)));
    let open = Verdict::Inconclusive;
    assert_eq!(
        judged(loses(independent("1%"), 20, 0), loss()),
        (open, seen(0, 0, 1))
    );
    assert_eq!(
        judged(loses(independent("1%"), 200, 90), loss()),
        (open, seen(0, 1, 0))
    );
    let other = claim(Condition::Loss, Some("server"), None);
    assert_eq!(judged(proven(), other), (open, seen(0, 0, 0)));
}

#[test]
fn what_a_router_answers_is_nobodys_packet() {
    let mut lab = run(delayed(), 10, 1_000, 8, |_, sent| vec![sent + DELAY]);
    lab.answer_of_router(CLIENT, 150_000);
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    assert_eq!(client(&lab).sent, 10);
}

#[test]
fn every_refuted_condition_is_a_finding() {
    let lab = loses(independent("10%"), 200, 100);
    assert_eq!(
        found(&lab.analyse(), FindingCode::ConditionUnproven).len(),
        1
    );
}

#[test]
fn the_faster_of_two_copies_says_nothing_of_jitter() {
    let asked = Impairments {
        duplicate: Chance::of(percent("50%")),
        ..jittered(Distribution::Uniform)
    };
    let jitter = asked.jitter.unwrap();
    let mut random = Random(7);
    let lab = run(asked, 600, 1_000, 8, move |_, sent| {
        let copies = if random.happens(0.5) { 2 } else { 1 };
        let mut delay = || jitter.delay(20_000_000, random.draw()) / 1_000;
        (0..copies).map(|_| sent + delay()).collect()
    });
    assert_eq!(state(&lab, Condition::Jitter), Proven);
    assert_eq!(state(&lab, Condition::Delay), Proven);
}

/// Datagrams all alike, one a second, of which some are lost; the network delays as asked.
fn heartbeats(asked: Impairments, is_lost: fn(u64) -> bool) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = asked.into();
    let mut udp = lab.udp();
    for n in 0..60 {
        let sent = 100_000 + n * 1_000_000;
        let arrival = (!is_lost(n)).then_some(sent + DELAY);
        udp.send_alike(Client, sent, b"alive", arrival);
    }
    lab
}

#[test]
fn of_packets_that_are_alike_nobody_knows_which_was_lost() {
    let lossy = || Impairments {
        loss: independent("20%"),
        ..delayed()
    };
    let some = heartbeats(lossy(), |n| n % 5 == 1);
    let link = client(&some);
    assert_eq!((link.sent, link.missing), (60, 12));
    assert_eq!(state(&some, Condition::Loss), Proven, "how many is known");
    assert_eq!(state(&some, Condition::Delay), TooFew, "which is not");
    assert_eq!(
        state(&heartbeats(lossy(), |n| n % 2 == 1), Condition::Loss),
        Refuted
    );
    let none = heartbeats(lossy(), |_| false);
    assert_eq!(state(&none, Condition::Delay), Proven, "each came once");
    let copied = Impairments {
        duplicate: Chance::of(percent("10%")),
        ..lossy()
    };
    let lab = heartbeats(copied, |n| n % 5 == 1);
    assert_eq!(state(&lab, Condition::Loss), Indistinct);
    assert_eq!(state(&lab, Condition::Duplicate), Indistinct);
    let numbered = Impairments {
        loss: Loss::Packets([2].into()),
        ..delayed()
    };
    assert_eq!(
        state(&heartbeats(numbered, |n| n == 1), Condition::Loss),
        Indistinct
    );
}

#[test]
fn copies_of_packets_that_are_alike_are_counted_whosever_they_are() {
    let copied = |share| Impairments {
        duplicate: Chance::of(percent(share)),
        ..delayed()
    };
    // Two that are alike are under way at once; of either, or of one, a copy comes.
    let pairs = |asked: Impairments, last: u64| {
        let mut lab = Lab::new();
        lab.manifest.variant.hosts[CLIENT].link = asked.into();
        let mut udp = lab.udp();
        for n in 0..40 {
            let (first, second) = (100_000 + n * 1_000_000, 100_010 + n * 1_000_000);
            udp.send_alike(Client, first, b"alive", [first + DELAY; 2]);
            udp.send_alike(
                Client,
                second,
                b"alive",
                vec![second + DELAY; last as usize],
            );
        }
        lab
    };
    let both = pairs(copied("100%"), 2);
    assert_eq!(client(&both).duplicated, 80);
    assert_eq!(state(&both, Condition::Duplicate), Proven);
    let one = pairs(copied("100%"), 1);
    assert_eq!(client(&one).duplicated, 40);
    assert_eq!(state(&one, Condition::Duplicate), Refuted);
}

#[test]
fn truncated_delays_are_proven() {
    let jitter = Jitter {
        spread: Duration::from_millis(8),
        distribution: Distribution::Uniform,
        correlation: Percent::ZERO,
    };
    let asked = Impairments {
        delay: Duration::from_millis(2),
        jitter: Some(jitter),
        ..Impairments::default()
    };
    let mut random = Random(5);
    // A simulated host's packet that is sent at once arrives at once.
    let lab = run(asked, 500, 2_000, 8, move |_, sent| {
        vec![sent + jitter.delay(2_000_000, random.draw()) / 1_000]
    });
    assert_eq!(state(&lab, Condition::Jitter), Proven);
    assert_eq!(state(&lab, Condition::Delay), Proven);
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

#[test]
fn what_the_path_refuses_is_not_lost_by_the_link() {
    let asked = Impairments {
        path_mtu: Some(576),
        ..delayed()
    };
    let lab = run(asked, 20, 1_000, 600, |n, sent| {
        if n < 5 { vec![] } else { vec![sent + DELAY] }
    });
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.refused), (20, 0, 5));
    let analysis = lab.analyse();
    let lost = found(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.len(), 5);
    assert!(lost.iter().all(|finding| finding.cause == Cause::Mtu));
}
