//! Losses: as often as asked, in bursts as asked.

use super::*;
use scenario::impairment::GilbertElliott;

const PACKETS: u64 = 100_000;

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn losing(loss: Loss) -> Impairments {
    Impairments {
        loss,
        ..Impairments::default()
    }
}

/// Lengths of the runs of packets lost, and of those not lost.
fn runs(lost: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let (mut bursts, mut gaps) = (vec![1], Vec::new());
    for pair in lost.windows(2) {
        if pair[1] == pair[0] + 1 {
            *bursts.last_mut().unwrap() += 1;
        } else {
            bursts.push(1);
            gaps.push(pair[1] - pair[0] - 1);
        }
    }
    (bursts, gaps)
}

fn mean(numbers: &[u64]) -> f64 {
    numbers.iter().sum::<u64>() as f64 / numbers.len() as f64
}

#[test]
fn correlated_loss_keeps_its_share_and_comes_in_bursts() {
    let (share, correlation) = (0.1, 0.5);
    let chance = Chance {
        share: percent("10%"),
        correlation: percent("50%"),
    };
    for seed in 1..=5 {
        let lost = losses(&losing(Loss::Independent(chance)), seed, "client", PACKETS);
        let n = PACKETS as f64;
        // A chain that repeats with probability ρ has (1+ρ)/(1−ρ) times the variance.
        let sigma = (n * share * (1.0 - share) * (1.0 + correlation) / (1.0 - correlation)).sqrt();
        let found = lost.len() as f64;
        assert!(
            (found - n * share).abs() < 3.5 * sigma,
            "seed {seed}: {found}"
        );
        // A lost packet is followed by a lost one: it repeats, or is lost anew.
        let follows = correlation + (1.0 - correlation) * share;
        let pairs = lost
            .windows(2)
            .filter(|pair| pair[1] == pair[0] + 1)
            .count() as f64;
        let sigma = (found * follows * (1.0 - follows)).sqrt();
        assert!(
            (pairs - found * follows).abs() < 3.5 * sigma,
            "seed {seed}: {pairs} of {found}"
        );
    }
}

#[test]
fn gilbert_elliott_has_bursts_and_gaps_of_the_lengths_asked() {
    let model = GilbertElliott {
        p: percent("2%"),
        r: percent("20%"),
        bad_loss: Percent::HUNDRED,
        good_loss: Percent::ZERO,
    };
    for seed in 1..=5 {
        let lost = losses(
            &losing(Loss::GilbertElliott(model)),
            seed,
            "client",
            PACKETS,
        );
        let (bursts, gaps) = runs(&lost);
        // Both are geometric: the mean is 1/q, its deviation the root of (1−q)/q² a run.
        for (lengths, q) in [(bursts, 0.2), (gaps, 0.02)] {
            let sigma = ((1.0f64 - q) / (q * q) / lengths.len() as f64).sqrt();
            let found = mean(&lengths);
            assert!(
                (found - 1.0 / q).abs() < 3.5 * sigma,
                "seed {seed}, 1/{q}: {found}"
            );
        }
    }
}

#[test]
fn a_bad_state_may_let_packets_through_and_a_good_one_lose_some() {
    let model = GilbertElliott {
        p: percent("5%"),
        r: percent("5%"),
        bad_loss: percent("60%"),
        good_loss: percent("10%"),
    };
    let lost = losses(&losing(Loss::GilbertElliott(model)), 1, "client", PACKETS).len() as f64;
    // Half the time in each state. The states' memory (0.9 a packet) multiplies the part of the
    // variance that is theirs, 0.25², by (1+0.9)/(1−0.9).
    let n = PACKETS as f64;
    let sigma = (n * (0.35 * 0.65 + 0.25 * 0.25 * 18.0)).sqrt();
    assert!((lost - 0.35 * n).abs() < 3.5 * sigma, "{lost}");
}

#[test]
fn exactly_the_packets_listed_are_lost() {
    let listed = losing(Loss::Packets([1, 3, 200].into()));
    // The scenario counts from 1.
    assert_eq!(losses(&listed, 1, "client", 300), [0, 2, 199]);
}

#[test]
fn a_packet_that_is_skipped_changes_nothing_for_the_others() {
    let chance = Chance {
        share: percent("30%"),
        correlation: percent("40%"),
    };
    let lossy = losing(Loss::Independent(chance));
    let mut emulator = Emulator::new(&lossy, 1, "x");
    let mut lost = Vec::new();
    for number in 0..300u64 {
        if (100..150).contains(&number) {
            emulator.skip();
        } else if let Fate::Lost(number) = emulator.offer(0, number, 100, |n| *n) {
            lost.push(number);
        }
    }
    let mut expected = losses(&lossy, 1, "x", 300);
    expected.retain(|number| !(100..150).contains(number));
    assert_eq!(lost, expected);
}

#[test]
fn a_burst_goes_on_where_impairments_change() {
    let chance = Chance {
        share: percent("50%"),
        correlation: percent("99.9%"),
    };
    let before = losing(Loss::Independent(chance));
    let after = Impairments {
        delay: Duration::from_millis(5),
        ..before.clone()
    };
    let mut emulator = Emulator::new(&before, 1, "x");
    let mut lost = Vec::new();
    for number in 0..200u64 {
        if number == 100 {
            emulator.change(&after);
        }
        if let Fate::Lost(number) = emulator.offer(0, number, 100, |n| *n) {
            lost.push(number);
        }
    }
    assert_eq!(lost, losses(&before, 1, "x", 200));
}
