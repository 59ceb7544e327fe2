//! What had not arrived when the run ended.

use super::*;

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
