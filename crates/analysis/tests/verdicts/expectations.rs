//! What a scenario expects, held, failed and open.

use super::*;

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
