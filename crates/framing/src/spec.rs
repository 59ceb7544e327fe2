//! Which codec frames a stream, as users write it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How messages are marked off in a byte stream.
///
/// Written as `none`, `handshake`, `i32`, `u16`, `u32`, `delimiter:\n`, `fixed:16` or `until-close`.
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
    /// A byte sequence behind every message.
    Delimiter(Vec<u8>),
    /// Every message has this many bytes.
    Fixed(usize),
    /// The whole stream is one message; its end is the sender's close.
    UntilClose,
}

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

/// A framing that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown framing `{0}`: write none, handshake, i32, u16, u32, delimiter:TEXT, fixed:N or until-close"
)]
pub struct UnknownFraming(
    /// What was written.
    pub String,
);

impl FromStr for Framing {
    type Err = UnknownFraming;

    fn from_str(text: &str) -> Result<Self, UnknownFraming> {
        let unknown = || UnknownFraming(text.to_owned());
        Ok(match text {
            "none" => Self::None,
            "handshake" => Self::Handshake,
            "i32" => Self::LengthPrefix(Prefix::I32Le),
            "u16" => Self::LengthPrefix(Prefix::U16Be),
            "u32" => Self::LengthPrefix(Prefix::U32Be),
            "until-close" => Self::UntilClose,
            _ => match text.split_once(':') {
                Some(("fixed", n)) => match n.parse() {
                    Ok(n) if n > 0 => Self::Fixed(n),
                    _ => return Err(unknown()),
                },
                Some(("delimiter", mark)) if !mark.is_empty() => {
                    Self::Delimiter(unescape(mark).into_bytes())
                }
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
            Self::LengthPrefix(Prefix::U16Be) => f.write_str("u16"),
            Self::LengthPrefix(Prefix::U32Be) => f.write_str("u32"),
            Self::Delimiter(mark) => {
                write!(
                    f,
                    "delimiter:{}",
                    String::from_utf8_lossy(mark).escape_default()
                )
            }
            Self::Fixed(n) => write!(f, "fixed:{n}"),
            Self::UntilClose => f.write_str("until-close"),
        }
    }
}

impl TryFrom<String> for Framing {
    type Error = UnknownFraming;

    fn try_from(text: String) -> Result<Self, UnknownFraming> {
        text.parse()
    }
}

impl From<Framing> for String {
    fn from(framing: Framing) -> Self {
        framing.to_string()
    }
}

fn unescape(text: &str) -> String {
    text.replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\0", "\0")
}
