use super::*;
use scenario::impairment::{Distribution, Jitter};

const DISTRIBUTIONS: [Distribution; 4] = [
    Distribution::Uniform,
    Distribution::Normal,
    Distribution::Pareto,
    Distribution::ParetoNormal,
];

const DELAY: Duration = Duration::from_millis(50);
const SPREAD: Duration = Duration::from_millis(10);

fn jittery(distribution: Distribution, correlation: &str) -> Impairments {
    Impairments {
        delay: DELAY,
        jitter: Some(Jitter {
            spread: SPREAD,
            distribution,
            correlation: percent(correlation),
        }),
        ..Impairments::default()
    }
}

/// How long each packet was under way, by its number.
fn delays(impairments: &Impairments, seed: u64) -> Vec<Nanos> {
    let mut left = traffic(impairments, seed, PACKETS).left;
    assert_eq!(left.len() as u64, PACKETS);
    left.sort_by_key(|packet| packet.number);
    let since = |packet: &Left| packet.at - packet.number * MICROSECOND;
    left.iter().map(since).collect()
}

#[test]
fn delays_have_the_quantiles_of_their_distribution() {
    for distribution in DISTRIBUTIONS {
        for seed in 1..=3 {
            let delays = delays(&jittery(distribution, "0%"), seed);
            for share in [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999] {
                let draw = (share * f64::from(u32::MAX)) as u32;
                let quantile = distribution.delay(DELAY, SPREAD, draw).as_nanos();
                // Where many delays are equal (the table's steps, its ends), the share that counts
                // is that of all up to this one: the draws that come to no more.
                let longest = distribution.delay(DELAY, SPREAD, u32::MAX).as_nanos();
                let below = delays
                    .iter()
                    .filter(|d| u128::from(**d) <= quantile)
                    .count();
                if quantile == longest {
                    assert_eq!(below, delays.len(), "{distribution:?}");
                    continue;
                }
                let up_to = match distribution {
                    Distribution::Uniform => share,
                    _ => f64::from((draw >> 20) + 1) / 4096.0,
                };
                assert_share(below, delays.len(), up_to, 1.0);
            }
        }
    }
}

#[test]
fn uniform_delays_span_the_spread_both_ways() {
    let delays = delays(&jittery(Distribution::Uniform, "0%"), 1);
    let (shortest, longest) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    // The chance that the outermost 1 % of 1 % stays empty is e^-10.
    assert!(
        (40 * MILLISECOND..40_002_000).contains(shortest),
        "{shortest}"
    );
    assert!(
        (59_998_000..=60 * MILLISECOND).contains(longest),
        "{longest}"
    );
}

#[test]
fn jitter_repeats_as_often_as_asked() {
    for (correlation, fraction) in [("0%", 0.0), ("30%", 0.3), ("90%", 0.9)] {
        let delays = delays(&jittery(Distribution::Uniform, correlation), 1);
        let again = delays.windows(2).filter(|pair| pair[0] == pair[1]).count();
        if fraction == 0.0 {
            assert!(
                again < 5,
                "{again} of 20 million values are equal by chance"
            );
        } else {
            assert_share(again, delays.len() - 1, fraction, 1.0);
        }
        // Below the middle is half of all, in runs.
        let below = delays.iter().filter(|delay| **delay < 50 * MILLISECOND);
        let spread = f64::sqrt((1.0 + fraction) / (1.0 - fraction));
        assert_share(below.count(), delays.len(), 0.5, spread);
    }
}

#[test]
fn jitter_reorders() {
    let left = traffic(&jittery(Distribution::Uniform, "0%"), 1, 1000).left;
    assert!(left.is_sorted_by_key(|packet| packet.at));
    assert!(!left.is_sorted_by_key(|packet| packet.number));
}

#[test]
fn no_packet_leaves_before_it_came() {
    let mut impairments = jittery(Distribution::Normal, "0%");
    impairments.delay = Duration::from_millis(5);
    let delays = delays(&impairments, 1);
    let none = delays.iter().filter(|delay| **delay == 0).count();
    // Half a spread below the mean the normal distribution has 30.85 %; a table's step is 0.02 %.
    assert_share(none, delays.len(), 0.3085, 1.2);
}
