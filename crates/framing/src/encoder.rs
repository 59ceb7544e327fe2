//! From messages to bytes.

use crate::{EncodeError, Framing, LAST_CHUNK, Prefix, chunk, chunked::size_line};

/// Makes the bytes of messages.
#[derive(Clone, Debug)]
pub struct Encoder {
    framing: Framing,
    max: u64,
}

/// What is to be done for a message, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Write these bytes.
    Bytes(Vec<u8>),
    /// Read any reply before going on (the handshake's).
    AwaitReply,
}

impl Encoder {
    /// For messages of at most `max` bytes.
    pub fn new(framing: Framing, max: u64) -> Self {
        Self { framing, max }
    }

    /// The pieces that carry this message, and where among their bytes its body begins.
    ///
    /// # Errors
    /// The framing can't carry it.
    pub fn encode(&self, body: &[u8]) -> Result<(Vec<Piece>, u64), EncodeError> {
        let length = body.len() as u64;
        let max = self.longest();
        if length > max {
            return Err(EncodeError::TooLong { length, max });
        }
        if body.is_empty() && !self.carries_nothing() {
            return Err(EncodeError::Empty {
                framing: self.framing.to_string(),
            });
        }
        let whole = |bytes: Vec<u8>, header: u64| Ok((vec![Piece::Bytes(bytes)], header));
        let behind = |mut bytes: Vec<u8>, body: &[u8]| {
            let header = bytes.len() as u64;
            bytes.extend_from_slice(body);
            whole(bytes, header)
        };
        match &self.framing {
            Framing::None | Framing::UntilClose => whole(body.to_vec(), 0),
            Framing::Handshake => {
                let text = length.to_string().into_bytes();
                let header = text.len() as u64;
                let pieces = vec![
                    Piece::Bytes(text),
                    Piece::AwaitReply,
                    Piece::Bytes(body.to_vec()),
                ];
                Ok((pieces, header))
            }
            Framing::LengthPrefix(prefix) => behind(prefix.encode(length), body),
            // The sender has nothing to do with how the length is read.
            Framing::PrefixInOneRead => behind(Prefix::I32Le.encode(length), body),
            Framing::ContentLength => behind(
                format!("Content-Length: {length}\r\n\r\n").into_bytes(),
                body,
            ),
            Framing::Chunked if body.is_empty() => {
                whole(LAST_CHUNK.to_vec(), LAST_CHUNK.len() as u64)
            }
            Framing::Chunked => {
                let header = size_line(body).len() as u64;
                whole([&chunk(body)[..], LAST_CHUNK].concat(), header)
            }
            Framing::Delimiter(mark) => {
                // The mark must not begin in the body and end in itself either.
                let bytes = [body, mark].concat();
                match bytes.windows(mark.len()).position(|window| window == mark) {
                    Some(position) if position < body.len() => {
                        Err(EncodeError::DelimiterInside { position })
                    }
                    _ => whole(bytes, 0),
                }
            }
            Framing::Fixed(size) if body.len() != *size => Err(EncodeError::WrongSize {
                length: body.len(),
                size: *size,
            }),
            Framing::Fixed(_) => whole(body.to_vec(), 0),
        }
    }

    /// Whether an empty message can be told from none.
    fn carries_nothing(&self) -> bool {
        matches!(
            self.framing,
            Framing::Delimiter(_) | Framing::UntilClose | Framing::ContentLength | Framing::Chunked
        )
    }

    fn longest(&self) -> u64 {
        match &self.framing {
            Framing::PrefixInOneRead => self.max.min(Prefix::I32Le.largest()),
            Framing::LengthPrefix(prefix) => self.max.min(prefix.largest()),
            _ => self.max,
        }
    }
}
