//! The picture: what became of a stream's bytes, lane by lane, message → write → segment → read →
//! understood, all over the same bytes from left to right.

use super::{
    WIDTH,
    columns::{Columns, Piece},
    layout::{cut, left, printable, width},
    quantity::{bytes, count, plural, time},
    say,
};
use analysis::model::connection::{Connection, Direction, Stream};
use scenario::text::Lang;
use std::ops::Range;

/// Columns for the bytes, where the sums at the right leave so many.
const BYTES: usize = 42;
/// Columns for a lane's name.
const NAME: usize = 11;
/// Most messages that are drawn; more would leave no room for their names.
const DRAWN: usize = 6;
/// Most columns for what a lane sums up to.
const SUM: usize = 40;

/// The picture of one direction of a connection; empty when nothing was sent in it.
pub(super) fn picture(connection: &Connection, direction: Direction, lang: Lang) -> String {
    let stream = connection.stream(direction);
    let drawn = window(stream);
    if drawn.is_empty() {
        return String::new();
    }
    let lanes = [
        messages(stream, lang),
        writes(stream, lang),
        segments(stream, lang),
    ]
    .into_iter()
    .chain([reads(stream, lang), understood(stream, lang)])
    .flatten()
    .collect::<Vec<_>>();
    let sums = lanes.iter().map(|lane| width(&lane.sum)).max();
    let room = BYTES.min(WIDTH - (NAME + sums.unwrap_or(0).min(SUM) + 4));
    let columns = Columns::new(&drawn, lanes.iter().flat_map(|lane| &lane.pieces), room);
    let mut text = String::new();
    for lane in &lanes {
        let boxes = columns.draw(&lane.pieces);
        let line = format!(
            "  {}{}  {}",
            left(&lane.name, NAME),
            left(&boxes, room),
            cut(&lane.sum, SUM)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&undrawn(stream, lang));
    text
}

/// What is not drawn, as far as anything is.
fn undrawn(stream: &Stream, lang: Lang) -> String {
    let (number, en, zh) = if stream.messages.is_empty() {
        (stream.segments.len(), "segments", "个报文段")
    } else {
        (stream.messages.len(), "messages", "条消息")
    };
    let rest = match number.saturating_sub(DRAWN) {
        0 => return String::new(),
        rest => count(rest as u64),
    };
    say(
        lang,
        format!("  The first {DRAWN} {en} are drawn, {rest} more follow.\n"),
        format!("  画出前 {DRAWN} {zh}，其后还有 {rest} {zh}。\n"),
    )
}

struct Lane {
    name: String,
    pieces: Vec<Piece>,
    sum: String,
}

/// The bytes that are drawn: those of the first messages, else of the first segments.
fn window(stream: &Stream) -> Range<u64> {
    let ends: Vec<u64> = if stream.messages.is_empty() {
        stream
            .segments
            .iter()
            .map(|segment| segment.range.end)
            .collect()
    } else {
        stream
            .messages
            .iter()
            .map(|message| message.range.end)
            .collect()
    };
    let starts = stream.messages.first().map(|message| message.range.start);
    let start = starts.or_else(|| stream.segments.first().map(|segment| segment.range.start));
    match (start, ends.iter().take(DRAWN).max()) {
        (Some(start), Some(end)) if start < *end => start..*end,
        _ => 0..0,
    }
}

fn messages(stream: &Stream, lang: Lang) -> Option<Lane> {
    let number = stream.messages.len() as u64;
    let lengths = stream
        .messages
        .iter()
        .map(|message| message.range.end.saturating_sub(message.range.start));
    let size = match lengths.fold(0, u64::saturating_add) {
        size @ 0..10_000 => say(lang, plural(size, "byte"), format!("{size} 字节")),
        size => bytes(size),
    };
    let pieces = stream.messages.iter().map(|message| Piece {
        range: message.range.clone(),
        label: printable(message.text.as_deref().unwrap_or("?")),
    });
    let name = say(lang, "message", "消息");
    let sum = say(
        lang,
        format!("{}, {size}", plural(number, "message")),
        format!("{} 条消息，{size}", count(number)),
    );
    (number > 0).then(|| Lane {
        name,
        pieces: pieces.collect(),
        sum,
    })
}

fn writes(stream: &Stream, lang: Lang) -> Option<Lane> {
    let (first, last) = (stream.writes.first()?, stream.writes.last()?);
    let number = stream.writes.len() as u64;
    let pieces = (1..).zip(&stream.writes).map(|(n, write)| Piece {
        range: write.range.clone(),
        label: format!("{n}"),
    });
    let within = time(last.end.saturating_sub(first.begin));
    let name = say(lang, "write", "写");
    let sum = say(
        lang,
        format!("{} in {within}", plural(number, "write")),
        format!("{} 次写，历时 {within}", count(number)),
    );
    Some(Lane {
        name,
        pieces: pieces.collect(),
        sum,
    })
}

fn segments(stream: &Stream, lang: Lang) -> Option<Lane> {
    let number = stream.segments.len() as u64;
    let again = stream
        .segments
        .iter()
        .filter(|segment| segment.is_retransmission())
        .count();
    let fresh = stream
        .segments
        .iter()
        .filter(|segment| !segment.is_retransmission());
    let pieces = fresh.map(|segment| Piece {
        range: segment.fresh.clone(),
        label: format!("#{}", segment.frame),
    });
    let name = say(lang, "segment", "报文段");
    let mut sum = say(
        lang,
        plural(number, "segment"),
        format!("{} 个报文段", count(number)),
    );
    if again > 0 {
        sum.push_str(&say(
            lang,
            format!(", {again} sent again"),
            format!("，重传 {again}"),
        ));
    }
    (number > 0).then(|| Lane {
        name,
        pieces: pieces.collect(),
        sum,
    })
}

fn reads(stream: &Stream, lang: Lang) -> Option<Lane> {
    let number = stream.reads.len() as u64;
    let pieces = (1..).zip(&stream.reads).map(|(n, read)| Piece {
        range: read.range.clone(),
        label: format!("{n}"),
    });
    let name = say(lang, "read", "读");
    let sum = say(
        lang,
        plural(number, "read"),
        format!("{} 次读", count(number)),
    );
    (number > 0).then(|| Lane {
        name,
        pieces: pieces.collect(),
        sum,
    })
}

fn understood(stream: &Stream, lang: Lang) -> Option<Lane> {
    let number = stream.understood.len() as u64;
    let wrong = stream
        .understood
        .iter()
        .filter(|understood| !understood.right)
        .count();
    let pieces = stream.understood.iter().map(|understood| Piece {
        range: understood.range.clone(),
        label: format!(
            "{}{}",
            printable(understood.text.as_deref().unwrap_or("?")),
            if understood.right { "" } else { " ✗" }
        ),
    });
    let name = say(lang, "understood", "理解");
    let verdict = match (wrong, stream.messages.is_empty()) {
        (_, true) => String::new(),
        (0, _) if number == stream.messages.len() as u64 => say(lang, " ✓", " ✓"),
        (0, _) => String::new(),
        (wrong, _) => say(
            lang,
            format!(", {wrong} wrong ✗"),
            format!("，{wrong} 条错误 ✗"),
        ),
    };
    let sum = say(
        lang,
        format!("{}{verdict}", plural(number, "message")),
        format!("{} 条消息{verdict}", count(number)),
    );
    (number > 0).then(|| Lane {
        name,
        pieces: pieces.collect(),
        sum,
    })
}
