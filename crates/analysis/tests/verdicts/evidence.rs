//! Evidence that is missing.

use super::*;

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
