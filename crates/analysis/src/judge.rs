//! From findings and values to verdicts.

use crate::model::{
    Measured,
    finding::Finding,
    link::{LinkSummary, ProofState},
    program::ProgramSummary,
    verdict::{Doubt, Judgement, Seen, Verdict},
};
use scenario::{
    expectation::{Check, Claim, Condition, Expectation, Metric},
    finding::{Cause, FindingCode},
};

/// Judges every expectation of a variant.
///
/// A finding is held or failed by the number of findings that fit. Where one fits but for a cause
/// that the evidence does not decide, and that one could tip the balance, it is inconclusive; so
/// is a value that was not measured, and a finding that could not have been made. Where the
/// evidence may be incomplete everything is, except what is expected about the condition itself.
pub(crate) fn judge(
    expectations: &[Expectation],
    findings: &[Finding],
    values: &[Measured],
    links: &[LinkSummary],
    programs: &[ProgramSummary],
    doubts: &[Doubt],
) -> Vec<Judgement> {
    let judge_one = |expectation: &Expectation| {
        let (verdict, seen) = match &expectation.claim {
            Claim::Finding { code, host, .. } if is_blind(*code, host.as_deref(), values) => {
                (Verdict::Inconclusive, Seen::Value(None))
            }
            Claim::Finding { .. } => judge_findings(&expectation.claim, findings),
            Claim::Value { path, check } => {
                let measured = values.iter().find(|measured| measured.path == *path);
                let value = measured.and_then(|measured| measured.value);
                let verdict = value.map_or(Verdict::Inconclusive, |value| of(check.holds(value)));
                (verdict, Seen::Value(value))
            }
            Claim::Condition {
                condition,
                host,
                toward,
            } => judge_condition(*condition, host.as_deref(), toward.as_deref(), links),
            Claim::Output {
                host,
                program,
                line,
                count,
            } => {
                let found = programs
                    .iter()
                    .find(|each| each.host == *host && each.program == *program)
                    .and_then(|program| program.output.as_ref());
                let lines = found.map(|output| line.count(output));
                let check = count.unwrap_or(Check::Above(0));
                let verdict = lines.map_or(Verdict::Inconclusive, |n| of(check.holds(n)));
                (verdict, Seen::Lines(lines))
            }
        };
        let about_condition = matches!(
            expectation.claim,
            Claim::Finding {
                code: FindingCode::ConditionUnproven,
                ..
            }
        );
        let doubted = !doubts.is_empty() && !about_condition;
        let verdict = if doubted {
            Verdict::Inconclusive
        } else {
            verdict
        };
        Judgement {
            expectation: expectation.clone(),
            verdict,
            seen,
        }
    };
    expectations.iter().map(judge_one).collect()
}

/// Whether a finding could not have been made: only a diary tells of it and no program there kept
/// one.
fn is_blind(code: FindingCode, host: Option<&str>, values: &[Measured]) -> bool {
    let by_diary = matches!(
        code,
        FindingCode::StickyRead
            | FindingCode::SplitRead
            | FindingCode::MergedMessage
            | FindingCode::TornMessage
            | FindingCode::LeftoverReply
    );
    let kept_diary = || {
        values.iter().any(|measured| {
            measured.path.metric == Metric::Understood
                && measured.value.is_some()
                && host.is_none_or(|host| measured.path.host == host)
        })
    };
    by_diary && !kept_diary()
}

fn judge_findings(claim: &Claim, findings: &[Finding]) -> (Verdict, Seen) {
    let Claim::Finding {
        code,
        cause,
        host,
        count,
    } = claim
    else {
        return (Verdict::Inconclusive, Seen::Value(None));
    };
    let placed = findings
        .iter()
        .filter(|finding| finding.code == *code)
        .filter(|finding| host.is_none() || finding.host == *host);
    let fits = |finding: &&Finding| cause.is_none_or(|cause| finding.cause == cause);
    let (fitting, others): (Vec<_>, Vec<_>) = placed.partition(fits);
    let sure = fitting.len() as u64;
    let undetermined = others
        .iter()
        .filter(|finding| finding.cause == Cause::Undetermined)
        .count() as u64;
    let check = count.unwrap_or(Check::Above(0));
    let verdict = if (sure..=sure + undetermined).any(|n| check.holds(n) != check.holds(sure)) {
        Verdict::Inconclusive
    } else {
        of(check.holds(sure))
    };
    let mut other_causes: Vec<_> = others.iter().map(|finding| finding.cause).collect();
    other_causes.sort_unstable();
    other_causes.dedup();
    (
        verdict,
        Seen::Findings {
            count: sure,
            undetermined,
            other_causes,
        },
    )
}

/// Held when some link that was asked for it was seen to do it, in some phase, and none was seen not
/// to; what is open decides nothing.
fn judge_condition(
    condition: Condition,
    host: Option<&str>,
    toward: Option<&str>,
    links: &[LinkSummary],
) -> (Verdict, Seen) {
    // What nobody asked anything else for goes the way of all others.
    let lane = |host: &str| {
        let own = |link: &LinkSummary| link.host == host && link.toward.as_deref() == toward;
        toward.filter(|_| links.iter().any(own))
    };
    let meant = links
        .iter()
        .filter(|link| host.is_none_or(|host| link.host == host))
        .filter(|link| toward.is_none() || link.toward.as_deref() == lane(&link.host));
    let states = meant.filter_map(|link| {
        let proof = link.proof(condition).filter(|_| link.asks_for(condition))?;
        Some(proof.state)
    });
    let states: Vec<ProofState> = states.collect();
    let count = |state| states.iter().filter(|other| **other == state).count();
    let (proven, refuted) = (count(ProofState::Proven), count(ProofState::Refuted));
    let verdict = if proven > 0 && refuted == 0 {
        Verdict::Held
    } else {
        Verdict::Inconclusive
    };
    let open = states.iter().filter(|state| state.is_open()).count();
    (
        verdict,
        Seen::Condition {
            proven,
            refuted,
            open,
        },
    )
}

fn of(holds: bool) -> Verdict {
    if holds {
        Verdict::Held
    } else {
        Verdict::Failed
    }
}

/// The verdict on a run. A run that broke off has failed, whatever was expected. Otherwise one
/// failed expectation fails it; then one that is inconclusive, or doubt where nothing or only the
/// condition was expected, leaves it inconclusive.
pub(crate) fn verdict(judgements: &[Judgement], doubts: &[Doubt]) -> Verdict {
    let any = |verdict| {
        judgements
            .iter()
            .any(|judgement| judgement.verdict == verdict)
    };
    let broken = doubts
        .iter()
        .any(|doubt| matches!(doubt, Doubt::Broken { .. }));
    let expects_doubt = judgements.iter().any(|judgement| {
        matches!(
            judgement.expectation.claim,
            Claim::Finding {
                code: FindingCode::ConditionUnproven,
                ..
            }
        ) && judgement.verdict == Verdict::Held
    });
    if broken || any(Verdict::Failed) {
        Verdict::Failed
    } else if any(Verdict::Inconclusive) || (!doubts.is_empty() && !expects_doubt) {
        Verdict::Inconclusive
    } else {
        Verdict::Held
    }
}
