//! What a capture alone shows of the wire: the segments of each connection, the datagrams of each
//! conversation, by frame.

use super::{
    WIDTH,
    layout::item,
    quantity::{count, plural, time},
    say,
};
use analysis::{
    Analysis, Listing,
    model::{
        connection::{Connection, Direction},
        flow::Flow,
    },
};
use scenario::text::Lang;

/// Most connections, and conversations, whose packets are listed, and most of one direction.
pub(crate) const LISTING: Listing = Listing {
    conversations: 3,
    packets: 12,
};
/// A space at which no line ends, until lines are made.
const GLUE: &str = "\u{a0}";

/// The first segments and datagrams of the first connections and conversations.
pub(super) fn packets(analysis: &Analysis, lang: Lang) -> String {
    let start = analysis
        .captures
        .iter()
        .filter_map(|capture| capture.first)
        .min()
        .unwrap_or(0);
    let connections = (0..).zip(&analysis.connections).take(LISTING.conversations);
    let segments = connections.flat_map(|(number, connection)| {
        Direction::BOTH.map(|way| segments(number, connection, way, start, lang))
    });
    let flows = (0..).zip(&analysis.flows).take(LISTING.conversations);
    let datagrams = flows.flat_map(|(number, flow)| {
        Direction::BOTH.map(|way| datagrams(number, flow, way, start, lang))
    });
    let lists: String = segments
        .chain(datagrams)
        .flatten()
        .map(|list| listed(&list))
        .collect();
    if lists.is_empty() {
        return lists;
    }
    let key = say(
        lang,
        "What carries payload: frame, bytes, time since the capture began.\n",
        "带载荷的包：帧号、字节数、距抓包开始的时间。\n",
    );
    key + &lists
}

/// A list in lines.
pub(super) fn listed(list: &str) -> String {
    item(list, 0, WIDTH).replace(GLUE, " ")
}

/// The first segments of one direction.
pub(super) fn segments(
    number: usize,
    connection: &Connection,
    way: Direction,
    start: u64,
    lang: Lang,
) -> Option<String> {
    let stream = connection.stream(way);
    let sent = stream.segments.len() as u64 + stream.unlisted.segments;
    let (from, to) = (
        connection.sender(way).address,
        connection.receiver(way).address,
    );
    let many = say(
        lang,
        plural(sent, "segment"),
        format!("{} 个报文段", count(sent)),
    );
    let each = stream.segments.iter().map(|segment| {
        let again = match segment.is_retransmission() {
            true => say(lang, "\u{a0}again", "\u{a0}重传"),
            false => String::new(),
        };
        packet(segment.frame, segment.len(), segment.at, start) + &again
    });
    list(
        sent,
        format!("tcp {number}: {from} → {to}"),
        many,
        each,
        lang,
    )
}

fn datagrams(number: usize, flow: &Flow, way: Direction, start: u64, lang: Lang) -> Option<String> {
    let listed = &flow.datagrams[way.index()];
    let sent = listed.len() as u64 + flow.unlisted[way.index()];
    let (from, to) = (flow.sender(way).address, flow.receiver(way).address);
    let many = say(
        lang,
        plural(sent, "datagram"),
        format!("{} 个数据报", count(sent)),
    );
    let each = listed
        .iter()
        .map(|datagram| packet(datagram.frame, datagram.len, datagram.at, start));
    list(
        sent,
        format!("udp {number}: {from} → {to}"),
        many,
        each,
        lang,
    )
}

/// `#6 7 B +80.6 ms`: frame, payload, time since the capture began. No line ends inside of it.
fn packet(frame: u64, len: u64, at: u64, start: u64) -> String {
    let since = time(at.saturating_sub(start));
    format!("#{frame} {} B +{since}", count(len)).replace(' ', GLUE)
}

fn list(
    number: u64,
    label: String,
    many: String,
    each: impl Iterator<Item = String>,
    lang: Lang,
) -> Option<String> {
    if number == 0 {
        return None;
    }
    let mut shown: Vec<String> = each.take(LISTING.packets).collect();
    let rest = number.saturating_sub(LISTING.packets as u64);
    if rest > 0 {
        let rest = count(rest);
        shown.push(say(lang, format!("{rest} more"), format!("另有 {rest} 个")));
    }
    let comma = say(lang, ", ", "，");
    let text = format!("{label}{comma}{many}\n{}", shown.join(&comma));
    Some(text)
}
