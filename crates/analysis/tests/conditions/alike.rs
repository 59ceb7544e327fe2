//! Packets that nobody can tell apart.

use super::*;

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
