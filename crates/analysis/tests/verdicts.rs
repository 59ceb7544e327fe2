//! Expectations, doubts, and what follows from them; runs side by side.

mod support;

use analysis::{
    Analysis, Comparison, Verdict,
    model::{
        note::Note,
        verdict::{Doubt, Seen},
    },
};
use record::manifest::{Outcome, ProgramRecord};
use scenario::{
    expectation::{Check, Claim, Condition, Metric, ValuePath},
    finding::{Cause, FindingCode},
    impairment::{Chance, Loss},
    plan::{Command, Program},
    units::Percent,
};
use std::time::Duration;
use support::{CLIENT, DELAY, Lab, SERVER, Side::*, found};

fn finding(
    code: FindingCode,
    cause: Option<Cause>,
    host: Option<&str>,
    count: Option<Check>,
) -> Claim {
    Claim::Finding {
        code,
        cause,
        host: host.map(str::to_owned),
        count,
    }
}

fn value(host: &str, metric: Metric, check: Check) -> Claim {
    let path = ValuePath {
        host: host.to_owned(),
        peer: "tcp".to_owned(),
        metric,
    };
    Claim::Value { path, check }
}

/// Michael alone, then Tracy and Sarah in one segment, one read and one misunderstanding.
fn naive(lab: &mut Lab) {
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp.read_naively(Server, 120_050, 7);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    tcp.read_naively(Server, 160_100, 10);
}

fn judged(lab: &Lab) -> (Vec<Verdict>, Option<Verdict>) {
    let analysis = lab.analyse();
    let each = analysis
        .expectations
        .iter()
        .map(|judgement| judgement.verdict)
        .collect();
    (each, analysis.verdict)
}

#[test]
fn what_is_expected_and_seen_holds() {
    let mut lab = Lab::new();
    naive(&mut lab);
    lab.expect([
        finding(
            FindingCode::CoalescedSegment,
            Some(Cause::Nagle),
            Some("client"),
            None,
        ),
        finding(
            FindingCode::StickyRead,
            None,
            Some("server"),
            Some(Check::Is(1)),
        ),
        finding(
            FindingCode::CoalescedSegment,
            None,
            Some("server"),
            Some(Check::Is(0)),
        ),
        value("server", Metric::Understood, Check::Is(2)),
        value("client", Metric::Segments, Check::Below(3)),
    ]);
    assert_eq!(judged(&lab), (vec![Verdict::Held; 5], Some(Verdict::Held)));
}

#[test]
fn what_is_expected_and_not_seen_fails_with_what_was_seen() {
    let mut lab = Lab::new();
    naive(&mut lab);
    lab.expect([
        finding(FindingCode::MergedMessage, None, None, Some(Check::Is(0))),
        finding(
            FindingCode::CoalescedSegment,
            Some(Cause::OneWrite),
            None,
            None,
        ),
        value("server", Metric::Understood, Check::Is(3)),
    ]);
    let analysis = lab.analyse();
    let verdicts: Vec<_> = analysis
        .expectations
        .iter()
        .map(|each| each.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Failed; 3]);
    assert_eq!(analysis.verdict, Some(Verdict::Failed));
    assert_eq!(
        analysis.expectations[1].seen,
        Seen::Findings {
            count: 0,
            undetermined: 0,
            other_causes: vec![Cause::Nagle]
        }
    );
    assert_eq!(analysis.expectations[2].seen, Seen::Value(Some(2)));
}

#[test]
fn an_undetermined_cause_neither_holds_nor_fails() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.write(Client, 100_010, &["Tracy"]);
    // Long after, with no acknowledgment in sight.
    tcp.send(Client, 200_000, 12);
    lab.expect([
        finding(
            FindingCode::CoalescedSegment,
            Some(Cause::Nagle),
            None,
            None,
        ),
        finding(FindingCode::CoalescedSegment, None, None, None),
    ]);
    let inconclusive = Some(Verdict::Inconclusive);
    assert_eq!(
        judged(&lab),
        (vec![Verdict::Inconclusive, Verdict::Held], inconclusive)
    );
}

#[test]
fn a_value_that_was_not_measured_is_inconclusive() {
    let mut lab = Lab::new();
    lab.expect([value("client", Metric::Elapsed, Check::Below(1))]);
    assert_eq!(
        judged(&lab),
        (vec![Verdict::Inconclusive], Some(Verdict::Inconclusive))
    );
}

#[test]
fn that_nothing_was_found_says_nothing_where_nobody_could_have_found_it() {
    let mut lab = Lab::new();
    naive(&mut lab);
    let none = Some(Check::Is(0));
    lab.expect([finding(FindingCode::StickyRead, None, Some("client"), none)]);
    assert_eq!(judged(&lab).0, [Verdict::Held]);
    // Of a program that keeps no diary nobody knows what it read, whoever else keeps one.
    for program in &mut lab.manifest.variant.hosts[CLIENT].run {
        program.name = "app".to_owned();
        program.program = Program::Command(Command {
            argv: vec!["true".to_owned()],
            dir: ".".to_owned(),
            listens: None,
        });
    }
    lab.expect([
        finding(FindingCode::StickyRead, None, Some("client"), none),
        finding(FindingCode::StickyRead, None, Some("server"), none),
        finding(FindingCode::CoalescedSegment, None, Some("server"), none),
    ]);
    assert_eq!(
        judged(&lab).0,
        [Verdict::Inconclusive, Verdict::Failed, Verdict::Held]
    );
}

#[test]
fn a_variant_that_is_to_show_a_doubt_holds_with_it() {
    let mut lab = Lab::new();
    ten(&mut lab, 1, &[]);
    lab.expect([finding(
        FindingCode::ConditionUnproven,
        None,
        Some("client"),
        None,
    )]);
    assert_eq!(judged(&lab), (vec![Verdict::Held], Some(Verdict::Held)));
    lab.expect([]);
    assert_eq!(judged(&lab), (vec![], Some(Verdict::Inconclusive)));
}

#[test]
fn a_host_that_left_nothing_leaves_everything_open() {
    let mut lab = Lab::new();
    naive(&mut lab);
    lab.expect([value("server", Metric::Understood, Check::Is(2))]);
    let mut run = lab.run();
    run.hosts[SERVER].diary_missing = true;
    run.hosts[CLIENT].capture.clear();
    let analysis = analysis::analyse(&run);
    let named = |host: &str| host.to_owned();
    assert_eq!(
        analysis.doubts,
        [
            Doubt::NoDiary {
                host: named("server")
            },
            Doubt::NoCapture {
                host: named("client")
            }
        ]
    );
    assert_eq!(analysis.expectations[0].verdict, Verdict::Inconclusive);
    assert_eq!(analysis.verdict, Some(Verdict::Inconclusive));
}

#[test]
fn nothing_expected_of_a_completed_run_holds() {
    assert_eq!(Lab::new().analyse().verdict, Some(Verdict::Held));
}

#[test]
fn exit_states_are_values() {
    let mut lab = Lab::new();
    lab.manifest.hosts[CLIENT]
        .programs
        .insert("tcp".to_owned(), ProgramRecord::Exited(3));
    lab.manifest.hosts[SERVER]
        .programs
        .insert("tcp".to_owned(), ProgramRecord::Signalled(9));
    lab.expect([
        value("client", Metric::ExitStatus, Check::Is(3)),
        value("server", Metric::ExitStatus, Check::Is(9)),
    ]);
    assert_eq!(judged(&lab).0, [Verdict::Held, Verdict::Inconclusive]);
}

#[test]
fn a_broken_run_failed_and_its_expectations_are_open() {
    let mut lab = Lab::new();
    naive(&mut lab);
    lab.expect([value("server", Metric::Understood, Check::Is(2))]);
    lab.manifest.outcome = Outcome::Broken {
        host: "client".to_owned(),
        reason: "did not end".to_owned(),
        log: Vec::new(),
    };
    assert_eq!(
        judged(&lab),
        (vec![Verdict::Inconclusive], Some(Verdict::Failed))
    );
}

#[test]
fn missing_evidence_leaves_everything_open() {
    let doubts: [fn(&mut Lab); 2] = [
        |lab| lab.manifest.hosts[CLIENT].capture.dropped = 1,
        |lab| lab.manifest.hosts[SERVER].link.counters.overrun = 1,
    ];
    for doubt in doubts {
        let mut lab = Lab::new();
        naive(&mut lab);
        doubt(&mut lab);
        lab.expect([
            value("server", Metric::Understood, Check::Is(2)),
            value("server", Metric::Understood, Check::Is(3)),
        ]);
        assert_eq!(
            judged(&lab),
            (vec![Verdict::Inconclusive; 2], Some(Verdict::Inconclusive))
        );
    }
}

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

#[test]
fn what_left_for_where_nobody_captures_says_nothing_of_the_link() {
    let mut lab = Lab::new();
    ten(&mut lab, DELAY, &[]);
    let mut run = lab.run();
    run.hosts[SERVER].capture.clear();
    let link = &analysis::analyse(&run).links[CLIENT];
    assert_eq!((link.sent, link.missing, link.delay), (0, 0, None));
    // Nor does what goes to a host that is none of the lab's.
    let mut run = lab.run();
    run.manifest.variant.hosts[SERVER].address = "198.18.0.77".parse().unwrap();
    let link = &analysis::analyse(&run).links[CLIENT];
    assert_eq!((link.sent, link.missing, link.delay), (0, 0, None));
}

#[test]
fn a_missing_diary_matters_where_a_peer_should_have_kept_one() {
    let command = Program::Command(Command {
        argv: vec!["true".to_owned()],
        dir: ".".to_owned(),
        listens: None,
    });
    for (commands, doubts) in [(1, 1), (2, 0)] {
        let mut lab = Lab::new();
        for program in &mut lab.manifest.variant.hosts[SERVER].run[..commands] {
            program.program = command.clone();
        }
        let mut run = lab.run();
        run.hosts[SERVER].diary_missing = true;
        let analysis = analysis::analyse(&run);
        assert_eq!(analysis.doubts.len(), doubts, "{:?}", analysis.doubts);
    }
}

/// Ten datagrams from the client; those in `lost` don't arrive.
fn ten(lab: &mut Lab, delay: u64, lost: &[u64]) {
    let mut udp = lab.udp();
    for n in 0..10 {
        let sent = 100_000 + 1_000 * n;
        let arrivals: Vec<u64> = if lost.contains(&n) {
            Vec::new()
        } else {
            vec![sent + delay]
        };
        udp.send_arriving(Client, sent, &[n as u8], &arrivals);
    }
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

fn run(make: impl FnOnce(&mut Lab)) -> Analysis {
    let mut lab = Lab::new();
    make(&mut lab);
    lab.analyse()
}

#[test]
fn variants_are_compared_with_the_first() {
    let nodelay = |lab: &mut Lab| {
        lab.manifest.variant.name = "nodelay".to_owned();
        let mut tcp = lab.tcp().open(0);
        for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
            let micros = 100_000 + 10 * n as u64;
            tcp.write(Client, micros, &[name]);
            tcp.send(Client, micros + 2, name.len() as u64);
            tcp.read_naively(Server, micros + DELAY + 5, name.len() as u64);
        }
    };
    let comparison = Comparison::new(&[run(naive), run(nodelay)]);
    let [first, second] = &comparison.rows[..] else {
        panic!("{comparison:?}")
    };
    assert_eq!(
        (first.variant.as_str(), second.variant.as_str()),
        ("naive", "nodelay")
    );
    assert_eq!(
        (first.messages, first.understood, first.right),
        (Some(3), Some(2), Some(1))
    );
    assert_eq!(
        (first.sticky_reads, first.round_trips, first.segments),
        (Some(1), Some(1), 2)
    );
    assert_eq!(
        (second.right, second.sticky_reads, second.segments),
        (Some(3), Some(0), 3)
    );
    assert_eq!(first.price, None);
    let price = second.price.unwrap();
    // One more segment, one less acknowledgment.
    assert_eq!((price.wire, price.round_trips), (0, Some(-1)));
}

#[test]
fn where_nothing_comes_back_time_ends_with_the_receivers_last_read() {
    let row = &Comparison::new(&[run(naive)]).rows[0];
    assert_eq!(row.elapsed, Some(60_100_000), "from 100,000 to 160,100 µs");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let bytes = || serde_json::to_vec(&run(naive)).unwrap();
    assert_eq!(bytes(), bytes());
}
