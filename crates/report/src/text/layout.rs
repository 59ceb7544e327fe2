//! Columns of text, where some characters are two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Units that stay on the line of their number.
const UNITS: [&str; 10] = ["ns", "µs", "ms", "s", "B", "kB", "MB", "GB", "%", "="];

/// How many columns the text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces behind it up to that many columns.
pub(super) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text with spaces before it up to that many columns.
pub(super) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text with a `·` for each character that would move the cursor, change the direction of
/// writing or not show at all: what programs send must not rearrange the terminal.
pub(super) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            )
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
    };
    text.chars()
        .map(|c| if hidden(c) { '·' } else { c })
        .collect()
}

/// The text, cut to that many columns with `…` at the end where it is longer.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        let before = kept.len();
        kept.push(character);
        if width(&kept) + 1 > columns {
            kept.truncate(before);
            break;
        }
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text, cut to that many columns with `…` in its middle where it is longer: of an address
/// the port stays.
pub(super) fn cut_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let behind = columns.saturating_sub(1) / 2;
    let mut tail = String::new();
    for character in text.chars().rev() {
        tail.insert(0, character);
        if width(&tail) > behind {
            tail.remove(0);
            break;
        }
    }
    cut(text, columns - width(&tail)) + &tail
}

/// A paragraph: lines of at most `columns`, each behind `indent` spaces, broken at spaces and
/// between wide characters.
pub(crate) fn wrap(text: &str, indent: usize, columns: usize) -> String {
    lines(text, indent, indent, columns)
}

/// An item of a list: as [`wrap`], with all lines but the first two columns further in.
pub(crate) fn item(text: &str, indent: usize, columns: usize) -> String {
    lines(text, indent, indent + 2, columns)
}

fn lines(text: &str, first: usize, later: usize, columns: usize) -> String {
    // Two columns at least: any character fits.
    let room = |lines: &Vec<String>| {
        let indent = if lines.is_empty() { first } else { later };
        columns.saturating_sub(indent).max(2)
    };
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let (paragraph, mut line) = (printable(paragraph), String::new());
        for piece in pieces(&paragraph) {
            if !line.is_empty() && width(&format!("{line}{}", piece.trim_end())) > room(&lines) {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(piece);
            while width(line.trim_end()) > room(&lines) {
                let rest = line.split_off(fitting(&line, room(&lines)));
                lines.push(std::mem::replace(&mut line, rest));
            }
        }
        lines.push(line);
    }
    let margins = [" ".repeat(first), " ".repeat(later)];
    let margin = |at: usize| &margins[at.min(1)];
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| match line.trim() {
            "" => "\n".to_owned(),
            line => format!("{}{line}\n", margin(at)),
        })
        .collect()
}

/// How many bytes of a line fit into so many columns, and at least one character.
fn fitting(line: &str, columns: usize) -> usize {
    let ends = line.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut fitting = 0;
    for end in ends {
        if fitting > 0 && width(&line[..end]) > columns {
            break;
        }
        fitting = end;
    }
    fitting
}

/// The text in pieces between which a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let Some(next) = characters.peek().map(|(_, next)| *next) else {
            break;
        };
        let may_end = if character == ' ' {
            !belongs_together(&text[start..at], &text[end..])
        } else {
            let wide = |c: char| c.width() == Some(2);
            // A closing mark stays with what it closes, a quote with what it quotes.
            let closes = "，。、：；）！？\"".contains(next);
            (wide(character) || wide(next)) && !closes && !"（\"".contains(character)
        };
        if may_end {
            pieces.push(&text[start..end]);
            start = end;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether a space stands inside of one thing: `40.2 ms`, `n = 10`, `RFC 896`, `#6 … #25`.
fn belongs_together(before: &str, after: &str) -> bool {
    let next = after
        .split(|c: char| !(c.is_alphabetic() || "%=".contains(c)))
        .next()
        .unwrap_or_default();
    let counted = before.ends_with(|c: char| c.is_ascii_digit());
    (counted && UNITS.contains(&next))
        || next == "="
        || after.starts_with('…')
        || before.ends_with(['=', '…'])
        || before.ends_with("RFC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(left("粘包", 6), "粘包  ");
        assert_eq!(right("ab", 4), "  ab");
        assert_eq!(cut("粘包问题", 5), "粘包…");
        assert_eq!(cut("Michael", 7), "Michael");
        assert_eq!(cut("Michael", 4), "Mic…");
        assert_eq!(cut_middle("[2001:db8::1]:443", 9), "[200…:443");
        assert_eq!(cut_middle("[2001:db8::1]:443", 17), "[2001:db8::1]:443");
    }

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three\n");
        assert_eq!(
            wrap("内核把它们留住，直到", 0, 15),
            "内核把它们留\n住，直到\n"
        );
        assert_eq!(item("one two three", 2, 9), "  one two\n    three\n");
    }

    #[test]
    fn what_has_no_place_to_break_is_broken_anyway() {
        assert_eq!(wrap("unbreakable", 0, 4), "unbr\neaka\nble\n");
        assert_eq!(item("no unbreakable", 0, 6), "no\n  unbr\n  eaka\n  ble\n");
    }

    #[test]
    fn numbers_stay_with_their_units() {
        assert_eq!(wrap("measured 20.1 ms", 0, 14), "measured\n20.1 ms\n");
        assert_eq!(wrap("client (n = 10)", 0, 12), "client\n(n = 10)\n");
        assert_eq!(wrap("algorithm, RFC 896", 0, 15), "algorithm,\nRFC 896\n");
        assert_eq!(wrap("in 3 segments", 0, 6), "in 3\nsegmen\nts\n");
    }

    #[test]
    fn what_programs_send_does_not_move_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\u{202e}c"), "a·[2Jb···c");
        assert_eq!(wrap("one\n\ttwo", 0, 9), "one\n·two\n");
    }
}
