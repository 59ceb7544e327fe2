use super::*;
use scenario::impairment::GilbertElliott;
use std::collections::BTreeSet;

fn losses(loss: &str, seed: u64, name: &str, count: u64) -> Vec<u64> {
    play(&mut Emulator::new(&link(0, loss), seed, name), count, 1).lost
}

fn losing(loss: Loss) -> Impairments {
    Impairments {
        loss,
        ..Impairments::default()
    }
}

#[test]
fn all_or_nothing() {
    assert_eq!(losses("100%", 1, "client", 1000).len(), 1000);
    assert_eq!(losses("0%", 1, "client", 1000).len(), 0);
}

#[test]
fn loss_is_as_frequent_as_asked() {
    for share in ["0.1%", "1%", "20%", "50%"] {
        for seed in 1..=5 {
            let traffic = traffic(&link(0, share), seed, PACKETS);
            let lost = traffic.lost.len();
            assert_share(lost, PACKETS as usize, percent(share).fraction(), 1.0);
            assert_eq!(traffic.counters.lost, lost as u64);
            assert_eq!(traffic.left.len() as u64, PACKETS - lost as u64);
        }
    }
}

#[test]
fn independent_losses_do_not_come_in_bursts() {
    assert_correlated(&losses("20%", 1, "client", PACKETS), 0.2, 0.0);
}

#[test]
fn correlated_losses_come_in_bursts_and_are_as_frequent() {
    for (correlation, fraction) in [("25%", 0.25), ("80%", 0.8)] {
        for seed in 1..=5 {
            let asked = losing(Loss::Independent(chance("10%", correlation)));
            let lost = traffic(&asked, seed, PACKETS).lost;
            assert_correlated(&lost, 0.1, fraction);
        }
    }
}

#[test]
fn seeds_and_links_differ() {
    let reference = losses("20%", 1, "client", 200);
    assert_ne!(reference, losses("20%", 2, "client", 200));
    assert_ne!(reference, losses("20%", 1, "server", 200));
}

/// The same numbers on every machine and in every version: recorded runs must stay repeatable.
#[test]
fn a_seed_keeps_its_fates() {
    insta::assert_debug_snapshot!(losses("10%", 7, "client", 100));
}

#[test]
fn packets_are_lost_by_their_numbers_counted_from_1() {
    let asked = losing(Loss::Packets(BTreeSet::from([1, 3, 4, 10, 99])));
    assert_eq!(traffic(&asked, 1, 10).lost, [0, 2, 3, 9]);
}

/// The lengths of runs of one kind, of which the packets are `numbers`.
fn bursts(numbers: &[u64]) -> Vec<u64> {
    let runs = numbers.chunk_by(|left, right| *right == left + 1);
    runs.map(|run| run.len() as u64).collect()
}

/// Asserts that lengths are those of a state that is left with probability `leave` after each
/// packet: geometrically distributed, with mean `1 / leave`.
#[track_caller]
fn assert_geometric(lengths: &[u64], leave: f64) {
    let count = lengths.len() as f64;
    let mean = lengths.iter().sum::<u64>() as f64 / count;
    let sigma = ((1.0 - leave) / (leave * leave) / count).sqrt();
    let off = (mean - 1.0 / leave) / sigma;
    assert!(off.abs() < 3.5, "mean {mean}, {off:.1} deviations off");
    let ones = lengths.iter().filter(|length| **length == 1).count();
    assert_share(ones, lengths.len(), leave, 1.0);
    let short = lengths.iter().filter(|length| **length <= 3).count();
    assert_share(short, lengths.len(), 1.0 - (1.0 - leave).powi(3), 1.0);
}

#[test]
fn gilbert_elliott_loses_in_bursts_of_the_right_lengths() {
    for (p, r) in [("1%", "25%"), ("10%", "50%")] {
        for seed in 1..=5 {
            let model = GilbertElliott {
                p: percent(p),
                r: percent(r),
                bad_loss: Percent::HUNDRED,
                good_loss: Percent::ZERO,
            };
            let lost = traffic(&losing(Loss::GilbertElliott(model)), seed, PACKETS).lost;
            assert_geometric(&bursts(&lost), percent(r).fraction());
            let set: BTreeSet<u64> = lost.into_iter().collect();
            let kept: Vec<u64> = (0..PACKETS).filter(|n| !set.contains(n)).collect();
            assert_geometric(&bursts(&kept), percent(p).fraction());
        }
    }
}

/// Both states' losses at once: their share is that of the chain in balance.
#[test]
fn gilbert_elliott_loses_in_both_states() {
    for (bad_loss, good_loss) in [("70%", "0%"), ("100%", "5%"), ("40%", "2%")] {
        let (p, r) = (0.05, 0.2);
        let model = GilbertElliott {
            p: percent("5%"),
            r: percent("20%"),
            bad_loss: percent(bad_loss),
            good_loss: percent(good_loss),
        };
        let lost = traffic(&losing(Loss::GilbertElliott(model)), 1, PACKETS).lost;
        let bad = p / (p + r);
        let [b, g] = [model.bad_loss, model.good_loss].map(Percent::fraction);
        let share = bad * b + (1.0 - bad) * g;
        // States stay alike with 1 - p - r from packet to packet, which adds to the variance
        // 2 · that / (p + r) of the covariance bad · good · (b - g)².
        let covariance = bad * (1.0 - bad) * (b - g).powi(2);
        let variance = share * (1.0 - share) + 2.0 * covariance * (1.0 - p - r) / (p + r);
        let spread = (variance / (share * (1.0 - share))).sqrt();
        assert_share(lost.len(), PACKETS as usize, share, spread);

        // After a loss the link is bad as often as that loss says, and leaves that state by a draw
        // of its own, not by the one that lost the packet. Bursts overlap, hence the spread.
        let was_bad = bad * b / share;
        let is_bad = was_bad * (1.0 - r) + (1.0 - was_bad) * p;
        let again = is_bad * b + (1.0 - is_bad) * g;
        assert_share(repeated(&lost), lost.len(), again, 1.5);
    }
}

#[test]
fn a_link_is_good_at_first() {
    let model = GilbertElliott {
        p: Percent::HUNDRED,
        r: Percent::HUNDRED,
        bad_loss: Percent::HUNDRED,
        good_loss: Percent::ZERO,
    };
    let lost = traffic(&losing(Loss::GilbertElliott(model)), 1, 6).lost;
    assert_eq!(lost, [1, 3, 5]);
}

#[test]
fn a_packet_that_is_skipped_changes_nothing_for_the_others() {
    let asked = losing(Loss::Independent(chance("30%", "40%")));
    let mut emulator = Emulator::new(&asked, 1, "client");
    let mut lost = Vec::new();
    for number in 0..300u64 {
        if (100..150).contains(&number) {
            emulator.skip();
        } else if let Fate::Lost(number) = emulator.offer(0, number, 100, |n| *n) {
            lost.push(number);
        }
    }
    let mut expected = play(&mut Emulator::new(&asked, 1, "client"), 300, 1).lost;
    expected.retain(|number| !(100..150).contains(number));
    assert_eq!(lost, expected);
}
