//! How values are spread: of repeated variants, and of one run's exchanges.

use super::{
    WIDTH,
    layout::wrap,
    quantity::{bytes, count, dash, time},
    say,
    table::Table,
};
use analysis::{BatchAnalysis, Percentiles, Spread, model::finding::Finding};
use scenario::{expectation::Unit, finding::FindingCode, text::Lang};

/// The values that were not the same in every run; empty where there are none.
pub(super) fn table(spreads: &[Spread], lang: Lang) -> String {
    let varied = spreads
        .iter()
        .filter(|spread| spread.values.min != spread.values.max);
    let varied: Vec<&Spread> = varied.collect();
    if varied.is_empty() {
        return String::new();
    }
    let head = match lang {
        Lang::En => ["variant", "value", "runs"],
        Lang::Zh => ["变体", "测量值", "次数"],
    };
    let mut before = "";
    let rows = varied.iter().map(|spread| {
        let variant = match spread.variant.as_str() {
            same if same == before => String::new(),
            other => other.to_owned(),
        };
        before = &spread.variant;
        let unit = spread.path.metric.unit();
        (vec![variant, spread.path.to_string()], unit, spread.values)
    });
    let table = percentiles(&head, rows.collect(), lang);
    let legend = say(
        lang,
        "p90: nine of ten runs are not above, from ten runs on; p99 from a hundred on. Values that \
         were the same in every run are left out; `--csv FILE` writes all.",
        "p90：十次里有九次不超过它（十次以上才有）；p99 要一百次以上。每次都相同的值从略；`--csv FILE` 写出全部。",
    );
    format!("\n{table}\n{}", wrap(&legend, 0, WIDTH))
}

/// How long clients waited for their answers, where Nagle's algorithm and delayed acknowledgments made them
/// wait in any of the runs.
pub(super) fn exchanges(batch: &BatchAnalysis, lang: Lang) -> String {
    let is_stall = |finding: &Finding| finding.code == FindingCode::NagleDelackStall;
    let stalls = batch
        .runs
        .iter()
        .any(|run| run.findings.iter().any(is_stall));
    let rows = batch.comparison.exchanges.iter().map(|each| {
        let name = vec![each.variant.clone()];
        (name, Unit::Nanoseconds, each.values)
    });
    let rows: Vec<_> = rows.filter(|_| stalls).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = match lang {
        Lang::En => ["from question to answer", "asked"],
        Lang::Zh => ["从提问到回答", "次数"],
    };
    let has_p90 = rows.iter().any(|(.., exchanges)| exchanges.p90.is_some());
    let (p90_en, p90_zh) = match has_p90 {
        true => (
            " p90: nine of ten took no longer.",
            "p90：十次里有九次不超过它。",
        ),
        false => ("", ""),
    };
    let table = percentiles(&head, rows, lang);
    let legend = say(
        lang,
        format!(
            "From the first write of a question to the read that had the answer's last byte.{p90_en}"
        ),
        format!("从一个问题的第一次写，到读到回答的最后一个字节。{p90_zh}"),
    );
    format!("\n{table}\n{}", wrap(&legend, 0, WIDTH))
}

/// A table of percentiles; those that too few values have are left out.
fn percentiles(names: &[&str], rows: Vec<(Vec<String>, Unit, Percentiles)>, lang: Lang) -> String {
    let (min, median, max) = match lang {
        Lang::En => ("min", "median", "max"),
        Lang::Zh => ("最小", "中位", "最大"),
    };
    let left: &[usize] = if names.len() > 2 { &[0, 1] } else { &[0] };
    let has_p90 = rows.iter().any(|(.., values)| values.p90.is_some());
    let has_p99 = rows.iter().any(|(.., values)| values.p99.is_some());
    let mut head = [names, &[min, median]].concat();
    head.extend(has_p90.then_some("p90"));
    head.extend(has_p99.then_some("p99"));
    head.push(max);
    let mut table = Table::new(head.into_iter().map(str::to_owned).collect(), left);
    for (mut cells, unit, values) in rows {
        let figure = |value: u64| match unit {
            Unit::Nanoseconds => time(value),
            Unit::Bytes => bytes(value),
            Unit::Count => count(value),
        };
        let perhaps = |value: Option<u64>| value.map_or_else(dash, figure);
        cells.extend([count(values.count), figure(values.min), figure(values.p50)]);
        cells.extend(has_p90.then(|| perhaps(values.p90)));
        cells.extend(has_p99.then(|| perhaps(values.p99)));
        cells.push(figure(values.max));
        table.row(cells);
    }
    table.render()
}
