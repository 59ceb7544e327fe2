//! The picture: what became of a stream's bytes, lane by lane, message → write → segment → read →
//! understood, all over the same bytes from left to right.

use super::{
    WIDTH,
    layout::{cut, left, width},
    quantity::{count, plural, time},
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
/// Columns that every piece of every lane has at least.
const LEAST: usize = 2;

/// One box of a lane.
struct Piece {
    range: Range<u64>,
    label: String,
}

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
    let sums = lanes.iter().map(|lane| width(&lane.sum)).max().unwrap_or(0);
    let room = BYTES.min(WIDTH.saturating_sub(NAME + sums + 4));
    let columns = Columns::new(&drawn, lanes.iter().flat_map(|lane| &lane.pieces), room);
    let mut text = String::new();
    for lane in &lanes {
        let boxes = columns.draw(&lane.pieces);
        let line = format!(
            "  {}{}  {}",
            left(&lane.name, NAME),
            left(&boxes, room),
            lane.sum
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let rest = stream.messages.len().saturating_sub(DRAWN);
    if rest > 0 {
        text.push_str(&say(
            lang,
            format!(
                "  The first {DRAWN} messages are drawn, {} more follow.\n",
                count(rest as u64)
            ),
            format!(
                "  画出前 {DRAWN} 条消息，其后还有 {} 条。\n",
                count(rest as u64)
            ),
        ));
    }
    text
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
    let bytes: u64 = stream
        .messages
        .iter()
        .map(|m| m.range.end - m.range.start)
        .sum();
    let pieces = stream.messages.iter().map(|message| Piece {
        range: message.range.clone(),
        label: printable(message.text.as_deref()),
    });
    let name = say(lang, "message", "消息");
    let sum = say(
        lang,
        format!("{}, {}", plural(number, "message"), plural(bytes, "byte")),
        format!("{} 条消息，{} 字节", count(number), count(bytes)),
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
        format!("{}, {within}", plural(number, "write")),
        format!("{} 次写，{within}", count(number)),
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
            format!(", {again} again"),
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
            printable(understood.text.as_deref()),
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

/// A text that can stand in a line, whatever bytes it was.
fn printable(text: Option<&str>) -> String {
    text.unwrap_or("?")
        .chars()
        .map(|c| if c.is_control() { '·' } else { c })
        .collect()
}

/// Which column each offset stands in. Not to scale: every piece gets room for its ends, the rest
/// is shared out by size.
struct Columns {
    edges: Vec<u64>,
    columns: Vec<usize>,
}

impl Columns {
    fn new<'a>(window: &Range<u64>, pieces: impl Iterator<Item = &'a Piece>, room: usize) -> Self {
        let clip = |offset: u64| offset.clamp(window.start, window.end);
        let mut edges: Vec<u64> = pieces
            .flat_map(|piece| [clip(piece.range.start), clip(piece.range.end)])
            .collect();
        edges.extend([window.start, window.end]);
        edges.sort_unstable();
        edges.dedup();
        let gaps = edges.len() - 1;
        let least = LEAST.min(room / gaps.max(1));
        let spare = room.saturating_sub(least * gaps);
        let bytes = (window.end - window.start).max(1);
        let mut columns = vec![0];
        for (gap, edge) in (1..).zip(&edges[1..]) {
            let share = u128::from(edge - window.start) * spare as u128 / u128::from(bytes);
            columns.push(least * gap + share as usize);
        }
        Self { edges, columns }
    }

    fn column(&self, offset: u64) -> usize {
        let place = self.edges.partition_point(|edge| *edge < offset);
        self.columns[place.min(self.columns.len() - 1)]
    }

    fn draw(&self, pieces: &[Piece]) -> String {
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        let mut line = String::new();
        for piece in pieces {
            if piece.range.end <= first || piece.range.start >= last {
                continue;
            }
            let (from, to) = (self.column(piece.range.start), self.column(piece.range.end));
            let behind = width(&line);
            if from < behind || to <= from {
                continue;
            }
            line.push_str(&" ".repeat(from - behind));
            line.push_str(&boxed(&piece.label, to - from));
        }
        line
    }
}

/// `├──label──┤`, as far as there is room.
fn boxed(label: &str, columns: usize) -> String {
    match columns {
        0 => String::new(),
        1 => "│".to_owned(),
        _ => {
            let inside = columns - 2;
            let label = if width(label) > inside {
                cut(label, inside)
            } else {
                label.to_owned()
            };
            let rest = inside - width(&label);
            let before = rest / 2;
            format!(
                "├{}{label}{}┤",
                "─".repeat(before),
                "─".repeat(rest - before)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_have_exactly_the_room_they_are_given() {
        assert_eq!(boxed("Michael", 13), "├──Michael──┤");
        assert_eq!(boxed("Michael", 6), "├Mic…┤");
        assert_eq!(boxed("名字", 6), "├名字┤");
        assert_eq!(boxed("12", 2), "├┤");
        assert_eq!(boxed("12", 1), "│");
        for columns in 0..20 {
            assert_eq!(width(&boxed("粘包 sticky", columns)), columns);
        }
    }

    #[test]
    fn every_piece_has_room_for_its_ends() {
        let pieces: Vec<Piece> = (0..6)
            .map(|n| Piece {
                range: n * n * n * 100..(n + 1).pow(3) * 100,
                label: String::new(),
            })
            .collect();
        let columns = Columns::new(&(0..21_600), pieces.iter(), BYTES);
        assert_eq!(columns.columns.first(), Some(&0));
        assert_eq!(columns.columns.last(), Some(&BYTES));
        assert!(
            columns
                .columns
                .windows(2)
                .all(|pair| pair[1] >= pair[0] + LEAST)
        );
        assert_eq!(width(&columns.draw(&pieces)), BYTES);
    }
}
