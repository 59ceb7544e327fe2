//! The last bytes of a stream, for showing the messages that are made of them.

use std::ops::Range;

/// Bytes that are certainly kept.
const KEPT: usize = 64 << 10;
/// Longest message that is shown.
const SHOWN: u64 = 200;

/// The bytes that arrived last.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    bytes: Vec<u8>,
    /// Stream offset behind the last of `bytes`.
    end: u64,
}

impl Recent {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.end += bytes.len() as u64;
        if self.bytes.len() > 2 * KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
        }
    }

    /// The bytes of this range of the stream, unless they are too many to show, or gone.
    pub(crate) fn get(&self, range: &Range<u64>) -> Option<&[u8]> {
        let start = self.end - self.bytes.len() as u64;
        if range.end.checked_sub(range.start)? > SHOWN {
            return None;
        }
        let from = usize::try_from(range.start.checked_sub(start)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(start)?).ok()?;
        self.bytes.get(from..to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_by_its_offsets() {
        let mut recent = Recent::default();
        recent.push(b"Michael");
        recent.push(b"Tracy");
        assert_eq!(recent.get(&(0..7)), Some(&b"Michael"[..]));
        assert_eq!(recent.get(&(7..12)), Some(&b"Tracy"[..]));
        assert_eq!(recent.get(&(7..13)), None);

        recent.push(&[b'x'; 3 * KEPT]);
        recent.push(b"Sarah");
        let end = 12 + 3 * KEPT as u64 + 5;
        assert_eq!(recent.get(&(end - 5..end)), Some(&b"Sarah"[..]));
        assert_eq!(recent.get(&(0..7)), None, "forgotten");
        assert_eq!(recent.get(&(end - 1000..end)), None, "too long to show");
    }
}
