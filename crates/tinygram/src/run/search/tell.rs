//! What a search found, as text and as JSON.

use super::Tally;
use crate::cli::Seeds;
use record::manifest::SIMULATED;
use scenario::{plan::Plan, text::Lang};
use serde_json::json;
use std::{
    io::{self, Write},
    path::Path,
};

/// For scripts. Version 1: `smallest-failing` is null where no seed failed, `batch` (the folder with the
/// failing runs' files) where none are kept.
pub(super) fn json(
    plan: &Plan,
    seeds: Seeds,
    tallies: &[Tally],
    batch: Option<&Path>,
    output: &mut dyn Write,
) -> io::Result<()> {
    let found = json!({
        "version": 1,
        "scenario": plan.name,
        "place": SIMULATED,
        "seeds": [seeds.first, seeds.last],
        "variants": tallies,
        "batch": batch,
    });
    serde_json::to_writer_pretty(&mut *output, &found)?;
    writeln!(output)
}

/// `asked` is how the scenario was named: the same command must find it again.
pub(super) fn text(
    asked: &str,
    plan: &Plan,
    seeds: Seeds,
    tallies: &[Tally],
    lang: Lang,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Seeds { first, last } = seeds;
    let title = plan.title.in_lang(lang);
    match lang {
        Lang::En => writeln!(
            output,
            "{}: {title}\n{SIMULATED} · seeds {first} to {last}\n",
            plan.name
        )?,
        Lang::Zh => writeln!(
            output,
            "{}：{title}\n模拟（smoltcp，虚拟时间） · 种子 {first} 至 {last}\n",
            plan.name
        )?,
    }
    let width = tallies
        .iter()
        .map(|tally| tally.variant.chars().count())
        .max();
    let width = width.unwrap_or_default();
    for tally in tallies {
        let (held, failed, open) = (tally.held, tally.failed, tally.inconclusive);
        let name = &tally.variant;
        match lang {
            Lang::En => writeln!(
                output,
                "  {name:width$}  {held} held, {failed} failed, {open} inconclusive"
            )?,
            Lang::Zh => writeln!(
                output,
                "  {name:width$}  成立 {held}，失败 {failed}，无法判定 {open}"
            )?,
        }
    }
    writeln!(output)?;
    for tally in tallies {
        let name = &tally.variant;
        if let Some(seed) = tally.smallest_failing {
            again(asked, name, seed, lang, output)?;
        } else if let Some(seed) = tally.smallest_inconclusive {
            match lang {
                Lang::En => writeln!(output, "{name}: the smallest inconclusive seed is {seed}")?,
                Lang::Zh => writeln!(output, "{name}：最小的无法判定的种子是 {seed}")?,
            }
        }
    }
    Ok(())
}

/// How far it came.
pub(super) fn interrupted(
    tallies: &[Tally],
    seeds: Seeds,
    lang: Lang,
    output: &mut dyn Write,
) -> io::Result<()> {
    let played: u64 = tallies.iter().map(Tally::played).sum();
    let all = seeds.count().saturating_mul(tallies.len() as u64);
    match lang {
        Lang::En => writeln!(output, "Interrupted: {played} of {all} runs were played."),
        Lang::Zh => writeln!(output, "已中断：{all} 次运行中进行了 {played} 次。"),
    }
}

/// How many of the failing runs have left files.
pub(super) fn kept(tallies: &[Tally], lang: Lang, output: &mut dyn Write) -> io::Result<()> {
    let kept: usize = tallies.iter().map(|tally| tally.failing.len()).sum();
    let failed: u64 = tallies.iter().map(|tally| tally.failed).sum();
    match lang {
        Lang::En => writeln!(output, "Files of {kept} of {failed} failing runs are kept."),
        Lang::Zh => writeln!(
            output,
            "失败的运行共 {failed} 次，保留了其中 {kept} 次的文件。"
        ),
    }
}

/// How to play the run that failed alone. On a real kernel the seed decides what links do, not how
/// fast programs are, so that it may take several.
fn again(
    scenario: &str,
    variant: &str,
    seed: u64,
    lang: Lang,
    output: &mut dyn Write,
) -> io::Result<()> {
    let alone = format!("tinygram run {scenario} --variant {variant} --seed {seed}");
    match lang {
        Lang::En => writeln!(
            output,
            "{variant}: the smallest failing seed is {seed}. Alone, simulated or on a real kernel:\n  \
             {alone} --backend sim\n  {alone}"
        ),
        Lang::Zh => writeln!(
            output,
            "{variant}：最小的失败种子是 {seed}。单独重放，模拟或在真实内核上：\n  \
             {alone} --backend sim\n  {alone}"
        ),
    }
}
