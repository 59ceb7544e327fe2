//! Columns of text, where some characters are two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

/// The text, cut to that many columns with `…` at the end where it is longer.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if width(&kept) + character.width().unwrap_or(0) + 1 > columns {
            break;
        }
        kept.push(character);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// A paragraph: lines of at most `columns`, each behind `indent` spaces, broken at spaces and
/// between wide characters.
pub(super) fn wrap(text: &str, indent: usize, columns: usize) -> String {
    let room = columns.saturating_sub(indent).max(1);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(piece);
    }
    lines.push(line);
    let margin = " ".repeat(indent);
    lines
        .iter()
        .map(|line| format!("{margin}{}\n", line.trim_end()))
        .collect()
}

/// The text in pieces between which a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let next = characters.peek().map(|(_, next)| *next);
        let wide = |c: char| c.width() == Some(2);
        // A closing mark stays with what it closes.
        let closes = next.is_some_and(|next| "，。、：；）！？".contains(next));
        let between_wide = next.is_some_and(|next| wide(character) || wide(next));
        if character == ' ' || (between_wide && !closes && !"（".contains(character)) {
            pieces.push(&text[start..end]);
            start = end;
        }
    }
    pieces.push(&text[start..]);
    pieces
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
    }

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three\n");
        assert_eq!(
            wrap("内核把它们留住，直到", 0, 14),
            "内核把它们留\n住，直到\n"
        );
        assert_eq!(wrap("unbreakable", 0, 4), "unbreakable\n");
    }
}
