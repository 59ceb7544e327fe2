//! Variants side by side: what each achieved and what it cost.

use super::{
    WIDTH, beside,
    layout::wrap,
    quantity::{bytes, count, dash, percent, plural, time},
    repeated, say, spread,
    table::Table,
};
use analysis::{Analysis, BatchAnalysis, Row, model::connection::Direction};
use scenario::{finding::FindingCode, text::Lang};
use std::collections::BTreeSet;

/// One run a variant side by side, or how several of each went.
pub(super) fn tables(batch: &BatchAnalysis, lang: Lang) -> String {
    let rows = &batch.comparison.rows;
    let variants: BTreeSet<&str> = rows.iter().map(|row| row.variant.as_str()).collect();
    if rows.len() > variants.len() {
        repeated::table(batch, lang)
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
