//! Any capture: its connections, and what its segments prove.

use super::{
    WIDTH, claims,
    layout::wrap,
    quantity::{bytes, count, percent, plural, time},
    run, say,
    table::Table,
};
use analysis::{
    Analysis,
    model::{
        connection::{Connection, Direction, Stream, Wait},
        finding::{Finding, Place},
    },
};
use scenario::text::Lang;
use std::collections::BTreeMap;

/// Most connections in the table, and findings or waits in sentences.
const SHOWN: usize = 30;

pub(super) fn whole(analysis: &Analysis, name: &str, lang: Lang) -> String {
    let mut text = wrap(&head(analysis, name, lang), 0, WIDTH);
    if !analysis.connections.is_empty() {
        text.push('\n');
        text.push_str(&connections(analysis, lang));
    }
    let told = findings(analysis, lang) + &waits(analysis, lang);
    if !told.is_empty() {
        text.push('\n');
        text.push_str(&told);
    }
    text.push_str(&run::remarks(analysis, lang));
    text
}

fn head(analysis: &Analysis, name: &str, lang: Lang) -> String {
    let packets: u64 = analysis
        .captures
        .iter()
        .map(|capture| capture.packets)
        .sum();
    let other: u64 = analysis.captures.iter().map(|capture| capture.other).sum();
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
    let span = last.zip(first).map_or(0, |(last, first)| last - first);
    let (connections, flows) = (
        analysis.connections.len() as u64,
        analysis.flows.len() as u64,
    );
    say(
        lang,
        format!(
            "{name}: {} in {}, {}, {}, {} other",
            plural(packets, "packet"),
            time(span),
            plural(connections, "connection"),
            plural(flows, "UDP flow"),
            count(other)
        ),
        format!(
            "{name}：{} 个包，历时 {}，{} 条连接，{} 个 UDP 流，其他 {}",
            count(packets),
            time(span),
            count(connections),
            count(flows),
            count(other)
        ),
    )
}

fn connections(analysis: &Analysis, lang: Lang) -> String {
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
        let row = row(analysis, number, connection, lang);
        list.push_str(&stacked(&row, lang));
        table.row(row.to_vec());
    }
    let mut text = if table.fits() { table.render() } else { list };
    let rest = analysis.connections.len().saturating_sub(SHOWN) as u64;
    if rest > 0 {
        let rest = count(rest);
        text.push_str(&say(
            lang,
            format!(" … and {rest} more connections (all with --json)\n"),
            format!(" … 另有 {rest} 条连接（--json 给出全部）\n"),
        ));
    }
    text
}

/// Number, client, server, packets, payload, efficiency, findings.
fn row(analysis: &Analysis, number: usize, connection: &Connection, lang: Lang) -> [String; 7] {
    let sum = |of: fn(&Stream) -> u64| connection.streams.iter().map(of).sum::<u64>();
    let (payload, wire) = (sum(|stream| stream.payload), sum(|stream| stream.wire));
    [
        number.to_string(),
        connection.client.address.to_string(),
        connection.server.address.to_string(),
        count(sum(|stream| stream.packets)),
        bytes(payload),
        percent(payload, wire),
        found(analysis, number, lang),
    ]
}

/// A row whose table would be too wide: two IPv6 addresses don't fit into a line.
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
        format!("{packets} packets, {payload}, efficiency {efficiency}: {findings}"),
        format!("{packets} 个包，{payload}，效率 {efficiency}：{findings}"),
    );
    format!(
        " {number}  {client}\n    → {server}\n{}",
        wrap(&figures, 4, WIDTH)
    )
}

/// The names of a connection's findings, with how often each was found.
fn found(analysis: &Analysis, number: usize, lang: Lang) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &analysis.findings {
        if matches!(finding.place, Place::Stream { connection, .. } if connection == number) {
            *counts.entry(finding.code.name()).or_default() += 1;
        }
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
    let waits: usize = analysis.connections[number]
        .streams
        .iter()
        .map(|stream| stream.waits.len())
        .sum();
    if waits > 0 {
        names.push(say(
            lang,
            format!("waits ×{waits}"),
            format!("等待 ×{waits}"),
        ));
    }
    if names.is_empty() {
        "–".to_owned()
    } else {
        names.join(", ")
    }
}

fn findings(analysis: &Analysis, lang: Lang) -> String {
    let tell = |finding: &Finding| {
        let filter = match finding.place {
            Place::Stream { connection, .. } => format!("tcp.stream eq {connection}"),
            Place::Flow { flow, .. } => format!("udp.stream eq {flow}"),
            Place::Link { .. } => String::new(),
        };
        let text = format!(
            "{}: {}",
            finding.code,
            claims::sentence(analysis, finding, lang)
        );
        wrap(&text, 0, WIDTH) + &format!("  Wireshark: {filter}\n")
    };
    analysis.findings.iter().take(SHOWN).map(tell).collect()
}

/// Segments that left with an acknowledgment: what a capture alone tells of Nagle's algorithm.
fn waits(analysis: &Analysis, lang: Lang) -> String {
    let mut text = String::new();
    for (number, connection) in analysis.connections.iter().enumerate() {
        for direction in Direction::BOTH {
            for wait in connection.stream(direction).waits.iter().take(SHOWN) {
                let sentence = wait_told(connection, direction, wait, lang);
                text.push_str(&wrap(&sentence, 0, WIDTH));
                text.push_str(&format!("  Wireshark: tcp.stream eq {number}\n"));
            }
        }
    }
    text
}

fn wait_told(connection: &Connection, direction: Direction, wait: &Wait, lang: Lang) -> String {
    let segments = &connection.stream(direction).segments;
    let (segment, behind) = (&segments[wait.segment], &segments[wait.behind]);
    let (frame, earlier, ack) = (segment.frame, behind.frame, wait.released_by);
    let (payload, gap, most) = (segment.len(), time(wait.gap), time(wait.at_most));
    let doubt = if wait.with_data {
        say(
            lang,
            " The acknowledgment brought data too: a program that answers at once looks the same.",
            "这个确认也带来了数据：程序立即回应看上去也是这样。",
        )
    } else {
        String::new()
    };
    let sentence = say(
        lang,
        format!(
            "#{frame} ({payload} bytes) left {gap} after #{ack} acknowledged #{earlier}: it seems \
             to have waited for that, as Nagle's algorithm makes small segments wait (cause nagle, \
             for {most} at most). What the program wrote, a capture alone can't tell."
        ),
        format!(
            "#{frame}（{payload} 字节）在 #{ack} 确认 #{earlier} 之后 {gap} 发出：看来它等的就是这个确认，\
             正如 Nagle 算法让小报文段等待（原因 nagle，至多 {most}）。程序写了什么，单凭抓包无法得知。"
        ),
    );
    sentence + &doubt
}
