//! The flags of Wireshark's TCP analysis, counted.

use super::{
    WIDTH,
    layout::item,
    quantity::{count, plural},
    say,
};
use analysis::tcp_flags::Counts;
use scenario::text::Lang;

/// A sentence; nothing where no frame has any.
pub(super) fn told(counts: &Counts, lang: Lang) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let each = counts.iter().map(|(flag, frames)| {
        let frames = say(
            lang,
            plural(frames, "frame"),
            format!("{} 帧", count(frames)),
        );
        format!("{} {frames}", flag.name())
    });
    let each: Vec<String> = each.collect();
    let list = each.join(&say(lang, ", ", "，"));
    let text = say(
        lang,
        format!("As Wireshark flags TCP: {list} (--flags: frame by frame)."),
        format!("按 Wireshark 的 TCP 标志：{list}（逐帧：--flags）。"),
    );
    item(&text, 0, WIDTH)
}
