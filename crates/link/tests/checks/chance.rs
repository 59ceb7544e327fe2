//! What chance decides.

use super::pair::{Pair, chance, losing};
use scenario::impairment::{GilbertElliott, Impairments, Loss};

const PACKETS: u16 = 3000;

/// Whether a count lies within five standard deviations of what is expected of `PACKETS` packets:
/// fewer than one run in a million fails, and twice the share is far outside.
fn assert_share(count: u64, share: f64) {
    let packets = f64::from(PACKETS);
    let deviation = (packets * share * (1.0 - share)).sqrt();
    let off = (count as f64 - packets * share).abs();
    assert!(off < 5.0 * deviation, "{count} of {packets}");
}

pub(crate) fn loss_is_the_share_that_was_asked() {
    let pair = Pair::new(losing("20%"));
    pair.send_in_lots(PACKETS, 10);
    let arrived = pair.arrived();
    let counters = pair.end();
    assert_share(counters.lost, 0.2);
    assert_eq!(
        (counters.offered, counters.delivered, counters.lost),
        (PACKETS.into(), arrived, u64::from(PACKETS) - arrived)
    );
}

pub(crate) fn duplicates_are_the_share_that_was_asked() {
    let pair = Pair::new(Impairments {
        duplicate: chance("30%"),
        ..Impairments::default()
    });
    pair.send_in_lots(PACKETS, 10);
    let copies = pair.arrived() - u64::from(PACKETS);
    assert_share(copies, 0.3);
    let counters = pair.end();
    assert_eq!((counters.duplicated, counters.lost), (copies, 0));
}

fn states(p: &str, r: &str, bad_loss: &str, good_loss: &str) -> Impairments {
    Impairments {
        loss: Loss::GilbertElliott(GilbertElliott {
            p: p.parse().unwrap(),
            r: r.parse().unwrap(),
            bad_loss: bad_loss.parse().unwrap(),
            good_loss: good_loss.parse().unwrap(),
        }),
        ..Impairments::default()
    }
}

pub(crate) fn a_bad_state_loses_and_a_good_one_passes() {
    let pair = Pair::new(states("100%", "100%", "100%", "0%"));
    pair.send(10, 10);
    assert_eq!(pair.rest(), [0, 2, 4, 6, 8]);
}

pub(crate) fn a_good_state_may_lose_too() {
    // It never comes back from the bad state, where nothing is lost.
    let pair = Pair::new(states("100%", "0%", "0%", "100%"));
    pair.send(5, 10);
    assert_eq!(pair.rest(), [1, 2, 3, 4]);
}

pub(crate) fn flipped_bits_reach_no_program() {
    let pair = Pair::new(Impairments {
        corrupt: chance("100%"),
        ..Impairments::default()
    });
    pair.send(100, 1000);
    assert_eq!(pair.arrived(), 100);
    // A flip in the Ethernet source address, 6 of 1,042 bytes, harms nobody. Eleven such are less
    // likely than one in a million.
    assert!(pair.rest().len() < 11);
}

pub(crate) fn a_seed_loses_the_same_packets() {
    let run = |seed| {
        let pair = Pair::with_plan(losing("50%").into(), seed);
        pair.send(200, 10);
        pair.rest()
    };
    let first = run(1);
    assert_eq!(run(1), first);
    assert_ne!(run(2), first);
}
