//! Delays that vary.

use super::*;

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
