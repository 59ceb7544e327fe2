//! Blocks in the making.

use super::WriteError;
use std::io::Write;

/// A block: its type, a body, and its length in front and behind. The buffer is used again.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
}

impl Block {
    pub(super) fn begin(&mut self, kind: u32) -> &mut Self {
        self.bytes.clear();
        // The length takes its place when it is known.
        self.u32(kind).u32(0)
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes.extend(value.to_le_bytes());
        self
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes.extend(value.to_le_bytes());
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A time of two words, the upper one first whatever the byte order.
    pub(super) fn time(&mut self, nanos: u64) -> &mut Self {
        self.u32((nanos >> 32) as u32).u32(nanos as u32)
    }

    /// Fills up to a multiple of four bytes.
    pub(super) fn pad(&mut self) -> &mut Self {
        let len = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(len, 0);
        self
    }

    /// A code or type, the length of a value, and the value, padded.
    pub(super) fn record(&mut self, code: u16, value: &[u8]) -> Result<&mut Self, WriteError> {
        let len = u16::try_from(value.len()).map_err(WriteError::TooLong)?;
        Ok(self.u16(code).u16(len).bytes(value).pad())
    }

    /// A text as an option; an empty one is left out.
    pub(super) fn text(&mut self, code: u16, text: &str) -> Result<&mut Self, WriteError> {
        match text {
            "" => Ok(self),
            text => self.record(code, text.as_bytes()),
        }
    }

    /// The end of a list of options or records.
    pub(super) fn end_of_list(&mut self) -> &mut Self {
        self.u16(0).u16(0)
    }

    /// Completes the block and writes it at once.
    pub(super) fn write(&mut self, out: &mut impl Write) -> Result<(), WriteError> {
        let len = self.bytes.len() + 4;
        let word = u32::try_from(len).map_err(WriteError::TooLong)?;
        self.bytes[4..8].copy_from_slice(&word.to_le_bytes());
        self.u32(word);
        Ok(out.write_all(&self.bytes)?)
    }
}
