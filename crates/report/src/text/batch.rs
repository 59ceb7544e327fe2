//! The runs of one command: each in detail, then side by side.

use super::{
    WIDTH, beside, kernel,
    layout::wrap,
    quantity::{bytes, count, percent, plural, time},
    run, say, spread,
    table::Table,
};
use analysis::{Analysis, BatchAnalysis, Row, Verdict, model::connection::Direction};
use record::manifest::Outcome;
use scenario::{finding::FindingCode, text::Lang};
use std::collections::{BTreeMap, BTreeSet};

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
    text.push_str(&comparison(batch, lang));
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

fn comparison(batch: &BatchAnalysis, lang: Lang) -> String {
    let rows = &batch.comparison.rows;
    let variants: BTreeSet<&str> = rows.iter().map(|row| row.variant.as_str()).collect();
    if rows.len() > variants.len() {
        repeated(batch, lang)
    } else {
        let more = beside::datagrams(batch, lang) + &spread::exchanges(batch, lang);
        let end = if more.is_empty() { "" } else { "\n" };
        once(batch, lang) + &more + end
    }
}

/// One run a variant: what it achieved and what it cost.
fn once(batch: &BatchAnalysis, lang: Lang) -> String {
    let rows = &batch.comparison.rows;
    let is_udp = batch.runs.iter().all(|run| run.connections.is_empty());
    let (sent, about_sent) = match is_udp {
        true => (say(lang, "sent", "发出"), String::new()),
        false => (
            say(lang, "segs", "报文段"),
            say(lang, "segs: segments with payload. ", "报文段：带载荷的。"),
        ),
    };
    // Where the trouble is small packets, what they cost beside their payload matters more than reads.
    let has_efficiency =
        batch.runs.first().is_some_and(has_small_segments) || batch.runs.iter().any(is_narrow);
    let third = match has_efficiency {
        true => say(lang, "eff.", "效率"),
        false => say(lang, "reads", "读"),
    };
    let head = match lang {
        Lang::En => [
            "variant", "messages", &sent, &third, "time", "wire", "trips", "price",
        ],
        Lang::Zh => [
            "变体", "消息", &sent, &third, "时间", "线上", "往返", "代价",
        ],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[0, 1, 7]);
    for (number, row) in rows.iter().enumerate() {
        let third = match has_efficiency {
            true => percent(row.payload, row.payload_wire),
            false => row.reads.map_or_else(dash, count),
        };
        table.row(vec![
            row.variant.clone(),
            understood(row, lang),
            count(row.segments),
            third,
            row.elapsed.map_or_else(dash, time),
            bytes(row.wire),
            row.round_trips.map_or_else(dash, count),
            price(row, number == 0, lang),
        ]);
    }
    let (about_en, about_zh) = match has_efficiency {
        true => (
            "eff.: payload, of the bytes of all IP packets that way. ",
            "效率：载荷占该方向所有 IP 包字节的比例。",
        ),
        false => ("", ""),
    };
    let (about_time_en, about_time_zh) = (
        "time: from the first write to the last read that got bytes. ",
        "时间：从第一次写到最后一次读到字节。",
    );
    let first = rows.first().map_or("", |row| &row.variant);
    let (sent_en, sent_zh) = match batch.comparison.direction {
        Some(Direction::ServerToClient) => ("those that servers sent", "服务器发出的"),
        _ => ("those sent", "发出的"),
    };
    let (unequal_en, unequal_zh) = match rows.iter().skip(1).all(|row| row.price.is_some()) {
        true => ("", ""),
        false => (" None where another amount was sent.", "发送量不同的不比。"),
    };
    let legend = say(
        lang,
        format!(
            "messages: understood right, of {sent_en}. {about_sent}{about_time_en}wire: bytes of all IP packets. {about_en}\
             trips: round trips that were waited for. price: what it costs more than {first}.{unequal_en}"
        ),
        format!(
            "消息：正确理解的/{sent_zh}。{about_sent}{about_time_zh}线上：所有 IP 包的字节数。{about_zh}往返：等待的往返次数。\
             代价：比 {first} 多花的。{unequal_zh}"
        ),
    );
    table.render() + "\n" + &wrap(&legend, 0, WIDTH)
}

/// Whether small segments were found, whoever brought them about.
fn has_small_segments(run: &Analysis) -> bool {
    run.findings.iter().any(|finding| {
        matches!(
            finding.code,
            FindingCode::TinygramRun
                | FindingCode::SillyWindowSender
                | FindingCode::SillyWindowReceiver
        )
    })
}

/// Whether the path takes small packets only.
fn is_narrow(run: &Analysis) -> bool {
    let mut findings = run.findings.iter();
    findings.any(|finding| finding.code == FindingCode::SmallMss)
}

/// Several runs a variant: their verdicts, and the middle of what they measured.
fn repeated(batch: &BatchAnalysis, lang: Lang) -> String {
    let rows = &batch.comparison.rows;
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
    let legend = say(
        lang,
        "time and wire: medians; wire: bytes of all IP packets.",
        "时间和线上取中位数；线上：所有 IP 包的字节数。",
    );
    table.render()
        + "\n"
        + &wrap(&legend, 0, WIDTH)
        + &spread::table(&batch.comparison.spreads, lang)
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
                format!("{} of {} {mark}", count(right), count(messages)),
                format!("{}/{} {mark}", count(right), count(messages)),
            )
        }
        _ => dash(),
    }
}

fn is_right(row: &Row) -> bool {
    row.right == row.messages && row.understood == row.messages
}

/// What a variant costs more than the first. What did not get everything across has no price.
fn price(row: &Row, is_first: bool, lang: Lang) -> String {
    if !is_first && !is_right(row) && row.messages.is_some() {
        // Who has misunderstood nothing knows at least what is missing.
        return match row.understood > row.right {
            true => say(lang, "wrong", "错误"),
            false => say(lang, "incomplete", "不完整"),
        };
    }
    let Some(price) = row.price else {
        return dash();
    };
    let mut parts = vec![signed(price.wire, bytes)];
    if let Some(trips) = price.round_trips.filter(|trips| *trips > 0) {
        let en = |n| plural(n, "trip");
        parts.push(say(
            lang,
            signed(trips, en),
            format!("往返 {}", signed(trips, count)),
        ));
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
