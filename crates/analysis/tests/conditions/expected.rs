//! Conditions that a scenario expects.

use super::*;

#[test]
fn each_host_that_is_named_has_a_link_of_its_own() {
    let mut lab = run(delayed(), 10, 1_000, 8, |_, sent| vec![sent + 5_000]);
    assert_eq!(state(&lab, Condition::Delay), Refuted);
    let link = &mut lab.manifest.variant.hosts[CLIENT].link;
    let near = Impairments {
        delay: Duration::from_millis(5),
        ..Impairments::default()
    };
    link.start.toward.insert("server".to_owned(), near);
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    let links = analysis.links.iter().filter(|link| link.host == "client");
    let classes: Vec<_> = links
        .map(|link| (link.toward.as_deref(), link.sent))
        .collect();
    assert_eq!(classes, [(Some("server"), 10)]);
}

fn claim(condition: Condition, host: Option<&str>, toward: Option<&str>) -> Claim {
    Claim::Condition {
        condition,
        host: host.map(str::to_owned),
        toward: toward.map(str::to_owned),
    }
}

#[test]
fn an_expected_condition_is_held_by_its_proof() {
    let judged = |mut lab: Lab, claim| {
        // Nothing is asked of the other link, and nothing said.
        lab.manifest.variant.hosts[SERVER].link = Impairments::default().into();
        lab.expect([claim]);
        let analysis = lab.analyse();
        (
            analysis.expectations[0].verdict,
            analysis.expectations[0].seen.clone(),
        )
    };
    let seen = |proven, refuted, open| Seen::Condition {
        proven,
        refuted,
        open,
    };
    let loss = || claim(Condition::Loss, None, None);
    let proven = || loses(independent("10%"), 200, 20);
    assert_eq!(judged(proven(), loss()), (Verdict::Held, seen(1, 0, 0)));
    let toward = claim(Condition::Loss, Some("client"), Some("server"));
    assert_eq!(judged(proven(), toward), (Verdict::Held, seen(1, 0, 0)));
    let open = Verdict::Inconclusive;
    assert_eq!(
        judged(loses(independent("1%"), 20, 0), loss()),
        (open, seen(0, 0, 1))
    );
    assert_eq!(
        judged(loses(independent("1%"), 200, 90), loss()),
        (open, seen(0, 1, 0))
    );
    let other = claim(Condition::Loss, Some("server"), None);
    assert_eq!(judged(proven(), other), (open, seen(0, 0, 0)));
}

#[test]
fn every_refuted_condition_is_a_finding() {
    let lab = loses(independent("10%"), 200, 100);
    assert_eq!(
        found(&lab.analyse(), FindingCode::ConditionUnproven).len(),
        1
    );
}
