//! Links that do what they are asked are not accused, and others are: simulated by a small generator
//! of the test's own, so that no error is shared with the emulator.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use analysis::model::link::ProofState;
use scenario::{
    expectation::Condition,
    impairment::{Chance, Distribution, GilbertElliott, Impairments, Jitter, Loss, Reorder},
    units::Percent,
};
use std::time::Duration;
use support::{
    CLIENT, Lab, Side,
    link::{Random, payload, run, state},
};

/// Runs of each kind. Of so many at most one in a thousand may be accused, so 0.5 on average: five
/// or more are less probable than 2 in 10,000 (Poisson), and the seeds are fixed.
const RUNS: u64 = 500;
const TOLERATED: usize = 4;

const PACKETS: u64 = 120;

/// In µs.
const DELAY: u64 = 20_000;

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

/// How many of the simulated runs are accused.
fn accused(
    asked: &Impairments,
    condition: Condition,
    fates: impl Fn(&mut Random) -> Vec<Vec<u64>>,
) -> usize {
    let is_accused = |seed: &u64| {
        let fates = fates(&mut Random(*seed * 7_919));
        let lab = run(asked.clone(), PACKETS, 1_000, 8, |n, sent| {
            fates[n as usize].iter().map(|delay| sent + delay).collect()
        });
        state(&lab, condition) == ProofState::Refuted
    };
    (0..RUNS).filter(is_accused).count()
}

fn asked() -> Impairments {
    Impairments {
        delay: Duration::from_micros(DELAY),
        ..Impairments::default()
    }
}

/// For each packet, whether luck with that memory strikes it.
fn lucks(random: &mut Random, share: f64, correlation: f64) -> Vec<bool> {
    let mut last = random.happens(share);
    let mut next = || {
        if !random.happens(correlation) {
            last = random.happens(share);
        }
        last
    };
    (0..PACKETS).map(|_| next()).collect()
}

fn lost_where(lost: Vec<bool>) -> Vec<Vec<u64>> {
    lost.into_iter()
        .map(|lost| if lost { vec![] } else { vec![DELAY] })
        .collect()
}

fn correlated(share: &str, correlation: &str) -> Chance {
    Chance {
        share: percent(share),
        correlation: percent(correlation),
    }
}

#[test]
fn of_loss() {
    for (correlation, text) in [(0.0, "0%"), (0.5, "50%"), (0.9, "90%")] {
        let link = Impairments {
            loss: Loss::Independent(correlated("10%", text)),
            ..asked()
        };
        let simulated = |share: f64| {
            accused(&link, Condition::Loss, |random| {
                lost_where(lucks(random, share, correlation))
            })
        };
        assert!(simulated(0.1) <= TOLERATED, "{text}: {}", simulated(0.1));
        if correlation == 0.0 {
            assert!(
                simulated(0.4) > RUNS as usize * 9 / 10,
                "four times as much"
            );
        }
    }
}

#[test]
fn of_loss_in_states() {
    let model = GilbertElliott {
        p: percent("5%"),
        r: percent("25%"),
        bad_loss: percent("80%"),
        good_loss: percent("1%"),
    };
    let link = Impairments {
        loss: Loss::GilbertElliott(model),
        ..asked()
    };
    let simulated = |bad_loss: f64| {
        accused(&link, Condition::Loss, |random| {
            let mut is_bad = false;
            let mut next = || {
                let lost = random.happens(if is_bad { bad_loss } else { 0.01 });
                is_bad ^= random.happens(if is_bad { 0.25 } else { 0.05 });
                lost
            };
            lost_where((0..PACKETS).map(|_| next()).collect())
        })
    };
    assert!(simulated(0.8) <= TOLERATED, "{}", simulated(0.8));
}

#[test]
fn of_duplicates_on_a_link_that_loses() {
    let link = Impairments {
        loss: Loss::Independent(correlated("20%", "0%")),
        duplicate: correlated("20%", "50%"),
        ..asked()
    };
    let simulated = |condition| {
        accused(&link, condition, |random| {
            let (lost, copied) = (lucks(random, 0.2, 0.0), lucks(random, 0.2, 0.5));
            let fates = lost.into_iter().zip(copied).map(|fate| match fate {
                (true, false) => vec![],
                (false, true) => vec![DELAY, DELAY + 5],
                _ => vec![DELAY],
            });
            fates.collect()
        })
    };
    for condition in [Condition::Loss, Condition::Duplicate] {
        assert!(
            simulated(condition) <= TOLERATED,
            "{condition}: {}",
            simulated(condition)
        );
    }
}

#[test]
fn of_copies_and_flips_on_a_link_that_loses() {
    let link = Impairments {
        loss: Loss::Independent(correlated("20%", "0%")),
        duplicate: correlated("30%", "0%"),
        corrupt: correlated("30%", "0%"),
        ..asked()
    };
    let is_accused = |seed: &u64| {
        let mut random = Random(seed * 7_919);
        let mut lab = Lab::new();
        lab.manifest.variant.hosts[CLIENT].link = link.clone().into();
        let mut udp = lab.udp();
        for n in 0..PACKETS {
            let sent = 100_000 + n * 1_000;
            // One that is both lost and copied arrives once; each is damaged by itself.
            let (lost, copied) = (random.happens(0.2), random.happens(0.3));
            let times = u64::from(!lost) + u64::from(copied);
            let bits = (0..times).map(|_| (random.happens(0.3), random.next()));
            let bits: Vec<(bool, u64)> = bits.collect();
            udp.send_changed(Side::Client, sent, &payload(n, 40), |packet| {
                let arrivals = bits.iter().zip(0..).map(|((is_damaged, bit), place)| {
                    let mut packet = packet.clone();
                    if *is_damaged {
                        let bit = *bit as usize % (packet.len() * 8);
                        packet[bit / 8] ^= 1 << (bit % 8);
                    }
                    (sent + DELAY + place, packet)
                });
                arrivals.collect()
            });
        }
        let refuted = |condition| state(&lab, condition) == ProofState::Refuted;
        refuted(Condition::Duplicate) || refuted(Condition::Corrupt) || refuted(Condition::Loss)
    };
    let accused = (0..RUNS).filter(is_accused).count();
    assert!(accused <= 3 * TOLERATED, "{accused}");
}

#[test]
fn of_jitter() {
    for (distribution, correlation) in [
        (Distribution::Uniform, 0.0),
        (Distribution::Normal, 0.0),
        (Distribution::Pareto, 0.0),
        (Distribution::Normal, 0.5),
    ] {
        let text = format!("{}%", correlation * 100.0);
        let jitter = Jitter {
            spread: Duration::from_millis(4),
            distribution,
            correlation: percent(&text),
        };
        let link = Impairments {
            jitter: Some(jitter),
            ..asked()
        };
        let simulated = |condition| {
            accused(&link, condition, |random| {
                let mut last = random.draw();
                let mut next = || {
                    if !random.happens(correlation) {
                        last = random.draw();
                    }
                    // Machines are late, a little or sometimes a lot.
                    let late = if random.happens(0.02) { 3_000 } else { 40 };
                    vec![jitter.delay(DELAY * 1_000, last) / 1_000 + late]
                };
                (0..PACKETS).map(|_| next()).collect()
            })
        };
        for condition in [Condition::Jitter, Condition::Delay] {
            let count = simulated(condition);
            assert!(
                count <= TOLERATED,
                "{condition}, {distribution:?}, {text}: {count}"
            );
        }
    }
}

#[test]
fn of_reordering() {
    for (gap, share, text) in [(1, 0.25, "25%"), (4, 0.5, "50%")] {
        let link = Impairments {
            reorder: Some(Reorder {
                chance: correlated(text, "0%"),
                gap,
            }),
            loss: Loss::Independent(correlated("10%", "0%")),
            ..asked()
        };
        let simulated = |share: f64| {
            accused(&link, Condition::Reorder, |random| {
                let lost = lucks(random, 0.1, 0.0);
                let luck = lucks(random, share, 0.0);
                let mut delayed = 0;
                let mut fates = Vec::new();
                for (lost, luck) in lost.into_iter().zip(luck) {
                    let at_once = luck && delayed + 1 >= gap;
                    delayed = if at_once { 0 } else { delayed + 1 };
                    fates.push(match (lost, at_once) {
                        (true, _) => vec![],
                        (_, true) => vec![20],
                        (_, false) => vec![DELAY],
                    });
                }
                fates
            })
        };
        assert!(
            simulated(share) <= TOLERATED,
            "gap {gap}: {}",
            simulated(share)
        );
        assert!(
            simulated(0.02) > RUNS as usize / 2,
            "gap {gap}, seldom at once"
        );
    }
}
