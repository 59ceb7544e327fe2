//! How bytes can break a framing's rules.

/// Incoming bytes that break the framing's rules. Offsets count from the stream's first byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A length below zero.
    #[error(
        "the length at byte {offset} is negative ({length}): the sender counts wrong, or this \
         reader has lost its place in the stream"
    )]
    Negative {
        /// Where the length begins.
        offset: u64,
        /// What it says.
        length: i64,
    },
    /// A length of zero.
    #[error("the length at byte {offset} is zero: a message has at least one byte")]
    Zero {
        /// Where the length begins.
        offset: u64,
    },
    /// A message longer than is allowed.
    #[error(
        "the message at byte {offset} has {length} bytes or more, {max} are allowed: raise \
         max-message, or look for a sender with another framing"
    )]
    Oversize {
        /// Where the message begins.
        offset: u64,
        /// Its length, as far as it is known.
        length: u64,
        /// The limit.
        max: u64,
    },
    /// A length in text that is none.
    #[error("`{text}` at byte {offset} is no decimal length")]
    NotANumber {
        /// Where the text begins.
        offset: u64,
        /// The text, cut to 32 characters.
        text: String,
    },
    /// Lines in front of a message, and none of them says how long it is.
    #[error(
        "the lines at byte {offset} end without a Content-Length: nothing says how long the message is"
    )]
    NoLength {
        /// Where the lines begin.
        offset: u64,
    },
    /// A chunk without a size.
    #[error("`{text}` at byte {offset} is no size of a chunk: hexadecimal digits and a line's end")]
    NotASize {
        /// Where the line begins.
        offset: u64,
        /// The line, cut to 32 characters.
        text: String,
    },
    /// A chunk that is longer than its size says.
    #[error("the chunk that should end at byte {offset} goes on: its size counts wrong")]
    ChunkEnd {
        /// Where it should end.
        offset: u64,
    },
    /// The stream ends inside a message.
    #[error("the stream ends at byte {end}, inside the message that begins at byte {offset}")]
    Cut {
        /// Where the message begins.
        offset: u64,
        /// Where the stream ends.
        end: u64,
    },
}

/// A message that a framing can't carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// No bytes.
    #[error("{framing} framing can't carry an empty message")]
    Empty {
        /// The framing's name.
        framing: String,
    },
    /// More bytes than the length field or the limit holds.
    #[error("a message of {length} bytes is too long, {max} are allowed")]
    TooLong {
        /// The message's length.
        length: u64,
        /// The limit.
        max: u64,
    },
    /// The mark that ends messages stands inside one.
    #[error("the message holds the delimiter at its byte {position}: choose another delimiter")]
    DelimiterInside {
        /// Where, from the message's first byte.
        position: usize,
    },
    /// Another length than all messages have.
    #[error("the message has {length} bytes, this framing's messages all have {size}")]
    WrongSize {
        /// The message's length.
        length: usize,
        /// The framing's.
        size: usize,
    },
}
