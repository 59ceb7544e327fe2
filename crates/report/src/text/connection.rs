//! One connection in detail: its figures, what became of its bytes, every finding.

use super::{
    WIDTH, capture, flags, lanes,
    layout::{item, wrap},
    quantity::{bytes, count, dash, percent, plural, time},
    run, say, story,
    table::Table,
    wire,
};
use analysis::{
    Analysis,
    model::{
        ConnectionDetails, Subject,
        connection::{Connection, Direction, Stream},
    },
};
use scenario::text::Lang;

pub(super) fn whole(
    analysis: &Analysis,
    details: &ConnectionDetails<'_>,
    ethernet: bool,
    lang: Lang,
) -> String {
    let connection = details.connection;
    let mut text = head(analysis, details, lang);
    text.push('\n');
    text.push_str(&figures(connection, ethernet, lang));
    let flagged = flags::told(&connection.flags, lang);
    if !flagged.is_empty() {
        text.push('\n');
        text.push_str(&flagged);
    }
    let start = analysis
        .captures
        .iter()
        .filter_map(|capture| capture.first)
        .min()
        .unwrap_or(0);
    for way in Direction::BOTH {
        // The picture shows segments, too; without a diary frames and times say more.
        let stream = connection.stream(way);
        let is_told = !stream.messages.is_empty() || !stream.reads.is_empty();
        let shown = match is_told {
            true => {
                let names = [connection.sender(way), connection.receiver(way)].map(run::name);
                let title = wrap(&names.join(" → "), 2, WIDTH);
                title + &lanes::picture(connection, way, lang)
            }
            false => wire::segments(details.number, connection, way, start, lang)
                .map(|list| wire::listed(&list))
                .unwrap_or_default(),
        };
        if !shown.is_empty() {
            text.push('\n');
            text.push_str(&shown);
        }
    }
    let findings = details.findings.iter();
    let told: String = findings
        .map(|finding| {
            let told = story::told(analysis, finding, 0, lang);
            item(&told, 0, WIDTH) + &capture::wireshark(finding)
        })
        .chain(capture::waits_of(details.number, connection, lang))
        .collect();
    if !told.is_empty() {
        text.push('\n');
        text.push_str(&told);
    }
    text
}

/// Where it is, between whom, and how it began and ended.
fn head(analysis: &Analysis, details: &ConnectionDetails<'_>, lang: Lang) -> String {
    let (number, connection) = (details.number, details.connection);
    let name = match &analysis.subject {
        Subject::Run(run) => format!("{} {}", run.scenario, run.variant),
        Subject::Capture { name } => name.clone(),
    };
    let ends = [&connection.client, &connection.server].map(|end| match &end.host {
        Some(_) => format!("{} ({})", run::name(end), end.address),
        None => end.address.to_string(),
    });
    let ends = ends.join(" → ");
    let mut parts = Vec::new();
    match connection.handshake {
        Some(took) => parts.push(say(
            lang,
            format!("handshake {}", time(took)),
            format!("握手 {}", time(took)),
        )),
        None if connection.opened.is_none() => parts.push(say(
            lang,
            "began before the capture did",
            "在抓包开始之前就已建立",
        )),
        None => {}
    }
    let is = |of: fn(&Stream) -> bool| connection.streams.iter().filter(|it| of(it)).count();
    let (finished, reset) = (is(|stream| stream.finished), is(|stream| stream.reset));
    parts.push(match (reset, finished) {
        (0, 2) => say(lang, "closed by both", "双方都已关闭"),
        (0, 1) => say(lang, "closed by one side", "一方已关闭"),
        (0, _) => say(lang, "still open", "仍然打开"),
        _ => say(lang, "reset", "被重置"),
    });
    let title = say(
        lang,
        format!("{name}: connection {number}, {ends}"),
        format!("{name}：第 {number} 条连接，{ends}"),
    );
    let mut state = parts.join(&say(lang, ", ", "，"));
    state.push_str(&say(lang, ".", "。"));
    wrap(&title, 0, WIDTH) + &wrap(&state, 0, WIDTH)
}

/// Both directions side by side.
fn figures(connection: &Connection, ethernet: bool, lang: Lang) -> String {
    let ways = match lang {
        Lang::En => ["", "client → server", "server → client"],
        Lang::Zh => ["", "客户端 → 服务器", "服务器 → 客户端"],
    };
    let mut table = Table::new(ways.map(str::to_owned).to_vec(), &[0]);
    let mut row = |en: &str, zh: &str, of: &dyn Fn(&Stream) -> String| {
        let [there, back] = &connection.streams;
        table.row(vec![say(lang, en, zh), of(there), of(back)]);
    };
    let framing = |stream: &Stream| if ethernet { stream.framing } else { 0 };
    let none = dash;
    row("packets", "包", &|stream| count(stream.packets));
    row("segments with payload", "带载荷的报文段", &|stream| {
        count(stream.segments.len() as u64)
    });
    row("… sent again", "… 重传", &|stream| {
        let again = stream.segments.iter().filter(|it| it.is_retransmission());
        count(again.count() as u64)
    });
    row("payload", "载荷", &|stream| bytes(stream.payload));
    let wire = |stream: &Stream| stream.wire.saturating_add(framing(stream));
    match ethernet {
        true => row(
            "on the wire, with Ethernet",
            "线上，含以太网",
            &|it| bytes(wire(it)),
        ),
        false => row("on the wire, from IP", "线上，从 IP 起", &|it| {
            bytes(wire(it))
        }),
    }
    row("efficiency", "效率", &|it| percent(it.payload, wire(it)));
    row("MSS", "MSS", &|stream| {
        stream.mss.map_or_else(none, |mss| format!("{mss} B"))
    });
    row(
        "acknowledged after: mean",
        "确认耗时：平均",
        &|stream| stream.round_trips.map_or_else(none, |all| time(all.mean)),
    );
    row("… shortest, longest", "… 最短，最长", &|stream| {
        let range = |all: analysis::model::connection::RoundTrips| {
            format!("{}, {}", time(all.shortest), time(all.longest))
        };
        stream.round_trips.map_or_else(none, range)
    });
    row(
        "window for it: smallest",
        "对方窗口：最小",
        &|stream| {
            stream
                .offered
                .map_or_else(none, |all| plural_bytes(all.smallest, lang))
        },
    );
    row("… largest", "… 最大", &|stream| {
        stream
            .offered
            .map_or_else(none, |all| plural_bytes(all.largest, lang))
    });
    table.render()
}

/// To the byte, since one more or less decides whether a segment fits.
fn plural_bytes(number: u64, lang: Lang) -> String {
    say(
        lang,
        plural(number, "byte"),
        format!("{} 字节", count(number)),
    )
}
