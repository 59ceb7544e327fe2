//! For CI: what was expected, as JUnit's XML, which most CI servers read.
//!
//! A test suite is a run; its test cases are the evidence (that the run completed, and links did what
//! they were asked) and each expectation. What failed is a `failure`; what the evidence does not decide
//! is an `error`, since it proves nothing; what holds on another stack only, and variants that could
//! not be played, are `skipped`. Where the run took place and its seed are properties of the suite.

use crate::{
    Renderer,
    text::{
        judged::{expected, told_doubt},
        run::place,
    },
};
use analysis::{Analysis, BatchAnalysis, Verdict, model::verdict::Doubt};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use scenario::text::Lang;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// The test case that stands for the evidence.
const EVIDENCE: &str = "evidence";

/// Writes one JUnit file, in English.
#[derive(Clone, Copy, Debug, Default)]
pub struct JunitRenderer;

impl Renderer for JunitRenderer {
    fn render(&self, analysis: &Analysis, output: &mut dyn Write) -> io::Result<()> {
        let mut report = Report::new("tinygram");
        report.add_test_suite(suite(analysis, None));
        write(&report, output)
    }

    fn render_batch(&self, batch: &BatchAnalysis, output: &mut dyn Write) -> io::Result<()> {
        let mut report = Report::new(batch.scenario.as_str());
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for analysis in &batch.runs {
            let variant = analysis.run().map_or("", |run| run.variant.as_str());
            let time = times.entry(variant).or_default();
            *time += 1;
            report.add_test_suite(suite(analysis, (*time > 1).then_some(*time)));
        }
        for skipped in &batch.skipped {
            let name = format!("{}.{}", batch.scenario, skipped.variant);
            let mut suite = TestSuite::new(name.as_str());
            suite.add_test_case(case(&name, EVIDENCE, skip(&skipped.reason)));
            report.add_test_suite(suite);
        }
        write(&report, output)
    }
}

fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let text = report.to_string().map_err(io::Error::other)?;
    output.write_all(text.as_bytes())
}

/// A run; which one of its variant, if not the first.
fn suite(analysis: &Analysis, time: Option<u32>) -> TestSuite {
    let Some(run) = analysis.run() else {
        return TestSuite::new("capture");
    };
    let number = time.map_or(String::new(), |time| format!(".{time}"));
    let name = format!("{}.{}{number}", run.scenario, run.variant);
    let mut suite = TestSuite::new(name.as_str());
    // Wrapped for a terminal.
    let place = place(analysis, run, Lang::En);
    let words: Vec<&str> = place.split_whitespace().collect();
    suite.add_property(("place", words.join(" ").as_str()));
    suite.add_property(("seed", run.seed.to_string().as_str()));
    suite.add_test_case(case(&name, EVIDENCE, evidence(analysis)));
    for judgement in &analysis.expectations {
        let status = match judgement.verdict {
            Verdict::Held => TestCaseStatus::success(),
            Verdict::Failed => bad(NonSuccessKind::Failure, &expected(judgement, Lang::En)),
            Verdict::Inconclusive => bad(NonSuccessKind::Error, &expected(judgement, Lang::En)),
        };
        suite.add_test_case(case(&name, &judgement.expectation.written, status));
    }
    for expectation in &analysis.not_judged {
        let reason = expectation.on.as_ref().map_or(String::new(), |only| {
            format!("on {} only: {}", only.stack, only.because.in_lang(Lang::En))
        });
        suite.add_test_case(case(&name, &expectation.written, skip(&reason)));
    }
    suite
}

/// That the run completed, with nothing to doubt.
fn evidence(analysis: &Analysis) -> TestCaseStatus {
    if analysis.doubts.is_empty() {
        return TestCaseStatus::success();
    }
    let is_broken = |doubt: &Doubt| matches!(doubt, Doubt::Broken { .. });
    let kind = match analysis.doubts.iter().any(is_broken) {
        true => NonSuccessKind::Failure,
        false => NonSuccessKind::Error,
    };
    let told = |doubt| told_doubt(analysis, doubt, Lang::En);
    let all: Vec<String> = analysis.doubts.iter().map(told).collect();
    bad(kind, &all.join("\n"))
}

fn bad(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn skip(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}

fn case(suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(suite);
    case
}
