//! Which codec frames a stream, as users write it.

use crate::{Prefix, mark};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How messages are marked off in a byte stream.
///
/// Written as `none`, `handshake`, `i32`, `i32-one-read`, `u16`, `u32`, `delimiter:\n`, `fixed:16`,
/// `content-length`, `chunked` or `until-close`.
/// In a delimiter `\n`, `\r`, `\t`, `\0`, `\\` and `\x00` to `\xff` stand for single bytes; any other
/// text stands for itself, in UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Framing {
    /// No marks at all: whatever one read returns is taken for one message (the naive receiver).
    #[default]
    None,
    /// Decimal length as text, any reply from the receiver, then the body.
    Handshake,
    /// A binary length in front of the body.
    LengthPrefix(Prefix),
    /// [`Prefix::I32Le`] whose receiver reads the four bytes with one read, and takes what that read
    /// returned for all of them (missing ones count as 0).
    PrefixInOneRead,
    /// A byte sequence behind every message; at least one byte.
    Delimiter(Vec<u8>),
    /// Every message has this many bytes; at least one.
    Fixed(usize),
    /// Lines of text in front of the body, up to an empty one; one of them is `Content-Length: N`
    /// (RFC 9112, section 6.2).
    ContentLength,
    /// The body in chunks, each with its size in front, the last of size 0 (RFC 9112, section 7.1).
    Chunked,
    /// The whole stream is one message; its end is the sender's close.
    UntilClose,
}

/// A framing that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    /// None of the names, or a number that is none.
    #[error(
        "unknown framing `{0}`: write none, handshake, i32, i32-one-read, u16, u32, delimiter:TEXT, \
         fixed:N, content-length, chunked or until-close"
    )]
    Unknown(
        /// What was written.
        String,
    ),
    /// A backslash in a delimiter that begins nothing known.
    #[error(
        "unknown escape in delimiter `{0}`: write \\n, \\r, \\t, \\0, \\xff (any two hex digits), or \\\\ \
         for a backslash"
    )]
    Escape(
        /// The delimiter as it was written.
        String,
    ),
}

impl FromStr for Framing {
    type Err = FramingError;

    fn from_str(text: &str) -> Result<Self, FramingError> {
        let unknown = || FramingError::Unknown(text.to_owned());
        Ok(match text {
            "none" => Self::None,
            "handshake" => Self::Handshake,
            "i32" => Self::LengthPrefix(Prefix::I32Le),
            "i32-one-read" => Self::PrefixInOneRead,
            "u16" => Self::LengthPrefix(Prefix::U16Be),
            "u32" => Self::LengthPrefix(Prefix::U32Be),
            "content-length" => Self::ContentLength,
            "chunked" => Self::Chunked,
            "until-close" => Self::UntilClose,
            _ => match text.split_once(':') {
                Some(("fixed", n)) => match n.parse() {
                    Ok(n) if n > 0 => Self::Fixed(n),
                    _ => return Err(unknown()),
                },
                Some(("delimiter", text)) if !text.is_empty() => Self::Delimiter(
                    mark::parse(text).ok_or_else(|| FramingError::Escape(text.to_owned()))?,
                ),
                _ => return Err(unknown()),
            },
        })
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Handshake => f.write_str("handshake"),
            Self::LengthPrefix(Prefix::I32Le) => f.write_str("i32"),
            Self::PrefixInOneRead => f.write_str("i32-one-read"),
            Self::LengthPrefix(Prefix::U16Be) => f.write_str("u16"),
            Self::LengthPrefix(Prefix::U32Be) => f.write_str("u32"),
            Self::Delimiter(bytes) => write!(f, "delimiter:{}", mark::text(bytes)),
            Self::Fixed(n) => write!(f, "fixed:{n}"),
            Self::ContentLength => f.write_str("content-length"),
            Self::Chunked => f.write_str("chunked"),
            Self::UntilClose => f.write_str("until-close"),
        }
    }
}

impl TryFrom<String> for Framing {
    type Error = FramingError;

    fn try_from(text: String) -> Result<Self, FramingError> {
        text.parse()
    }
}

impl From<Framing> for String {
    fn from(framing: Framing) -> Self {
        framing.to_string()
    }
}
