//! From bytes to messages.

use crate::{DecodeError, Framing};
use std::{mem, ops::Range};

/// Finds the messages in what reads return.
///
/// Memory grows with what has arrived, never with what a length announces.
#[derive(Clone, Debug)]
pub struct Decoder {
    framing: Framing,
    max: u64,
    /// What has arrived and is not part of a message yet, and the stream offset of its first byte.
    buffer: Vec<u8>,
    start: u64,
    /// Handshake: the length of the body that is being awaited, and where its message began.
    announced: Option<(u64, u64)>,
    /// Delimiter: how much of the buffer is known to hold none.
    searched: usize,
}

/// A message in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its byte range in the stream, with framing.
    pub range: Range<u64>,
    /// Its body's.
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
            start: 0,
            announced: None,
            searched: 0,
        }
    }

    /// Takes what one read returned. Take out everything with [`next`](Self::next) before the next
    /// read's bytes are pushed: [`Framing::None`] takes what is there for one message.
    pub fn push(&mut self, read: &[u8]) {
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
        if self.buffer.is_empty() {
            return Ok(None);
        }
        match &self.framing {
            Framing::None => {
                let length = self.buffer.len();
                self.check(self.start, length as u64)?;
                Ok(Some(self.frame(0, length, 0)))
            }
            Framing::Handshake => self.next_of_handshake(),
            Framing::LengthPrefix(prefix) => {
                let Some(length) = prefix.decode(&self.buffer) else {
                    return Ok(None);
                };
                let header = prefix.width();
                let length = self.length(self.start, length)?;
                // A length within the limit may still be more than this machine can count.
                let whole = usize::try_from(length)
                    .ok()
                    .and_then(|n| n.checked_add(header));
                Ok(match whole {
                    Some(whole) if whole <= self.buffer.len() => Some(self.frame(header, whole, 0)),
                    _ => None,
                })
            }
            Framing::Delimiter(mark) => {
                let width = mark.len();
                let from = self.searched.saturating_sub(width - 1);
                let found = self.buffer[from..]
                    .windows(width)
                    .position(|window| window == mark);
                let length = found.map_or(self.buffer.len(), |position| from + position);
                // What may yet turn out to be the mark's beginning is not held against the message.
                let certain = if found.is_some() {
                    length
                } else {
                    length.saturating_sub(width - 1)
                };
                self.check(self.start, certain as u64)?;
                self.searched = self.buffer.len();
                Ok(found.map(|_| self.frame(0, length + width, width)))
            }
            Framing::Fixed(size) => {
                let size = *size;
                self.check(self.start, size as u64)?;
                Ok((self.buffer.len() >= size).then(|| self.frame(0, size, 0)))
            }
            Framing::UntilClose => {
                self.check(self.start, self.buffer.len() as u64)?;
                Ok(None)
            }
        }
    }

    /// The stream has ended: the message that its end completes, if any.
    ///
    /// # Errors
    /// It ends inside a message.
    pub fn finish(&mut self) -> Result<Option<Frame>, DecodeError> {
        let end = self.start + self.buffer.len() as u64;
        match (&self.framing, self.announced) {
            (Framing::UntilClose, _) if end > 0 => {
                let length = self.buffer.len();
                match self.frame(0, length, 0) {
                    Decoded::Frame(frame) => Ok(Some(frame)),
                    Decoded::ReplyAwaited => Ok(None),
                }
            }
            (_, Some((_, offset))) => Err(DecodeError::Cut { offset, end }),
            (_, None) if self.buffer.is_empty() => Ok(None),
            (_, None) => Err(DecodeError::Cut {
                offset: self.start,
                end,
            }),
        }
    }

    fn next_of_handshake(&mut self) -> Result<Option<Decoded>, DecodeError> {
        if let Some((length, message)) = self.announced {
            let Ok(length) = usize::try_from(length) else {
                return Ok(None);
            };
            if self.buffer.len() < length {
                return Ok(None);
            }
            self.announced = None;
            let Decoded::Frame(frame) = self.frame(0, length, 0) else {
                return Ok(None);
            };
            return Ok(Some(Decoded::Frame(Frame {
                range: message..frame.range.end,
                ..frame
            })));
        }
        let text = mem::take(&mut self.buffer);
        let offset = self.start;
        let number: Option<i64> = std::str::from_utf8(&text)
            .ok()
            .and_then(|t| t.trim().parse().ok());
        let Some(number) = number else {
            let text = String::from_utf8_lossy(&text).chars().take(32).collect();
            return Err(DecodeError::NotANumber { offset, text });
        };
        let length = self.length(offset, number)?;
        self.start += text.len() as u64;
        self.announced = Some((length, offset));
        Ok(Some(Decoded::ReplyAwaited))
    }

    /// Cuts the first `whole` bytes off the buffer as a frame whose body lies between `header` bytes
    /// at its front and `trailer` bytes at its end.
    fn frame(&mut self, header: usize, whole: usize, trailer: usize) -> Decoded {
        let start = self.start;
        let bytes = self.buffer[header..whole - trailer].to_vec();
        self.buffer.drain(..whole);
        self.start += whole as u64;
        self.searched = 0;
        let body = start + header as u64..self.start - trailer as u64;
        Decoded::Frame(Frame {
            range: start..self.start,
            body,
            bytes,
        })
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
