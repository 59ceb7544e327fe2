//! The runs of one command: each in detail, then side by side.

use super::{
    WIDTH,
    layout::wrap,
    quantity::{bytes, count, plural, time},
    run, say,
    table::Table,
};
use analysis::{Analysis, BatchAnalysis, Price, Row, Verdict};
use scenario::text::Lang;
use std::collections::BTreeSet;

/// Most runs of a repeated variant, beside its first, that are told in detail.
const TOLD: usize = 3;

pub(super) fn whole(batch: &BatchAnalysis, lang: Lang) -> String {
    let colon = say(lang, ": ", "：");
    let title = format!("{}{colon}{}", batch.scenario, batch.title.in_lang(lang));
    let mut text = wrap(&title, 0, WIDTH);
    if let Some(subject) = batch.runs.first().and_then(Analysis::run) {
        text.push_str(&run::place(subject, lang));
        text.push('\n');
    }
    let about = batch.about.in_lang(lang);
    if !about.is_empty() {
        text.push('\n');
        text.push_str(&wrap(about, 0, WIDTH));
    }
    for analysis in told(&batch.runs) {
        if let Some(subject) = analysis.run() {
            text.push('\n');
            text.push_str(&run::section(analysis, subject, lang));
        }
    }
    text.push('\n');
    text.push_str(&comparison(&batch.comparison.rows, lang));
    text.push('\n');
    text.push_str(&wrap(&frames(lang), 0, WIDTH));
    text.push_str(&wrap(&verdict(&batch.runs, lang), 0, WIDTH));
    text
}

/// What `#n` means, for who wants to see it.
fn frames(lang: Lang) -> String {
    say(
        lang,
        "#n of a host is frame n of its capture, as Wireshark numbers it; the picture's are the \
         sender's.",
        "某主机的 #n 是它抓包文件里的第 n 帧，与 Wireshark 的编号一致；图中的编号属于发送方。",
    )
}

/// The first run of each variant, and of its others the first few that did not hold.
fn told(runs: &[Analysis]) -> Vec<&Analysis> {
    let mut seen = BTreeSet::new();
    let mut odd = 0;
    let mut keep = |analysis: &&Analysis| {
        let variant = analysis.run().map(|run| run.variant.clone());
        if seen.insert(variant) {
            return true;
        }
        let tell = analysis.verdict != Some(Verdict::Held) && odd < TOLD;
        odd += usize::from(tell);
        tell
    };
    runs.iter().filter(|analysis| keep(analysis)).collect()
}

fn comparison(rows: &[Row], lang: Lang) -> String {
    let variants: BTreeSet<&str> = rows.iter().map(|row| row.variant.as_str()).collect();
    if rows.len() > variants.len() {
        repeated(rows, lang)
    } else {
        once(rows, lang)
    }
}

/// One run a variant: what it achieved and what it cost.
fn once(rows: &[Row], lang: Lang) -> String {
    let head = match lang {
        Lang::En => [
            "variant", "messages", "segs", "reads", "time", "wire", "trips", "price",
        ],
        Lang::Zh => [
            "变体",
            "消息",
            "报文段",
            "读",
            "时间",
            "线上",
            "往返",
            "代价",
        ],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[0, 1, 7]);
    for row in rows {
        table.row(vec![
            row.variant.clone(),
            understood(row, lang),
            count(row.segments),
            row.reads.map_or_else(dash, count),
            row.elapsed.map_or_else(dash, time),
            bytes(row.wire),
            row.round_trips.map_or_else(dash, count),
            row.price
                .map_or_else(dash, |price| self::price(price, row, lang)),
        ]);
    }
    table.render()
}

/// Several runs a variant: their verdicts, and the middle of what they measured.
fn repeated(rows: &[Row], lang: Lang) -> String {
    let head = match lang {
        Lang::En => [
            "variant",
            "runs",
            "held",
            "failed",
            "inconclusive",
            "time",
            "wire",
        ],
        Lang::Zh => ["变体", "次数", "成立", "不成立", "无法定论", "时间", "线上"],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[0]);
    let mut variants: Vec<&str> = Vec::new();
    for row in rows {
        if !variants.contains(&row.variant.as_str()) {
            variants.push(&row.variant);
        }
    }
    for variant in variants {
        let runs: Vec<&Row> = rows.iter().filter(|row| row.variant == variant).collect();
        let with = |verdict| {
            runs.iter()
                .filter(|row| row.verdict == Some(verdict))
                .count() as u64
        };
        table.row(vec![
            variant.to_owned(),
            count(runs.len() as u64),
            count(with(Verdict::Held)),
            count(with(Verdict::Failed)),
            count(with(Verdict::Inconclusive)),
            median(runs.iter().filter_map(|row| row.elapsed)).map_or_else(dash, time),
            median(runs.iter().map(|row| row.wire)).map_or_else(dash, bytes),
        ]);
    }
    table.render()
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

fn understood(row: &Row, lang: Lang) -> String {
    match (row.right, row.messages) {
        (Some(right), Some(messages)) => {
            let mark = if is_right(row) { "✓" } else { "✗" };
            say(
                lang,
                format!("{right} of {messages} {mark}"),
                format!("{right}/{messages} {mark}"),
            )
        }
        _ => dash(),
    }
}

fn is_right(row: &Row) -> bool {
    row.right == row.messages && row.understood == row.messages
}

fn price(price: Price, row: &Row, lang: Lang) -> String {
    let mut parts = vec![signed(price.wire, bytes)];
    if let Some(trips) = price.round_trips.filter(|trips| *trips > 0) {
        let en = |n| plural(n, "trip");
        parts.push(say(
            lang,
            signed(trips, en),
            format!("往返 {}", signed(trips, count)),
        ));
    }
    if !is_right(row) {
        parts.push(say(lang, "wrong", "错误"));
    }
    parts.join(&say(lang, ", ", "，"))
}

fn signed(number: i64, unit: impl Fn(u64) -> String) -> String {
    let sign = match number {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", unit(number.unsigned_abs()))
}

fn dash() -> String {
    "–".to_owned()
}

/// The verdict over all, in one sentence.
fn verdict(runs: &[Analysis], lang: Lang) -> String {
    let judged: Vec<Verdict> = runs
        .iter()
        .flat_map(|run| &run.expectations)
        .map(|judgement| judgement.verdict)
        .collect();
    let number = |verdict| judged.iter().filter(|each| **each == verdict).count() as u64;
    let (failed, open) = (number(Verdict::Failed), number(Verdict::Inconclusive));
    let all = judged.len() as u64;
    let broken = runs
        .iter()
        .filter(|run| run.verdict == Some(Verdict::Failed))
        .count() as u64;
    let runs = runs.len() as u64;
    match (failed, open) {
        (0, 0) if broken == 0 => say(
            lang,
            format!(
                "All expectations held: {}, {}.",
                plural(runs, "run"),
                plural(all, "expectation")
            ),
            format!("全部期望成立：{runs} 次运行，{all} 条期望。"),
        ),
        (0, 0) => say(
            lang,
            format!("{broken} of {} broke off.", plural(runs, "run")),
            format!("{runs} 次运行中有 {broken} 次中断。"),
        ),
        (failed, open) => say(
            lang,
            format!(
                "Of {}, {failed} failed and {open} are inconclusive.",
                plural(all, "expectation")
            ),
            format!("{all} 条期望中，{failed} 条不成立，{open} 条无法定论。"),
        ),
    }
}
