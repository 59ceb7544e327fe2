//! Links that did not do what they were asked.

use super::*;

#[test]
fn links_are_measured_from_both_ends() {
    let mut lab = Lab::new();
    naive(&mut lab);
    let analysis = lab.analyse();
    let client = analysis
        .links
        .iter()
        .find(|link| link.host == "client")
        .unwrap();
    let delay = client.delay.unwrap();
    assert_eq!((client.sent, client.missing, delay.count), (4, 0, 4));
    assert_eq!(
        (delay.min, delay.median, delay.max),
        [DELAY * 1_000; 3].into()
    );
    // Four packets are too few to judge a link by.
    assert!(analysis.notes.contains(&Note::FewPackets {
        host: "client".to_owned(),
        count: 4
    }));
}

fn client_doubts(lab: &Lab) -> Vec<Doubt> {
    lab.analyse().doubts
}

#[test]
fn a_delay_that_was_not_seen_is_a_doubt_and_a_finding() {
    // Asked are 20 ms; late by less than 10 ms is a busy machine, early can't be.
    for (micros, proven) in [
        (20_000, true),
        (19_600, true),
        (29_000, true),
        (19_000, false),
        (31_000, false),
        (1, false),
    ] {
        let mut lab = Lab::new();
        ten(&mut lab, micros, &[]);
        lab.expect([
            finding(FindingCode::ConditionUnproven, None, Some("client"), None),
            value("client", Metric::Messages, Check::Is(0)),
        ]);
        let analysis = lab.analyse();
        assert_eq!(
            analysis.doubts.is_empty(),
            proven,
            "{micros} µs: {:?}",
            analysis.doubts
        );
        let verdicts: Vec<_> = analysis
            .expectations
            .iter()
            .map(|each| each.verdict)
            .collect();
        let expected = if proven {
            [Verdict::Failed, Verdict::Held]
        } else {
            [Verdict::Held, Verdict::Inconclusive]
        };
        assert_eq!(verdicts, expected, "{micros} µs");
    }
}

fn unproven(condition: Condition) -> Doubt {
    Doubt::ConditionUnproven {
        host: "client".to_owned(),
        toward: None,
        phase: 0,
        condition,
    }
}

#[test]
fn loss_that_was_not_asked_for_is_a_doubt() {
    let mut lab = Lab::new();
    ten(&mut lab, DELAY, &[3]);
    let doubt = unproven(Condition::Loss);
    assert_eq!(client_doubts(&lab), [doubt]);
    let analysis = lab.analyse();
    assert_eq!(found(&analysis, FindingCode::ConditionUnproven).len(), 1);
    assert_eq!(
        found(&analysis, FindingCode::DatagramLost)[0].cause,
        Cause::Undetermined
    );
}

#[test]
fn one_packet_is_enough_to_doubt_a_link_that_was_to_lose_nothing() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[]);
    let doubt = unproven(Condition::Loss);
    assert_eq!(client_doubts(&lab), [doubt]);
}

#[test]
fn loss_is_judged_by_what_is_likely() {
    let asked = |percent: u32, lost: &[u64]| {
        let mut lab = Lab::new();
        let percent = Percent::from_millionths(percent * 1_000_000).unwrap();
        lab.manifest.variant.hosts[CLIENT].link.start.egress.loss =
            Loss::Independent(Chance::of(percent));
        ten(&mut lab, DELAY, lost);
        client_doubts(&lab).is_empty()
    };
    assert!(asked(20, &[3]));
    assert!(asked(20, &[]), "by chance, one time in nine");
    assert!(!asked(100, &[3]), "everything should be lost");
    assert!(!asked(1, &[1, 2, 3, 4, 5]), "half is too much for 1 %");
}

#[test]
fn a_link_without_delay_is_proven_by_arrivals_at_once() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link.start.egress.delay = Duration::ZERO;
    ten(&mut lab, 30, &[]);
    assert_eq!(client_doubts(&lab), []);
}
