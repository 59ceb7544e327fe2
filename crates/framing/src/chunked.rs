//! A body in chunks (RFC 9112, section 7.1): each with its size in front, in hexadecimal; one of no
//! bytes is the last.

use crate::DecodeError;
use std::ops::Range;

/// What stands behind the last byte of a message in chunks: the chunk of no bytes, and no trailer.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Most bytes of a line that says a size, or of a trailer's.
const LONGEST_LINE: usize = 4096;

/// One chunk with these bytes, of which there must be some.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [&size_line(bytes)[..], bytes, b"\r\n"].concat()
}

/// How many bytes stand before those of a chunk.
pub(crate) fn size_line(bytes: &[u8]) -> Vec<u8> {
    format!("{:x}\r\n", bytes.len()).into_bytes()
}

/// How far a message in chunks has been followed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    /// Bytes of it that are done with.
    passed: usize,
    bytes: Vec<u8>,
    /// Where the first and the last of them stand, from the message's first byte.
    body: Option<Range<usize>>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Size,
    Data(usize),
    DataEnd,
    Trailer,
}

/// A message in chunks, whole.
pub(crate) struct Whole {
    /// Bytes that it has with sizes.
    pub(crate) length: usize,
    /// From the first byte of the first chunk to the last of the last.
    pub(crate) body: Range<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Chunks {
    /// Goes on with `message`, which is what was there before and more; the message once it is
    /// whole. `start` is where it stands in the stream.
    pub(crate) fn follow(
        &mut self,
        message: &[u8],
        start: u64,
        max: u64,
    ) -> Result<Option<Whole>, DecodeError> {
        loop {
            let rest = &message[self.passed..];
            let offset = start + self.passed as u64;
            match self.state {
                State::Size => {
                    let Some(line) = line(rest, offset)? else {
                        return Ok(None);
                    };
                    let size = size(line, offset)?;
                    let length = (self.bytes.len() as u64).saturating_add(size);
                    if length > max {
                        let offset = start;
                        return Err(DecodeError::Oversize {
                            offset,
                            length,
                            max,
                        });
                    }
                    self.passed += line.len() + 2;
                    self.state = match usize::try_from(size) {
                        Ok(0) => State::Trailer,
                        Ok(size) => State::Data(size),
                        // Within the limit, and still more than this machine can count.
                        Err(_) => return Ok(None),
                    };
                }
                State::Data(size) => {
                    let there = rest.len().min(size);
                    if there > 0 {
                        let end = self.passed + there;
                        self.body.get_or_insert(self.passed..end).end = end;
                        self.bytes.extend_from_slice(&rest[..there]);
                        self.passed = end;
                    }
                    if there < size {
                        self.state = State::Data(size - there);
                        return Ok(None);
                    }
                    self.state = State::DataEnd;
                }
                State::DataEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        self.passed += 2;
                        self.state = State::Size;
                    }
                    [] | [b'\r'] => return Ok(None),
                    _ => return Err(DecodeError::ChunkEnd { offset }),
                },
                State::Trailer => {
                    let Some(line) = line(rest, offset)? else {
                        return Ok(None);
                    };
                    self.passed += line.len() + 2;
                    if line.is_empty() {
                        return Ok(Some(Whole {
                            length: self.passed,
                            body: self.body.take().unwrap_or(self.passed..self.passed),
                            bytes: std::mem::take(&mut self.bytes),
                        }));
                    }
                }
            }
        }
    }
}

/// The line that these bytes begin with, without its end.
fn line(rest: &[u8], offset: u64) -> Result<Option<&[u8]>, DecodeError> {
    let found = rest.windows(2).position(|pair| pair == b"\r\n");
    match found {
        None if rest.len() > LONGEST_LINE => Err(not_a_size(rest, offset)),
        found => Ok(found.map(|length| &rest[..length])),
    }
}

/// What a line says, but for what an extension adds behind a semicolon.
fn size(line: &[u8], offset: u64) -> Result<u64, DecodeError> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or(line);
    let digits = digits.trim_ascii();
    let text = std::str::from_utf8(digits).ok();
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u64::from_str_radix(text, 16).ok())
        .ok_or_else(|| not_a_size(line, offset))
}

fn not_a_size(line: &[u8], offset: u64) -> DecodeError {
    let text = String::from_utf8_lossy(line).chars().take(32).collect();
    DecodeError::NotASize { offset, text }
}
