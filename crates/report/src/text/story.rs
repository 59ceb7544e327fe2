//! The findings in sentences; of those alike the first is told and the others are counted.

use super::{WIDTH, claims, layout::item, quantity::count, say};
use analysis::{
    Analysis,
    model::finding::{Finding, Place},
};
use scenario::{
    finding::{Cause, FindingCode},
    text::Lang,
};
use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

/// Most kinds of findings that are told.
const TOLD: usize = 6;

/// What was found in a run, in the order of analysis. What links did not do stands among the
/// doubts.
pub(super) fn findings(analysis: &Analysis, lang: Lang) -> String {
    let findings = analysis.findings.iter();
    let mut kinds = kinds(
        findings.filter(|finding| finding.code != FindingCode::ConditionUnproven),
        |finding| (&finding.host, way(finding)),
    );
    // That answers and questions no longer belong together matters more than how it came about.
    kinds.sort_by_key(|(first, _)| first.code != FindingCode::LeftoverReply);
    let told = kinds
        .iter()
        .take(TOLD)
        .map(|(first, alike)| item(&told(analysis, first, *alike, lang), 2, WIDTH));
    let mut text: String = told.collect();
    let rest = kinds.len().saturating_sub(TOLD) as u64;
    if rest > 0 {
        let kinds = if rest == 1 { "kind" } else { "kinds" };
        let rest = count(rest);
        text.push_str(&say(
            lang,
            format!("  {rest} more {kinds} of findings in analysis.json.\n"),
            format!("  另有 {rest} 类发现，见 analysis.json。\n"),
        ));
    }
    text
}

/// The findings by code, cause and what else they should share: the first of each kind, and how
/// many more there are.
pub(super) fn kinds<'a, T: Eq + Hash>(
    findings: impl Iterator<Item = &'a Finding>,
    shared: impl Fn(&'a Finding) -> T,
) -> Vec<(&'a Finding, u64)> {
    let mut kinds: Vec<(&Finding, u64)> = Vec::new();
    let mut places: HashMap<(FindingCode, Cause, T), usize> = HashMap::new();
    for finding in findings {
        let kind = (finding.code, finding.cause, shared(finding));
        match places.entry(kind) {
            Entry::Occupied(place) => kinds[*place.get()].1 += 1,
            Entry::Vacant(place) => {
                place.insert(kinds.len());
                kinds.push((finding, 0));
            }
        }
    }
    kinds
}

/// A finding by its name, and how many more are like it.
pub(super) fn told(analysis: &Analysis, finding: &Finding, alike: u64, lang: Lang) -> String {
    let colon = say(lang, ": ", "：");
    let sentence = claims::sentence(analysis, finding, lang);
    let text = format!("{}{colon}{sentence}", finding.code);
    if alike == 0 {
        return text;
    }
    let alike = count(alike);
    let more = say(
        lang,
        format!("{alike} more like it."),
        format!("另有 {alike} 处相同。"),
    );
    format!("{text}\n{more}")
}

fn way(finding: &Finding) -> Option<usize> {
    match finding.place {
        Place::Stream { direction, .. } => Some(direction.index()),
        Place::Flow { direction, .. } => Some(2 + direction.index()),
        Place::Link { .. } => None,
    }
}
