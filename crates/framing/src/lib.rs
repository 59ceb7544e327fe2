//! Message codecs over bytes, without I/O.
//!
//! A TCP stream has no messages, only bytes (RFC 9293, section 3.8); a [`Framing`] says how programs
//! mark messages off in it. A [`Decoder`] is given what reads return and hands out [`Frame`]s, with
//! the byte range that each has in the stream; an [`Encoder`] makes the bytes of a message.
//!
//! However a stream is cut into reads, the messages and their ranges are the same, with three
//! exceptions that are the point of the lab:
//!
//! * [`Framing::None`]: whatever one read returns is a message. That is the naive receiver.
//! * [`Framing::Handshake`]: its length has no end mark, so a length that arrives in two reads is
//!   misunderstood. The body may be cut anyhow.
//! * [`Framing::PrefixInOneRead`]: its length is what one read returned, whether that was all of it
//!   or not.

mod chunked;
mod decoder;
mod encoder;
mod error;
mod head;
mod mark;
mod prefix;
mod spec;

pub use chunked::{LAST_CHUNK, chunk};
pub use decoder::{Decoded, Decoder, Frame};
pub use encoder::{Encoder, Piece};
pub use error::{DecodeError, EncodeError};
pub use head::Head;
pub use prefix::Prefix;
pub use spec::{Framing, FramingError};

/// Largest message that codecs take unless told otherwise: 16 MiB.
pub const MAX_MESSAGE: u64 = 16 << 20;

#[cfg(test)]
mod tests;
