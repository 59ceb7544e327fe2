//! The bytes of a stream, as far as they were captured.

use protocol::Encoding;
use std::ops::Range;

/// How much of a message is quoted.
const EXCERPT: u64 = 48;

/// Pieces of a stream, borrowed from the packets that first carried them.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    /// Sorted by offset, not overlapping.
    pieces: Vec<(u64, &'a [u8])>,
}

impl<'a> Contents<'a> {
    /// Adds bytes that no packet carried before. They may come in any order.
    pub(crate) fn add(&mut self, offset: u64, bytes: &'a [u8]) {
        if bytes.is_empty() {
            return;
        }
        let at = self.pieces.partition_point(|(start, _)| *start < offset);
        self.pieces.insert(at, (offset, bytes));
    }

    /// The beginning of a range as text; `None` when its first byte was not captured.
    pub(crate) fn text(&self, range: &Range<u64>, encoding: Encoding) -> Option<String> {
        let end = range.end.min(range.start.saturating_add(EXCERPT));
        let mut bytes = Vec::new();
        let mut next = range.start;
        let from = self
            .pieces
            .partition_point(|(start, piece)| start + piece.len() as u64 <= next);
        for (start, piece) in &self.pieces[from..] {
            if *start > next || next >= end {
                break;
            }
            let skip = (next - start) as usize;
            let take = ((end - next) as usize).min(piece.len() - skip);
            bytes.extend_from_slice(&piece[skip..skip + take]);
            next += take as u64;
        }
        if bytes.is_empty() && !range.is_empty() {
            return None;
        }
        Some(text_of(&bytes, next < range.end, encoding))
    }
}

/// The beginning of some bytes as text.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let cut = bytes.len().min(EXCERPT as usize);
    text_of(&bytes[..cut], cut < bytes.len(), Encoding::Utf8)
}

/// A character that an excerpt's end cuts in two is left out; bytes that are none show as U+FFFD.
fn text_of(bytes: &[u8], cut: bool, encoding: Encoding) -> String {
    match cut {
        true => encoding.decode_beginning(bytes),
        false => encoding.decode(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_put_together_across_pieces() {
        let mut contents = Contents::default();
        contents.add(7, b"Tracy");
        contents.add(0, b"Michael");
        assert_eq!(
            contents.text(&(4..9), Encoding::Utf8).as_deref(),
            Some("aelTr")
        );
    }

    #[test]
    fn text_ends_where_the_capture_has_a_hole() {
        let mut contents = Contents::default();
        contents.add(0, b"Mich");
        contents.add(5, b"el");
        assert_eq!(
            contents.text(&(0..7), Encoding::Utf8).as_deref(),
            Some("Mich")
        );
        assert_eq!(contents.text(&(4..7), Encoding::Utf8), None);
    }

    #[test]
    fn a_long_text_never_ends_in_half_a_character() {
        let text = "粘包".repeat(20);
        assert_eq!(excerpt(text.as_bytes()), "粘包".repeat(8));
        let odd = format!("a{text}");
        assert!(!excerpt(odd.as_bytes()).contains('\u{fffd}'));
    }
    #[test]
    fn text_is_read_as_its_program_writes_it() {
        let bytes = Encoding::Gbk.encode("你好 ok");
        let mut contents = Contents::default();
        contents.add(0, &bytes);
        let text = |end: u64| contents.text(&(0..end), Encoding::Gbk);
        assert_eq!(text(7).as_deref(), Some("你好 ok"));
        let many = Encoding::Gbk.encode(&format!("a{}", "粘包".repeat(20)));
        let mut contents = Contents::default();
        contents.add(0, &many);
        let begins = contents
            .text(&(0..many.len() as u64), Encoding::Gbk)
            .unwrap();
        assert!(
            begins.ends_with('粘') && !begins.contains('\u{fffd}'),
            "{begins}"
        );
    }
}
