//! Any capture: its connections, and what its segments prove.

use super::{
    WIDTH, flags, judged,
    layout::{item, width, wrap},
    quantity::{bytes, count, dash, percent, plural, time},
    say, story,
    table::Table,
    waits, wire,
};
use analysis::{
    Analysis,
    model::{
        connection::{Connection, Stream},
        finding::{Finding, Place},
    },
    tcp_flags::Counts,
};
use scenario::text::Lang;
use std::collections::BTreeMap;

/// Most connections in the table, and findings or waits in sentences.
const SHOWN: usize = 30;

pub(super) fn whole(analysis: &Analysis, name: &str, ethernet: bool, lang: Lang) -> String {
    let mut text = wrap(&head(analysis, name, lang), 0, WIDTH);
    if !analysis.connections.is_empty() {
        text.push('\n');
        text.push_str(&connections(analysis, ethernet, lang));
    }
    let mut flagged = Counts::default();
    flagged.extend(analysis.connections.iter().map(|each| &each.flags));
    let flagged = flags::told(&flagged, lang);
    if !flagged.is_empty() {
        text.push('\n');
        text.push_str(&flagged);
    }
    let packets = wire::packets(analysis, lang);
    if !packets.is_empty() {
        text.push('\n');
        text.push_str(&packets);
    }
    let told = findings(analysis, lang) + &waits(analysis, lang);
    if !told.is_empty() {
        text.push('\n');
        text.push_str(&told);
    }
    let remarks = judged::remarks(analysis, 0, lang);
    if !remarks.is_empty() {
        text.push('\n');
        text.push_str(&remarks);
    }
    text
}

fn head(analysis: &Analysis, name: &str, lang: Lang) -> String {
    let packets = analysis
        .captures
        .iter()
        .map(|capture| capture.packets)
        .fold(0, u64::saturating_add);
    let other = analysis
        .captures
        .iter()
        .map(|capture| capture.other)
        .fold(0, u64::saturating_add);
    let first = analysis
        .captures
        .iter()
        .filter_map(|capture| capture.first)
        .min();
    let last = analysis
        .captures
        .iter()
        .filter_map(|capture| capture.last)
        .max();
    let colon = say(lang, ": ", "：");
    let Some((first, last)) = first.zip(last) else {
        let empty = say(lang, "no packets.", "没有包。");
        return format!("{name}{colon}{empty}");
    };
    let span = time(last.saturating_sub(first));
    let connections = analysis.connections.len() as u64;
    let flows = analysis.flows.len() as u64;
    let mut parts = vec![
        say(
            lang,
            format!("{} in {span}", plural(packets, "packet")),
            format!("{} 个包，历时 {span}", count(packets)),
        ),
        say(
            lang,
            plural(connections, "TCP connection"),
            format!("{} 条 TCP 连接", count(connections)),
        ),
    ];
    if flows > 0 {
        parts.push(say(
            lang,
            plural(flows, "UDP conversation"),
            format!("{} 个 UDP 会话", count(flows)),
        ));
    }
    if other > 0 {
        parts.push(say(
            lang,
            plural(other, "other packet"),
            format!("{} 个其他包", count(other)),
        ));
    }
    let (comma, end) = (say(lang, ", ", "，"), say(lang, ".", "。"));
    format!("{name}{colon}{}{end}", parts.join(&comma))
}

fn connections(analysis: &Analysis, ethernet: bool, lang: Lang) -> String {
    let head = match lang {
        Lang::En => [
            "#",
            "client",
            "server",
            "packets",
            "payload",
            "efficiency",
            "findings",
        ],
        Lang::Zh => ["#", "客户端", "服务器", "包", "载荷", "效率", "发现"],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[1, 2, 6]);
    let mut list = String::new();
    for (number, connection) in analysis.connections.iter().enumerate().take(SHOWN) {
        let row = row(analysis, number, connection, ethernet, lang);
        list.push_str(&stacked(&row, lang));
        table.row(row.to_vec());
    }
    let mut text = if table.fits() { table.render() } else { list };
    let rest = analysis.connections.len().saturating_sub(SHOWN) as u64;
    if rest > 0 {
        let rest = count(rest);
        text.push_str(&say(
            lang,
            format!(" … and {rest} more (--json has all)\n"),
            format!(" … 另有 {rest} 条（全部见 --json）\n"),
        ));
    }
    if ethernet {
        let what = say(
            lang,
            "Efficiency counts what Ethernet adds to each packet: 38 bytes of preamble, header, \
             check sequence and gap, and what fills up short ones.",
            "效率计入以太网给每个包加上的：前导码、首部、校验与间隔共 38 字节，以及短包的填充。",
        );
        text.push_str(&wrap(&what, 0, WIDTH));
    }
    text
}

/// Number, client, server, packets, payload, efficiency, findings.
fn row(
    analysis: &Analysis,
    number: usize,
    connection: &Connection,
    ethernet: bool,
    lang: Lang,
) -> [String; 7] {
    let sum = |of: fn(&Stream) -> u64| {
        connection
            .streams
            .iter()
            .map(of)
            .fold(0, u64::saturating_add)
    };
    let (payload, wire) = (sum(|stream| stream.payload), sum(|stream| stream.wire));
    let framing = match ethernet {
        true => sum(|stream| stream.framing),
        false => 0,
    };
    [
        number.to_string(),
        connection.client.address.to_string(),
        connection.server.address.to_string(),
        count(sum(|stream| stream.packets)),
        bytes(payload),
        percent(payload, wire.saturating_add(framing)),
        found(analysis, number, lang),
    ]
}

/// A row whose table would be too wide.
fn stacked(row: &[String; 7], lang: Lang) -> String {
    let [
        number,
        client,
        server,
        packets,
        payload,
        efficiency,
        findings,
    ] = row;
    let figures = say(
        lang,
        format!(
            "packets {packets}, payload {payload}, efficiency {efficiency}, findings: {findings}"
        ),
        format!("包 {packets}，载荷 {payload}，效率 {efficiency}，发现：{findings}"),
    );
    let ends = format!(" {number}  {client} → {server}");
    let ends = match width(&ends) <= WIDTH {
        true => ends,
        false => format!(" {number}  {client}\n    → {server}"),
    };
    format!("{ends}\n{}", wrap(&figures, 4, WIDTH))
}

/// The names of a connection's findings, with how often each was found.
fn found(analysis: &Analysis, number: usize, lang: Lang) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &analysis.findings {
        if matches!(finding.place, Place::Stream { connection, .. } if connection == number) {
            *counts.entry(finding.code.name()).or_default() += 1;
        }
    }
    let streams = &analysis.connections[number].streams;
    for alike in streams.iter().flat_map(|stream| &stream.unlisted.findings) {
        *counts.entry(alike.code.name()).or_default() += alike.more;
    }
    let mut names: Vec<String> = counts
        .into_iter()
        .map(|(name, times)| {
            if times == 1 {
                name.to_owned()
            } else {
                format!("{name} ×{times}")
            }
        })
        .collect();
    let waits: u64 = streams.iter().map(waits::number).sum();
    if waits > 0 {
        names.push(say(
            lang,
            format!("waits ×{waits}"),
            format!("等待 ×{waits}"),
        ));
    }
    if names.is_empty() {
        dash()
    } else {
        names.join(", ")
    }
}

fn findings(analysis: &Analysis, lang: Lang) -> String {
    let kinds = story::kinds(analysis.findings.iter(), |finding| &finding.place);
    let tell = |(finding, alike): &(&Finding, u64)| {
        let alike = alike + unlisted(analysis, finding);
        item(&story::told(analysis, finding, alike, lang), 0, WIDTH) + &wireshark(finding)
    };
    kinds.iter().take(SHOWN).map(tell).collect()
}

/// How many like it are not listed.
fn unlisted(analysis: &Analysis, finding: &Finding) -> u64 {
    let Place::Stream {
        connection,
        direction,
    } = finding.place
    else {
        return 0;
    };
    let connection = analysis.connections.get(connection);
    let unlisted = connection.map(|found| &found.stream(direction).unlisted.findings);
    let alike = unlisted.into_iter().flatten();
    let mut alike = alike.filter(|it| (it.code, it.cause) == (finding.code, finding.cause));
    alike.next().map_or(0, |alike| alike.more)
}

/// What to paste to see it; where lines end makes no difference to Wireshark.
pub(super) fn wireshark(finding: &Finding) -> String {
    let told = |filter| item(&format!("Wireshark: {filter}"), 2, WIDTH);
    finding.filter.as_ref().map(told).unwrap_or_default()
}

fn waits(analysis: &Analysis, lang: Lang) -> String {
    let connections = analysis.connections.iter().enumerate();
    let told = connections.flat_map(|(number, connection)| waits_of(number, connection, lang));
    told.take(SHOWN).collect()
}

/// The same of one connection.
pub(super) fn waits_of(number: usize, connection: &Connection, lang: Lang) -> Vec<String> {
    let filter = format!("  Wireshark: tcp.stream eq {number}\n");
    let told = waits::told(connection, lang).into_iter();
    told.map(|sentence| item(&sentence, 0, WIDTH) + &filter)
        .collect()
}
