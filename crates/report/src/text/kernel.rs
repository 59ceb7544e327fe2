//! What of the runs depends on the kernel they were played in.

use super::{WIDTH, layout::wrap, say};
use analysis::Analysis;
use scenario::text::Lang;

/// What was left to it, where TCP was spoken and a kernel spoke it.
pub(super) fn settings(runs: &[Analysis], lang: Lang) -> String {
    let speaks_tcp = runs.iter().any(|run| !run.connections.is_empty());
    // In the others smoltcp may have spoken it at both ends.
    let mut left = runs
        .iter()
        .filter_map(Analysis::run)
        .map(|run| &run.left_to_kernel);
    let Some(left) = left.find(|left| !left.is_empty()).filter(|_| speaks_tcp) else {
        return String::new();
    };
    let each = left
        .iter()
        .map(|(name, value)| format!("{} {value}", name.trim_start_matches("tcp_")));
    let listed: Vec<String> = each.collect();
    let text = say(
        lang,
        format!(
            "Left to this kernel: how long an ACK is delayed; tcp_…: {}.",
            listed.join(", ")
        ),
        format!(
            "由本机内核决定的：延迟确认的时间；tcp_…：{}。",
            listed.join("，")
        ),
    );
    wrap(&text, 0, WIDTH)
}
