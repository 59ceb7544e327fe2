//! Packets that are lost.

use super::*;

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
