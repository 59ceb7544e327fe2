//! From bytes to messages.

use crate::{DecodeError, Framing, Head, Prefix, chunked::Chunks};
use std::ops::Range;

/// Finds the messages in what reads return.
///
/// Memory grows with what has arrived, never with what a length announces.
#[derive(Clone, Debug)]
pub struct Decoder {
    framing: Framing,
    max: u64,
    /// What has arrived; of it, how much belongs to messages that were handed out, and the stream
    /// offset of the first byte behind them. Handed-out bytes are dropped once per read rather than
    /// once per message, so a read that holds many messages costs its length, not its square.
    buffer: Vec<u8>,
    taken: usize,
    start: u64,
    /// Handshake, and a length in one read: the length of the body that is being awaited, and where
    /// its message began.
    announced: Option<(u64, u64)>,
    /// Delimiter: how many of the bytes that are left are known to hold none.
    searched: usize,
    /// Chunks: how far the message that is being awaited has come.
    chunks: Chunks,
}

/// A message in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its byte range in the stream, with framing.
    pub range: Range<u64>,
    /// Its body's; with several chunks, their sizes stand in between.
    pub body: Range<u64>,
    /// The body.
    pub bytes: Vec<u8>,
}

/// What a decoder finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A message.
    Frame(Frame),
    /// A length, whose sender waits for any reply before it sends the body (handshake).
    ReplyAwaited,
}

impl Decoder {
    /// For messages of at most `max` bytes.
    pub fn new(framing: Framing, max: u64) -> Self {
        Self {
            framing,
            max,
            buffer: Vec::new(),
            taken: 0,
            start: 0,
            announced: None,
            searched: 0,
            chunks: Chunks::default(),
        }
    }

    /// Most bytes that the next read may ask for, where the framing says.
    pub fn wants(&self) -> Option<usize> {
        if self.framing != Framing::PrefixInOneRead {
            return None;
        }
        let rest = self.rest().len();
        Some(match self.announced {
            None => Prefix::I32Le.width(),
            Some((length, _)) => usize::try_from(length).unwrap_or(usize::MAX) - rest,
        })
    }

    /// Takes what one read returned. Take out everything with [`next`](Self::next) before the next
    /// read's bytes are pushed: [`Framing::None`] takes what is there for one message.
    pub fn push(&mut self, read: &[u8]) {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        self.buffer.extend_from_slice(read);
    }

    /// Passes over bytes of the stream that belong to no message (a handshake's reply).
    pub fn skip(&mut self, bytes: usize) {
        self.start += bytes as u64;
    }

    /// The next thing in what has arrived; `None` when more must arrive first.
    ///
    /// # Errors
    /// The bytes break the framing's rules. The stream can't be followed any further.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator can't be pushed to"
    )]
    pub fn next(&mut self) -> Result<Option<Decoded>, DecodeError> {
        if self.rest().is_empty() {
            return Ok(None);
        }
        let frame = match &self.framing {
            Framing::Handshake => {
                if self.announced.is_none() {
                    return self.announcement().map(Some);
                }
                self.announced_body()
            }
            Framing::PrefixInOneRead => {
                if self.announced.is_none() {
                    self.length_in_one_read()?;
                }
                self.announced_body()
            }
            Framing::None => {
                let length = self.rest().len();
                self.check(self.start, length as u64)?;
                Some(self.frame(0, length, 0))
            }
            Framing::LengthPrefix(prefix) => self.next_of_prefix(*prefix)?,
            Framing::Delimiter(_) => self.next_of_delimiter()?,
            Framing::ContentLength => self.next_behind_a_head()?,
            Framing::Chunked => self.next_in_chunks()?,
            Framing::Fixed(size) => {
                let size = *size;
                self.check(self.start, size as u64)?;
                (self.rest().len() >= size).then(|| self.frame(0, size, 0))
            }
            Framing::UntilClose => {
                self.check(self.start, self.rest().len() as u64)?;
                None
            }
        };
        Ok(frame.map(Decoded::Frame))
    }

    /// The stream has ended: the message that its end completes, if any.
    ///
    /// # Errors
    /// It ends inside a message.
    pub fn finish(&mut self) -> Result<Option<Frame>, DecodeError> {
        let length = self.rest().len();
        let begun = self.announced.map(|(_, offset)| offset);
        match (&self.framing, begun) {
            (_, None) if length == 0 => Ok(None),
            (Framing::UntilClose, _) => Ok(Some(self.frame(0, length, 0))),
            (_, begun) => Err(DecodeError::Cut {
                offset: begun.unwrap_or(self.start),
                end: self.start + length as u64,
            }),
        }
    }

    fn next_of_prefix(&mut self, prefix: Prefix) -> Result<Option<Frame>, DecodeError> {
        let Some(length) = prefix.decode(self.rest()) else {
            return Ok(None);
        };
        let header = prefix.width();
        let length = self.length(self.start, length)?;
        // A length within the limit may still be more than this machine can count.
        let whole = usize::try_from(length)
            .ok()
            .and_then(|n| n.checked_add(header));
        Ok(whole
            .filter(|whole| *whole <= self.rest().len())
            .map(|whole| self.frame(header, whole, 0)))
    }

    fn next_of_delimiter(&mut self) -> Result<Option<Frame>, DecodeError> {
        let Framing::Delimiter(mark) = &self.framing else {
            return Ok(None);
        };
        let width = mark.len();
        let rest = self.rest();
        let from = self.searched.saturating_sub(width - 1);
        let found = rest[from..]
            .windows(width)
            .position(|window| window == mark)
            .map(|position| from + position);
        // What may yet turn out to be the mark's beginning is not held against the message.
        let certain = found.unwrap_or(rest.len().saturating_sub(width - 1));
        let searched = rest.len();
        self.check(self.start, certain as u64)?;
        self.searched = searched;
        Ok(found.map(|length| self.frame(0, length + width, width)))
    }

    fn next_behind_a_head(&mut self) -> Result<Option<Frame>, DecodeError> {
        let offset = self.start;
        let Some(head) = Head::find(self.rest()) else {
            self.check(offset, self.rest().len() as u64)?;
            return Ok(None);
        };
        let header = head.len();
        let value = head.values("content-length").next();
        let value = value.ok_or(DecodeError::NoLength { offset })?;
        let digits = Some(value).filter(|value| value.iter().all(u8::is_ascii_digit));
        let number = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
        let Some(length) = number else {
            let text = String::from_utf8_lossy(value).chars().take(32).collect();
            return Err(DecodeError::NotANumber { offset, text });
        };
        self.check(offset, length)?;
        let whole = usize::try_from(length)
            .ok()
            .and_then(|n| n.checked_add(header));
        Ok(whole
            .filter(|whole| *whole <= self.rest().len())
            .map(|whole| self.frame(header, whole, 0)))
    }

    fn next_in_chunks(&mut self) -> Result<Option<Frame>, DecodeError> {
        let mut chunks = std::mem::take(&mut self.chunks);
        let Some(whole) = chunks.follow(self.rest(), self.start, self.max)? else {
            self.chunks = chunks;
            return Ok(None);
        };
        let start = self.start;
        self.advance(whole.length);
        Ok(Some(Frame {
            range: start..self.start,
            body: start + whole.body.start as u64..start + whole.body.end as u64,
            bytes: whole.bytes,
        }))
    }

    /// The body whose length has been read, once all of it is there.
    fn announced_body(&mut self) -> Option<Frame> {
        let (length, message) = self.announced?;
        let length = usize::try_from(length).ok();
        let length = length.filter(|length| *length <= self.rest().len())?;
        self.announced = None;
        let frame = self.frame(0, length, 0);
        Some(Frame {
            range: message..frame.range.end,
            ..frame
        })
    }

    /// Takes what is there of the four bytes for all of them.
    fn length_in_one_read(&mut self) -> Result<(), DecodeError> {
        let offset = self.start;
        let there = self.rest().len().min(Prefix::I32Le.width());
        let mut bytes = [0; 4];
        bytes[..there].copy_from_slice(&self.rest()[..there]);
        let length = self.length(offset, i32::from_le_bytes(bytes).into())?;
        self.advance(there);
        self.announced = Some((length, offset));
        Ok(())
    }

    /// Takes all that is there for a handshake's length: nothing marks its end.
    fn announcement(&mut self) -> Result<Decoded, DecodeError> {
        let offset = self.start;
        let text = String::from_utf8_lossy(self.rest());
        let Ok(number) = text.trim().parse() else {
            let text = text.chars().take(32).collect();
            return Err(DecodeError::NotANumber { offset, text });
        };
        let length = self.length(offset, number)?;
        self.advance(self.rest().len());
        self.announced = Some((length, offset));
        Ok(Decoded::ReplyAwaited)
    }

    /// What has arrived and is not part of a message yet.
    fn rest(&self) -> &[u8] {
        &self.buffer[self.taken..]
    }

    fn advance(&mut self, bytes: usize) {
        self.taken += bytes;
        self.start += bytes as u64;
        self.searched = 0;
    }

    /// Takes `whole` bytes as a frame whose body lies between `header` bytes at its front and
    /// `trailer` bytes at its end.
    fn frame(&mut self, header: usize, whole: usize, trailer: usize) -> Frame {
        let start = self.start;
        let bytes = self.rest()[header..whole - trailer].to_vec();
        self.advance(whole);
        Frame {
            range: start..self.start,
            body: start + header as u64..self.start - trailer as u64,
            bytes,
        }
    }

    fn length(&self, offset: u64, length: i64) -> Result<u64, DecodeError> {
        match u64::try_from(length) {
            Err(_) => Err(DecodeError::Negative { offset, length }),
            Ok(0) => Err(DecodeError::Zero { offset }),
            Ok(length) => self.check(offset, length),
        }
    }

    fn check(&self, offset: u64, length: u64) -> Result<u64, DecodeError> {
        if length > self.max {
            return Err(DecodeError::Oversize {
                offset,
                length,
                max: self.max,
            });
        }
        Ok(length)
    }
}
