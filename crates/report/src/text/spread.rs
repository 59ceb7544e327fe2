//! How the values of repeated variants are spread.

use super::{
    WIDTH,
    layout::wrap,
    quantity::{bytes, count, time},
    say,
    table::Table,
};
use analysis::Spread;
use scenario::{expectation::Unit, text::Lang};

/// The values that were not the same in every run; empty where there are none.
pub(super) fn table(spreads: &[Spread], lang: Lang) -> String {
    let varied = || spreads.iter().filter(|spread| spread.min != spread.max);
    if varied().next().is_none() {
        return String::new();
    }
    let named = |spread: &Spread| spread.p90.is_some() || spread.p99.is_some();
    let many = varied().any(named);
    let mut head = match lang {
        Lang::En => vec!["variant", "value", "runs", "min", "median"],
        Lang::Zh => vec!["变体", "测量值", "次数", "最小", "中位"],
    };
    if many {
        head.extend(["p90", "p99"]);
    }
    head.push(match lang {
        Lang::En => "max",
        Lang::Zh => "最大",
    });
    let mut table = Table::new(head.into_iter().map(str::to_owned).collect(), &[0, 1]);
    let mut before = "";
    for spread in varied() {
        let figure = |value: u64| match spread.path.metric.unit() {
            Unit::Nanoseconds => time(value),
            Unit::Bytes => bytes(value),
            Unit::Count => count(value),
        };
        let perhaps = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), figure);
        let variant = match spread.variant.as_str() {
            same if same == before => String::new(),
            other => other.to_owned(),
        };
        before = &spread.variant;
        let mut cells = vec![
            variant,
            spread.path.to_string(),
            count(spread.count),
            figure(spread.min),
            figure(spread.p50),
        ];
        if many {
            cells.extend([perhaps(spread.p90), perhaps(spread.p99)]);
        }
        cells.push(figure(spread.max));
        table.row(cells);
    }
    let legend = say(
        lang,
        "p90: nine of ten runs are not above, from ten runs on; p99 from a hundred on. Values that \
         were the same in every run are left out; `--csv FILE` writes all.",
        "p90：十次里有九次不超过它（十次以上才有）；p99 要一百次以上。每次都相同的值从略；`--csv FILE` 写出全部。",
    );
    format!("\n{}\n{}", table.render(), wrap(&legend, 0, WIDTH))
}
