//! What was found, beside what must have been.

use crate::{
    case::{Case, Claim, Stack},
    told::{TOLD, Told, told},
};
use analysis::{
    Analysis,
    model::finding::{Details, Finding, Place},
};
use record::{manifest::Outcome, run::Run};
use scenario::finding::{Cause, FindingCode};
use std::collections::BTreeSet;

/// One finding that is there, should be, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) code: FindingCode,
    pub(crate) host: String,
    /// What caused it; none where it should not be there, or where nothing tells.
    pub(crate) truth: Option<Cause>,
    /// Whether it must be there.
    pub(crate) is_true: bool,
    /// With which cause it was found; none where it was not.
    pub(crate) found: Option<Cause>,
}

/// Why a run is inconclusive, as it may be where other work keeps kernels and links from their time: it broke,
/// evidence is missing, or a link was late. A simulation has no such excuse.
pub(crate) fn doubt(stack: Stack, run: &Run, analysis: &Analysis) -> Option<String> {
    let doubt = analysis.doubts.first().filter(|_| stack == Stack::Linux)?;
    Some(match &run.manifest.outcome {
        Outcome::Broken { host, reason, .. } => format!("{host} broke: {reason}"),
        Outcome::Completed => format!("{doubt:?}"),
    })
}

/// Judges every finding that the case says something about.
pub(crate) fn judge(case: &Case, run: &Run, analysis: &Analysis) -> Vec<Judged> {
    let is_open = |code, host: &str| case.claim(code, host) == Some(Claim::Open);
    let mut judged = Vec::new();
    let mut seen = BTreeSet::new();

    let mut left: Vec<&Finding> = analysis.findings.iter().collect();
    for expected in told(run) {
        let counts = matches!(
            case.claim(expected.code, &expected.host),
            Some(Claim::Times(..))
        );
        if counts || is_open(expected.code, &expected.host) {
            continue;
        }
        let matching = left.iter().position(|finding| is_it(finding, &expected));
        let found = matching.map(|at| left.swap_remove(at).cause);
        let truth = match case.claim(expected.code, &expected.host) {
            Some(Claim::WhereTold(cause) | Claim::There(cause)) => Some(cause),
            _ => None,
        };
        let may_be_unread = expected.is_behind_all && truth == Some(Cause::ReceiveBuffer);
        if found.is_none() && may_be_unread {
            continue;
        }
        seen.insert((expected.code, expected.host.clone()));
        judged.push(Judged {
            code: expected.code,
            host: expected.host,
            truth,
            is_true: true,
            found,
        });
    }
    for label in &case.labels {
        let of = |finding: &&Finding| {
            finding.code == label.code && finding.host.as_deref() == Some(label.host)
        };
        let mut expect = |cause, times: Option<u64>| {
            let (mine, others): (Vec<_>, Vec<_>) = left.iter().copied().partition(of);
            let (now, later) = mine.split_at(mine.len().min(times.unwrap_or(u64::MAX) as usize));
            left = others.into_iter().chain(later.iter().copied()).collect();
            let missing = times.unwrap_or(1).saturating_sub(now.len() as u64);
            let found = now.iter().map(|finding| Some(finding.cause));
            let all = found.chain((0..missing).map(|_| None));
            judged.extend(all.map(|found| Judged {
                code: label.code,
                host: label.host.to_owned(),
                truth: Some(cause),
                is_true: true,
                found,
            }));
        };
        match label.claim {
            Claim::There(cause) if !TOLD.contains(&label.code) => expect(cause, None),
            Claim::Times(cause, times) => expect(cause, Some(times)),
            // The diaries must show what the case was made for, or it was made wrong.
            Claim::There(cause) if !seen.contains(&(label.code, label.host.to_owned())) => {
                expect(cause, None);
            }
            _ => {}
        }
    }
    // Whatever is left was invented.
    for finding in left {
        let host = finding.host.clone().unwrap_or_default();
        if is_open(finding.code, &host) {
            continue;
        }
        judged.push(Judged {
            code: finding.code,
            host,
            truth: None,
            is_true: false,
            found: Some(finding.cause),
        });
    }
    judged
}

fn is_it(finding: &Finding, told: &Told) -> bool {
    let same = finding.code == told.code && finding.host.as_deref() == Some(&told.host);
    if !same {
        return false;
    }
    match (&finding.details, &finding.place) {
        (Details::Datagram { datagram }, Place::Flow { .. }) => {
            *datagram as u64 == told.bytes.start
        }
        // Of an understood message the analysis names the part that was left over.
        (Details::Leftover { .. }, _) => finding
            .range
            .as_ref()
            .is_some_and(|range| range.start == told.bytes.start),
        _ => finding.range.as_ref() == Some(&told.bytes),
    }
}
