//! The side that asks.

use super::ROOT;
use crate::{
    PeerConfig,
    conversation::Conversation,
    machine::{End, Note, Orders, StreamEvent, StreamPeer},
};
use framing::{DecodeError, Decoded, Decoder, Framing, Head};
use std::time::Duration;

/// Sends one request and reads the answer to its end, which the answer's head tells how to find.
#[derive(Debug)]
pub(crate) struct Client {
    talk: Conversation,
    request: Vec<u8>,
    max: u64,
    read: usize,
    read_pause: Duration,
    state: State,
}

#[derive(Debug)]
enum State {
    /// What has come of the answer's head.
    Head(Vec<u8>),
    Body(Body),
}

impl Client {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        let path = config.send.first().map_or(ROOT, String::as_str);
        let host = config.to.map_or_else(String::new, |to| to.to_string());
        Self {
            talk: Conversation::new(&PeerConfig {
                framing: Framing::None,
                ..config.clone()
            }),
            request: format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
                .into(),
            max: config.max_message,
            read: config.read,
            read_pause: config.read_pause,
            state: State::Head(Vec::new()),
        }
    }

    fn listen(&self, orders: &mut Orders) {
        orders.read = Some(self.read);
        orders.read_pause = self.read_pause;
    }

    /// Bytes have come: the answer once it is whole, as a note.
    fn heard(&mut self, bytes: &[u8]) -> Result<Option<Note>, DecodeError> {
        match &mut self.state {
            State::Head(begun) => {
                begun.extend_from_slice(bytes);
                match body(begun, self.max)? {
                    Some(body) => self.state = State::Body(body),
                    None => return Ok(None),
                }
            }
            State::Body(body) => body.decoder.push(bytes),
        }
        let State::Body(Body { decoder, .. }) = &mut self.state else {
            return Ok(None);
        };
        Ok(match decoder.next()? {
            Some(Decoded::Frame(frame)) => Some(understood(frame)),
            Some(Decoded::ReplyAwaited) | None => None,
        })
    }

    /// The stream has ended: the answer that its end completes.
    fn ended(&mut self) -> Result<Option<Note>, DecodeError> {
        match &mut self.state {
            State::Head(begun) => Err(DecodeError::Cut {
                offset: 0,
                end: begun.len() as u64,
            }),
            State::Body(body) => body.ended().map(Some).map_err(|error| match error {
                // Wherever the decoder began, the message begins with its head.
                DecodeError::Cut { end, .. } => DecodeError::Cut { offset: 0, end },
                other => other,
            }),
        }
    }
}

/// The body that follows a head.
#[derive(Debug)]
struct Body {
    decoder: Decoder,
    /// Bytes of the head.
    head: u64,
    /// Whether its end is marked, so that the stream's is none.
    is_marked: bool,
}

impl Body {
    fn ended(&mut self) -> Result<Note, DecodeError> {
        match self.decoder.finish()? {
            Some(frame) => Ok(understood(frame)),
            None if self.is_marked => Err(DecodeError::Cut {
                offset: 0,
                end: self.head,
            }),
            None => Ok(Note::Understood {
                range: 0..self.head,
                body: self.head..self.head,
            }),
        }
    }
}

/// The message begins with its head, wherever the decoder began.
fn understood(frame: framing::Frame) -> Note {
    Note::Understood {
        range: 0..frame.range.end,
        body: frame.body,
    }
}

/// Once the head of an answer is there: what finds the end of its body (RFC 9112, section 6.3).
fn body(answer: &[u8], max: u64) -> Result<Option<Body>, DecodeError> {
    let Some(head) = Head::find(answer) else {
        let (offset, length) = (0, answer.len() as u64);
        if length > max {
            return Err(DecodeError::Oversize {
                offset,
                length,
                max,
            });
        }
        return Ok(None);
    };
    let mut codings = head.values("transfer-encoding");
    let is_chunked = codings.any(|value| value.to_ascii_lowercase().ends_with(b"chunked"));
    let framing = if is_chunked {
        Framing::Chunked
    } else if head.values("content-length").next().is_some() {
        Framing::ContentLength
    } else {
        Framing::UntilClose
    };
    // A Content-Length's lines are the head itself.
    let passed = match framing {
        Framing::ContentLength => 0,
        _ => head.len(),
    };
    let is_marked = framing != Framing::UntilClose;
    let mut decoder = Decoder::new(framing, max);
    decoder.skip(passed);
    decoder.push(&answer[passed..]);
    Ok(Some(Body {
        decoder,
        head: head.len() as u64,
        is_marked,
    }))
}

impl StreamPeer for Client {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        let heard = match event {
            StreamEvent::Opened => {
                let request = std::mem::take(&mut self.request);
                let length = request.len() as u64;
                // The empty line at its end is what marks it off.
                self.talk.put(request, length, 0, length - 4);
                self.talk.pump(orders);
                self.listen(orders);
                return;
            }
            StreamEvent::Wrote => return self.talk.wrote(orders),
            StreamEvent::Read(bytes) => match self.heard(bytes) {
                Ok(None) => return self.listen(orders),
                heard => heard,
            },
            StreamEvent::Eof => self.ended(),
            StreamEvent::Woke | StreamEvent::Ran(_) | StreamEvent::Broken(_) => return,
        };
        orders.notes.extend(match heard {
            Ok(note) => note,
            Err(error) => Some(Note::Malformed(error.to_string())),
        });
        orders.end = Some(End::Close);
    }
}
