//! Where something stands in a scenario file.

/// A piece of one line; lines and columns count from 1, columns in characters.
///
/// What runs over several lines is marked to the end of its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) len: usize,
}

impl Span {
    /// The file's very beginning.
    pub(crate) const START: Self = Self {
        line: 1,
        column: 1,
        len: 1,
    };

    /// The part of this scalar that `part`, a piece of its `text`, occupies. The whole, where the
    /// file spells the text in another way (escapes, several lines).
    pub(crate) fn of_part(self, text: &str, part: &str) -> Self {
        let characters = text.chars().count();
        let quote = match self.len.checked_sub(characters) {
            Some(0) => 0,
            Some(2) => 1,
            _ => return self,
        };
        let Some(before) = (part.as_ptr() as usize)
            .checked_sub(text.as_ptr() as usize)
            .and_then(|offset| text.get(..offset))
        else {
            return self;
        };
        Self {
            column: self.column + quote + before.chars().count(),
            len: part.chars().count().max(1),
            ..self
        }
    }
}

/// The lines of a text as YAML counts them (1.2, section 5.4): a carriage return alone ends one.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\r', '\n']) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after.strip_prefix("\r\n").unwrap_or(&after[1..]);
    }
    lines.push(rest);
    lines
}
