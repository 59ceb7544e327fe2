//! Segment sizes, windows and efficiency in the course of time, where windows may have been silly.

use super::{
    WIDTH,
    layout::wrap,
    quantity::{bytes, count, dash, mean, percent, time},
    say,
    table::Table,
};
use analysis::{
    Analysis,
    model::connection::{Slice, Stream},
};
use scenario::{expectation::Claim, finding::FindingCode, text::Lang};

/// The course of a stream, if the run is about silly windows: one was found, or it was expected that
/// one, or none, is.
pub(super) fn course(analysis: &Analysis, stream: &Stream, lang: Lang) -> String {
    if !is_about_silly_windows(analysis) {
        return String::new();
    }
    let (Some(first), Some(last)) = (stream.course.first(), stream.course.last()) else {
        return String::new();
    };
    let head = match lang {
        Lang::En => [
            "over time",
            "segments",
            "payload each",
            "efficiency",
            "ACKs",
            "window",
        ],
        Lang::Zh => ["随时间", "报文段", "平均载荷", "效率", "ACK", "窗口"],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[0, 5]);
    for slice in &stream.course {
        table.row(row(slice, first.begin).to_vec());
    }
    let table: String = table
        .render()
        .lines()
        .map(|line| format!(" {line}\n"))
        .collect();
    let span = time(last.end.saturating_sub(first.begin));
    let key = say(
        lang,
        format!("Each row is a fifth of {span}. ACKs: packets back, window updates included."),
        format!("每行是 {span} 的五分之一。ACK：回来的包，包括窗口更新。"),
    );
    format!("\n{table}{}", wrap(&key, 2, WIDTH))
}

fn is_about_silly_windows(analysis: &Analysis) -> bool {
    let is_silly = |code: FindingCode| {
        matches!(
            code,
            FindingCode::SillyWindowSender | FindingCode::SillyWindowReceiver
        )
    };
    let expected = analysis.expectations.iter().map(|it| &it.expectation);
    analysis
        .findings
        .iter()
        .any(|finding| is_silly(finding.code))
        || expected
            .chain(&analysis.not_judged)
            .any(|it| matches!(it.claim, Claim::Finding { code, .. } if is_silly(code)))
}

fn row(slice: &Slice, start: u64) -> [String; 6] {
    let none = dash;
    let each = match slice.segments {
        0 => none(),
        segments => mean(slice.payload, segments),
    };
    let window = match (slice.least_window, slice.most_window) {
        (Some(least), Some(most)) if least < most => format!("{least} … {}", bytes(most)),
        (_, Some(most)) => bytes(most),
        _ => none(),
    };
    [
        match slice.begin.saturating_sub(start) {
            0 => "+0 s".to_owned(),
            since => format!("+{}", time(since)),
        },
        count(slice.segments),
        each,
        percent(slice.payload, slice.payload.saturating_add(slice.headers)),
        count(slice.acknowledgments),
        window,
    ]
}
