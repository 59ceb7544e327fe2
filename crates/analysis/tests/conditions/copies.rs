//! Packets that arrive twice.

use super::*;

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
