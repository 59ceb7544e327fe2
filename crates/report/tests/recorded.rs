//! What is said of real runs: the five variants of sticky, recorded once on Linux namespaces.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use analysis::{BatchAnalysis, Verdict};
use record::manifest::Outcome;
use report::{JsonRenderer, JunitRenderer, Renderer, TextRenderer};
use scenario::{
    expectation::{Check, Claim, Expectation},
    finding::FindingCode,
    text::Lang,
};
use support::{VARIANTS, alone, batch, checked, folder, inspected, recorded, text};

fn all() -> BatchAnalysis {
    batch(&VARIANTS.map(recorded))
}

#[test]
fn a_batch_in_english() {
    insta::assert_snapshot!(text(Lang::En, &all()));
}

#[test]
fn a_batch_in_chinese() {
    insta::assert_snapshot!(text(Lang::Zh, &all()));
}

#[test]
fn a_batch_for_ci() {
    let mut batch = all();
    batch.skipped.push(analysis::Skipped {
        variant: "netem".to_owned(),
        reason: "it needs netem: this kernel has none & <no> \u{1}".to_owned(),
    });
    // One more of the first variant, in which nothing that was expected was seen.
    let mut again = batch.runs[0].clone();
    for judgement in &mut again.expectations {
        judgement.verdict = analysis::Verdict::Failed;
    }
    again.expectations[0].verdict = analysis::Verdict::Inconclusive;
    batch.runs.push(again);
    let mut output = Vec::new();
    JunitRenderer.render_batch(&batch, &mut output).unwrap();
    insta::assert_snapshot!(String::from_utf8(output).unwrap());
}

#[test]
fn what_was_skipped_stands_before_the_verdict() {
    let mut batch = all();
    batch.skipped.push(analysis::Skipped {
        variant: "quick".to_owned(),
        reason: "host server sets the sysctl tcp_early_retrans, and no kernel takes part"
            .to_owned(),
    });
    let english = text(Lang::En, &batch);
    let told = "\n\nSkipped: quick: host server sets the sysctl tcp_early_retrans, and no kernel\n\
                takes part.\nAll expectations held";
    assert!(english.contains(told), "{english}");
    let chinese = text(Lang::Zh, &batch);
    assert!(
        chinese.contains("\n\n跳过：quick：host server"),
        "{chinese}"
    );
}

#[test]
fn one_run_has_a_head_of_its_own() {
    insta::assert_snapshot!(alone(Lang::En, &analysis::analyse(&recorded("naive"))));
}

#[test]
fn runs_that_were_repeated_are_counted() {
    let runs = ["naive", "naive", "ping-pong", "naive"].map(recorded);
    insta::assert_snapshot!(text(Lang::En, &batch(&runs)));
}

#[test]
fn a_capture_alone() {
    let capture = std::fs::read(folder("naive").join("client.pcapng")).unwrap();
    let analysis = analysis::inspect("client.pcapng", &capture).unwrap();
    insta::assert_snapshot!(alone(Lang::En, &analysis));
    insta::assert_snapshot!(alone(Lang::Zh, &analysis));
}

#[test]
fn json_of_a_capture_is_the_same_connection_by_connection() {
    for host in ["client", "server", "udp-peer"] {
        let capture = std::fs::read(folder("naive").join(format!("{host}.pcapng"))).unwrap();
        let (mut at_once, mut one_by_one) = (Vec::new(), Vec::new());
        let whole = analysis::inspect("some.pcapng", &capture).unwrap();
        JsonRenderer.render(&whole, &mut at_once).unwrap();
        let inspection = analysis::Inspection::new("some.pcapng", &capture).unwrap();
        JsonRenderer
            .inspection(&inspection, &mut one_by_one)
            .unwrap();
        assert_eq!(
            String::from_utf8(one_by_one).unwrap(),
            String::from_utf8(at_once).unwrap()
        );
    }
}

#[test]
fn one_connection_in_detail() {
    for (analysis, number) in [
        (analysis::analyse(&recorded("naive")), 0),
        (inspected("naive", "client"), 0),
    ] {
        let details = analysis.details(number).unwrap();
        let told = [Lang::En, Lang::Zh].map(|lang| {
            let mut output = Vec::new();
            let renderer = TextRenderer::new(lang).with_ethernet(lang == Lang::Zh);
            renderer
                .connection(&analysis, &details, &mut output)
                .unwrap();
            checked(output)
        });
        insta::assert_snapshot!(told.join("\n\n"));
    }
    assert!(inspected("naive", "client").details(9).is_none());
}

/// Every key of JSON is in docs/json.md, but for those of details, links and what a scenario says.
#[test]
fn the_fields_of_json_are_documented() {
    fn keys(value: &serde_json::Value, all: &mut std::collections::BTreeSet<String>) {
        const ELSEWHERE: [&str; 4] = ["details", "links", "values", "expectations"];
        match value {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    all.insert(key.clone());
                    if !ELSEWHERE.contains(&key.as_str()) {
                        keys(value, all);
                    }
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, all)),
            _ => {}
        }
    }
    let page = include_str!("../../../docs/json.md");
    let mut all = std::collections::BTreeSet::new();
    keys(
        &serde_json::to_value(inspected("naive", "client")).unwrap(),
        &mut all,
    );
    keys(
        &serde_json::to_value(analysis::analyse(&recorded("naive")).connections).unwrap(),
        &mut all,
    );
    let missing: Vec<_> = all
        .iter()
        .filter(|key| !page.contains(&format!("`{key}`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_broken_run_tells_where_why_and_what_the_log_says() {
    let mut run = recorded("naive");
    run.manifest.outcome = Outcome::Broken {
        host: "server".into(),
        reason: "tcp was ended by signal 11 before the run was over".into(),
        log: vec![
            "tcp: about to crash".into(),
            "agent: tcp was ended by signal 11".into(),
        ],
    };
    let batch = batch(&[run]);
    assert_eq!(batch.runs[0].verdict, Some(Verdict::Failed));
    insta::assert_snapshot!(text(Lang::En, &batch));
    insta::assert_snapshot!(text(Lang::Zh, &batch));
}

#[test]
fn what_was_expected_and_not_seen_is_told_with_what_was_seen() {
    let mut run = recorded("naive");
    let expect = &mut run.manifest.variant.expect;
    for expectation in expect.iter_mut() {
        match &mut expectation.claim {
            Claim::Value { check, .. } => {
                *check = Check::Is(7);
                expectation.written = expectation
                    .written
                    .replace("is 2", "is 7")
                    .replace("is 3", "is 7");
            }
            Claim::Finding { .. } | Claim::Condition { .. } | Claim::Output { .. } => {}
        }
    }
    expect.push(Expectation {
        written: "torn-message".into(),
        claim: Claim::Finding {
            code: FindingCode::TornMessage,
            cause: None,
            host: None,
            count: None,
        },
        on: None,
    });
    let batch = batch(&[run]);
    assert_eq!(batch.runs[0].verdict, Some(Verdict::Failed));
    insta::assert_snapshot!(text(Lang::En, &batch));
}

#[test]
fn evidence_with_holes_proves_nothing() {
    let mut run = recorded("naive");
    run.manifest.hosts[0].capture.dropped = 3;
    run.manifest.hosts[1].link.counters.overrun = 2;
    let batch = batch(&[run]);
    assert_eq!(batch.runs[0].verdict, Some(Verdict::Inconclusive));
    insta::assert_snapshot!(text(Lang::En, &batch));
}

#[test]
fn json_is_the_analysis_itself() {
    let batch = all();
    let mut output = Vec::new();
    JsonRenderer.render_batch(&batch, &mut output).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(value, serde_json::to_value(&batch).unwrap());
    assert!(output.ends_with(b"}\n"));
}

#[test]
fn the_same_run_gives_the_same_text() {
    assert_eq!(text(Lang::En, &all()), text(Lang::En, &all()));
}
