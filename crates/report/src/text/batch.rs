//! The runs of one command: each in detail, then side by side.

use super::{
    WIDTH, comparison, kernel,
    layout::wrap,
    quantity::{count, plural},
    run, say,
};
use analysis::{Analysis, BatchAnalysis, Verdict};
use record::manifest::Outcome;
use scenario::text::Lang;
use std::collections::BTreeMap;

/// Most runs of a repeated variant, beside its first, that are told in detail.
const TOLD: usize = 3;

pub(super) fn whole(batch: &BatchAnalysis, lang: Lang) -> String {
    let colon = say(lang, ": ", "：");
    let title = format!("{}{colon}{}", batch.scenario, batch.title.in_lang(lang));
    let mut text = wrap(&title, 0, WIDTH);
    if let Some((first, subject)) = batch.runs.first().and_then(|run| Some((run, run.run()?))) {
        text.push_str(&run::place(first, subject, lang));
    }
    let about = batch.about.in_lang(lang);
    if !about.is_empty() {
        text.push('\n');
        text.push_str(&wrap(about, 0, WIDTH));
    }
    let direction = batch.comparison.direction;
    for told in told(&batch.runs) {
        if let Some(subject) = told.analysis.run() {
            let name = told.name(&subject.variant, lang);
            text.push('\n');
            text.push_str(&run::section(
                told.analysis,
                subject,
                &name,
                direction,
                lang,
            ));
        }
    }
    text.push('\n');
    text.push_str(&comparison::tables(batch, lang));
    text.push_str(&run::frames(lang));
    text.push_str(&kernel::settings(&batch.runs, lang));
    text.push('\n');
    text.push_str(&skipped(batch, lang));
    text.push_str(&wrap(&verdict(&batch.runs, lang), 0, WIDTH));
    text
}

/// What was not played, each with the reason; nothing where all was.
fn skipped(batch: &BatchAnalysis, lang: Lang) -> String {
    let lines = batch.skipped.iter().map(|skipped| {
        let (variant, reason) = (&skipped.variant, &skipped.reason);
        let line = say(
            lang,
            format!("Skipped: {variant}: {reason}."),
            format!("跳过：{variant}：{reason}."),
        );
        wrap(&line, 0, WIDTH)
    });
    lines.collect()
}

/// A run that is told in detail.
struct Told<'a> {
    analysis: &'a Analysis,
    /// Which run of its variant it is, of how many.
    place: (u64, u64),
}

impl Told<'_> {
    fn name(&self, variant: &str, lang: Lang) -> String {
        match self.place {
            (_, 1) => variant.to_owned(),
            (n, all) => say(
                lang,
                format!("{variant}, run {} of {}", count(n), count(all)),
                format!("{variant}（{} 次中的第 {} 次）", count(all), count(n)),
            ),
        }
    }
}

/// The first run of each variant, and of its others the first few that did not hold.
fn told(runs: &[Analysis]) -> Vec<Told<'_>> {
    let variant = |analysis: &Analysis| analysis.run().map(|run| run.variant.clone());
    let mut all: BTreeMap<_, u64> = BTreeMap::new();
    for analysis in runs {
        *all.entry(variant(analysis)).or_default() += 1;
    }
    let mut seen: BTreeMap<_, u64> = BTreeMap::new();
    let mut odd = 0;
    let mut told = Vec::new();
    for analysis in runs {
        let variant = variant(analysis);
        let nth = seen.entry(variant.clone()).or_default();
        *nth += 1;
        let is_odd = *nth > 1 && analysis.verdict != Some(Verdict::Held);
        odd += usize::from(is_odd);
        if *nth == 1 || (is_odd && odd <= TOLD) {
            let place = (*nth, all[&variant]);
            told.push(Told { analysis, place });
        }
    }
    told
}

/// The verdict over all: what held, or all that did not.
fn verdict(runs: &[Analysis], lang: Lang) -> String {
    let expectations = || runs.iter().flat_map(|run| &run.expectations);
    let judged = |verdict| {
        let so = expectations().filter(|judgement| judgement.verdict == verdict);
        so.count() as u64
    };
    let ended = |verdict| {
        runs.iter()
            .filter(|run| run.verdict == Some(verdict))
            .count() as u64
    };
    let is_broken = |run: &&Analysis| {
        run.run()
            .is_some_and(|run| matches!(run.outcome, Outcome::Broken { .. }))
    };
    let broken = runs.iter().filter(is_broken).count() as u64;
    let (failed, open) = (judged(Verdict::Failed), judged(Verdict::Inconclusive));
    let (all, number) = (expectations().count() as u64, runs.len() as u64);
    let (runs_en, runs_zh) = (plural(number, "run"), format!("{} 次运行", count(number)));
    let mut parts = Vec::new();
    if broken > 0 {
        let broken = count(broken);
        parts.push(say(
            lang,
            format!("{broken} of {runs_en} broke off"),
            format!("{runs_zh}中有 {broken} 次中断"),
        ));
    }
    if failed > 0 {
        let (failed, all_en) = (count(failed), plural(all, "expectation"));
        parts.push(say(
            lang,
            format!("{failed} of {all_en} failed"),
            format!("{} 条期望中有 {failed} 条不成立", count(all)),
        ));
    }
    if open > 0 {
        let (are, all_en) = (
            if open == 1 { "is" } else { "are" },
            plural(all, "expectation"),
        );
        let open = count(open);
        parts.push(say(
            lang,
            format!("{open} of {all_en} {are} inconclusive"),
            format!("{} 条期望中有 {open} 条无法定论", count(all)),
        ));
    }
    let doubtful = ended(Verdict::Inconclusive);
    if parts.is_empty() && doubtful > 0 {
        let (are, doubtful) = (if doubtful == 1 { "is" } else { "are" }, count(doubtful));
        parts.push(say(
            lang,
            format!("{doubtful} of {runs_en} {are} inconclusive"),
            format!("{runs_zh}中有 {doubtful} 次无法定论"),
        ));
    }
    let text = match (parts.is_empty(), all) {
        (true, 0) => say(
            lang,
            format!("{runs_en} completed; nothing was expected"),
            format!("完成 {runs_zh}；没有写下期望"),
        ),
        (true, _) => say(
            lang,
            format!(
                "All expectations held: {runs_en}, {}",
                plural(all, "expectation")
            ),
            format!("全部期望成立：{runs_zh}，{} 条期望", count(all)),
        ),
        (false, _) => parts.join(&say(lang, ", ", "，")),
    };
    text + &say(lang, ".", "。")
}
