//! Datagrams beside TCP: what became of the same messages without it.

use super::{WIDTH, layout::wrap, quantity::count, say, table::Table};
use analysis::{
    Analysis, BatchAnalysis,
    model::{
        connection::Direction,
        finding::{Finding, Place},
    },
};
use scenario::{finding::FindingCode, text::Lang};

/// What became of clients' datagrams, where the comparison is about TCP and something happened to them;
/// else empty.
pub(super) fn datagrams(batch: &BatchAnalysis, lang: Lang) -> String {
    let both = |run: &&Analysis| !run.flows.is_empty() && !run.connections.is_empty();
    let runs: Vec<&Analysis> = batch.runs.iter().filter(both).collect();
    let is_trouble = |finding: &Finding| matches!(finding.place, Place::Flow { .. });
    if !runs.iter().any(|run| run.findings.iter().any(is_trouble)) {
        return String::new();
    }
    let head = match lang {
        Lang::En => [
            "datagrams",
            "sent",
            "arrived",
            "lost",
            "twice",
            "out of order",
        ],
        Lang::Zh => ["数据报", "发出", "到达", "丢失", "重复", "乱序"],
    };
    let mut table = Table::new(head.map(str::to_owned).to_vec(), &[0]);
    for run in runs {
        let way = Direction::ClientToServer.index();
        let sent = || run.flows.iter().flat_map(|flow| &flow.datagrams[way]);
        let arrived = sent().filter(|datagram| !datagram.arrivals.is_empty());
        let arrived = arrived.count() as u64;
        let sent = sent().count() as u64;
        let is_clients = |finding: &&Finding| match finding.place {
            Place::Flow { direction, .. } => direction == Direction::ClientToServer,
            _ => false,
        };
        let found = |code| {
            let here = run.findings.iter().filter(is_clients);
            count(here.filter(|finding| finding.code == code).count() as u64)
        };
        table.row(vec![
            run.run().map(|run| run.variant.clone()).unwrap_or_default(),
            count(sent),
            count(arrived),
            count(sent - arrived),
            found(FindingCode::DatagramDuplicated),
            found(FindingCode::DatagramReordered),
        ]);
    }
    let legend = say(
        lang,
        "The same over UDP: clients' datagrams, each one message. What is lost stays lost, and nobody waits \
         for it.",
        "同样的内容走 UDP：客户端的数据报，每个一条消息。丢了就丢了，也没有谁为它等待。",
    );
    format!("\n{}\n{}", table.render(), wrap(&legend, 0, WIDTH))
}
