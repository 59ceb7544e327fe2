//! Binary lengths in front of messages.

/// The width and byte order of a binary length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Four bytes, little-endian, signed: Python's `struct.pack("i", n)` on the usual machines.
    I32Le,
    /// Two bytes, big-endian (network byte order).
    U16Be,
    /// Four bytes, big-endian (network byte order).
    U32Be,
}

impl Prefix {
    /// How many bytes it has.
    pub fn width(self) -> usize {
        match self {
            Self::I32Le | Self::U32Be => 4,
            Self::U16Be => 2,
        }
    }

    pub(crate) fn largest(self) -> u64 {
        match self {
            Self::I32Le => i32::MAX.unsigned_abs().into(),
            Self::U16Be => u16::MAX.into(),
            Self::U32Be => u32::MAX.into(),
        }
    }

    /// `length` is within [`Self::largest`].
    pub(crate) fn encode(self, length: u64) -> Vec<u8> {
        match self {
            Self::I32Le => (length as i32).to_le_bytes().to_vec(),
            Self::U16Be => (length as u16).to_be_bytes().to_vec(),
            Self::U32Be => (length as u32).to_be_bytes().to_vec(),
        }
    }

    /// What the first [`Self::width`] bytes say; `None` while there are fewer.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<i64> {
        Some(match self {
            Self::I32Le => i32::from_le_bytes(*bytes.first_chunk()?).into(),
            Self::U16Be => u16::from_be_bytes(*bytes.first_chunk()?).into(),
            Self::U32Be => u32::from_be_bytes(*bytes.first_chunk()?).into(),
        })
    }
}
