//! Several runs of each variant: how often it held, and what is usual.

use super::{
    WIDTH,
    layout::wrap,
    quantity::{bytes, count, dash, time},
    say, spread,
    table::Table,
};
use analysis::{BatchAnalysis, Row, Verdict};
use scenario::text::Lang;

/// Several runs a variant: their verdicts, and the middle of what they measured.
pub(super) fn table(batch: &BatchAnalysis, lang: Lang) -> String {
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
        + &spread::exchanges(batch, lang)
        + &spread::table(&batch.comparison.spreads, lang)
}

fn median(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}
