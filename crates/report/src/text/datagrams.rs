//! What became of datagrams, in figures.

use super::{
    WIDTH,
    layout::item,
    quantity::{count, percent, plural},
    run::name,
    say,
};
use analysis::{
    Analysis,
    model::{
        connection::{Direction, End},
        flow::Flow,
    },
};
use scenario::{
    expectation::{Metric, ValuePath},
    text::Lang,
};

/// Most flows that are told.
const TOLD: usize = 4;

/// A line for each of the first UDP flows.
pub(super) fn flows(analysis: &Analysis, lang: Lang) -> String {
    let each = analysis.flows.iter().take(TOLD);
    let mut text: String = each
        .map(|flow| item(&told(analysis, flow, lang), 2, WIDTH))
        .collect();
    let rest = analysis.flows.len().saturating_sub(TOLD) as u64;
    if rest > 0 {
        text.push_str(&say(
            lang,
            format!(
                "  {} in analysis.json.\n",
                plural(rest, "more UDP conversation")
            ),
            format!("  另有 {} 个 UDP 会话，见 analysis.json。\n", count(rest)),
        ));
    }
    text
}

fn told(analysis: &Analysis, flow: &Flow, lang: Lang) -> String {
    let (client, server) = (name(&flow.client), name(&flow.server));
    let [there, back] = Direction::BOTH.map(|way| told_way(analysis, flow, way, lang));
    let text = match flow.datagrams[Direction::ServerToClient.index()].is_empty() {
        true => there,
        false => say(
            lang,
            format!("{there}; back: {back}"),
            format!("{there}；返回：{back}"),
        ),
    };
    say(
        lang,
        format!("UDP {client} → {server}: {text}."),
        format!("UDP {client} → {server}：{text}。"),
    )
}

/// One direction, as far as the captures and the receiver's diary tell.
fn told_way(analysis: &Analysis, flow: &Flow, way: Direction, lang: Lang) -> String {
    let receiver = flow.receiver(way);
    let datagrams = &flow.datagrams[way.index()];
    let sent = datagrams.len();
    let arrivals = datagrams
        .iter()
        .filter(|datagram| !datagram.arrivals.is_empty());
    let reads = datagrams
        .iter()
        .filter(|datagram| datagram.received.is_some());
    let arrived = receiver.host.as_ref().map(|_| arrivals.count());
    let read = keeps_diary(analysis, receiver).then(|| reads.count());
    let mut text = say(lang, format!("{sent} sent"), format!("发出 {sent}"));
    if (arrived, read) == (Some(sent), Some(sent)) {
        return text + &say(lang, ", all read", "，全部读到");
    }
    if let Some(arrived) = arrived {
        let missing = (sent - arrived) as u64;
        let share = percent(missing, sent as u64);
        text.push_str(&match missing {
            0 => say(lang, ", all arrived", "，全部到达"),
            _ => say(
                lang,
                format!(", {arrived} arrived ({share} missing)"),
                format!("，到达 {arrived}（缺 {share}）"),
            ),
        });
    }
    if let Some(read) = read {
        text.push_str(&say(
            lang,
            format!(", {read} read"),
            format!("，读到 {read}"),
        ));
    }
    text
}

/// Whether it is known what a program received. Analysis measures it of those only that tell.
fn keeps_diary(analysis: &Analysis, end: &End) -> bool {
    let path = end
        .host
        .clone()
        .zip(end.program.clone())
        .map(|(host, peer)| ValuePath {
            host,
            peer,
            metric: Metric::DatagramsReceived,
        });
    path.is_some_and(|path| analysis.value(&path).is_some())
}
