//! Connections that took more than one attempt to open.

use super::{WIDTH, holes::times, layout::item, say};
use analysis::{Analysis, model::connection::Connection};
use scenario::text::Lang;

/// Most connections that are told.
const TOLD: usize = 3;

/// The first connections whose SYN was sent again.
pub(super) fn again(analysis: &Analysis, lang: Lang) -> String {
    let again = analysis
        .connections
        .iter()
        .filter(|each| each.syns.len() > 1);
    let told = again.take(TOLD).map(|connection| told(connection, lang));
    told.map(|sentence| item(&sentence, 2, WIDTH)).collect()
}

fn told(connection: &Connection, lang: Lang) -> String {
    let client = connection.client.host.clone().unwrap_or_default();
    let Some((first, others)) = connection.syns.split_first() else {
        return String::new();
    };
    let frame = first.frame;
    let after = times(others.iter().map(|again| again.at), first.at, lang);
    say(
        lang,
        format!(
            "late: {client}'s SYN #{frame} was sent again after {after}: it or its answer was lost. A new \
             connection knows no round trip yet, so its first timer is a long one (RFC 6298, 2.1)."
        ),
        format!(
            "迟到：{client} 的 SYN #{frame} 在 {after} 后重发：它或它的应答丢失了。新连接还不知道往返时间，\
             所以第一个定时器很长（RFC 6298，2.1）。"
        ),
    )
}
