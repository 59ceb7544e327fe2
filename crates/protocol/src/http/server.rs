//! The side that has what is asked for: the same bytes, whatever the path.

use super::{Cut, requests};
use crate::{
    PeerConfig, bulk,
    conversation::Conversation,
    machine::{End, Note, Orders, StreamEvent, StreamPeer},
};
use framing::{DecodeError, Decoded, Decoder, Framing, LAST_CHUNK, chunk};
use std::time::Duration;

/// Bytes of a chunk.
const CHUNK: usize = 1024;

/// Answers one request and closes.
#[derive(Debug)]
pub(crate) struct Server {
    talk: Conversation,
    request: Decoder,
    framing: Framing,
    /// How many bytes the body has.
    bytes: u64,
    cut: Option<Cut>,
    think: Duration,
    read: usize,
    read_pause: Duration,
    /// The answer, while it is thought about.
    answer: Option<Answer>,
    answered: bool,
}

/// An answer as bytes.
#[derive(Debug, Default)]
struct Answer {
    head: Vec<u8>,
    /// Of the body's bytes as they are sent: how many stand in front of the first one.
    header: usize,
    /// From the first byte of the body to the last.
    body: usize,
    rest: Vec<u8>,
}

impl Server {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            // HTTP marks its messages off by itself.
            talk: Conversation::new(&PeerConfig {
                framing: Framing::None,
                ..config.clone()
            }),
            request: requests(),
            framing: config.framing.clone(),
            bytes: config.bytes,
            cut: config.cut,
            think: config.think,
            read: config.read,
            read_pause: config.read_pause,
            answer: None,
            answered: false,
        }
    }

    fn listen(&self, orders: &mut Orders) {
        orders.read = Some(self.read);
        orders.read_pause = self.read_pause;
    }

    fn heard(&mut self, bytes: &[u8], orders: &mut Orders) {
        self.request.push(bytes);
        let answer = match self.request.next() {
            Ok(Some(Decoded::Frame(frame))) => {
                let (range, body) = (frame.range, frame.body);
                orders.notes.push(Note::Understood { range, body });
                self.answer_to(&frame.bytes)
            }
            Ok(_) => return self.listen(orders),
            Err(error) => {
                orders.notes.push(Note::Malformed(error.to_string()));
                empty("400 Bad Request")
            }
        };
        self.answer = Some(answer);
        if self.think.is_zero() {
            self.give(orders);
        } else {
            orders.wait = Some(self.think);
        }
    }

    fn answer_to(&self, request: &[u8]) -> Answer {
        let line = request.split(|byte| *byte == b'\r').next();
        let words: Vec<&[u8]> = line
            .unwrap_or_default()
            .split(|byte| *byte == b' ')
            .collect();
        match words[..] {
            [method, _, version] if version.starts_with(b"HTTP/1.") => match method {
                // An older client knows no chunks (RFC 9112, section 6.1).
                b"GET" => self.found(version == b"HTTP/1.0"),
                b"HEAD" => Answer {
                    head: self.found(version == b"HTTP/1.0").head,
                    ..Answer::default()
                },
                _ => empty("405 Method Not Allowed\r\nAllow: GET, HEAD"),
            },
            _ => empty("400 Bad Request"),
        }
    }

    fn found(&self, is_old: bool) -> Answer {
        let body: Vec<u8> = (0..self.bytes).map(bulk::byte).collect();
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n";
        match self.framing {
            Framing::ContentLength => Answer {
                head: format!("{head}Content-Length: {length}\r\n\r\n").into(),
                header: 0,
                body: length,
                rest: body,
            },
            Framing::Chunked if !is_old => {
                let mut rest: Vec<u8> = body.chunks(CHUNK).flat_map(chunk).collect();
                let header = rest.iter().position(|byte| *byte == b'\n');
                let header = header.map_or(0, |at| at + 1);
                let body = rest.len().saturating_sub(header + 2);
                rest.extend(LAST_CHUNK);
                Answer {
                    head: format!("{head}Transfer-Encoding: chunked\r\n\r\n").into(),
                    header,
                    body,
                    rest,
                }
            }
            _ => Answer {
                head: format!("{head}\r\n").into(),
                header: 0,
                body: length,
                rest: body,
            },
        }
    }

    fn give(&mut self, orders: &mut Orders) {
        let Some(answer) = self.answer.take() else {
            return;
        };
        let header = answer.head.len() + answer.header;
        let whole = answer.head.len() + answer.rest.len();
        let mut bytes = answer.head;
        bytes.extend(answer.rest);
        if self.cut.is_some() {
            bytes.truncate(header + answer.body / 2);
        }
        self.answered = true;
        let body = answer.body as u64;
        self.talk.put(bytes, whole as u64, header as u64, body);
        self.talk.pump(orders);
    }
}

/// An answer without a body.
fn empty(status: &str) -> Answer {
    Answer {
        head: format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into(),
        ..Answer::default()
    }
}

impl StreamPeer for Server {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Opened => self.listen(orders),
            StreamEvent::Read(bytes) => self.heard(bytes, orders),
            StreamEvent::Eof => {
                if let Err(error @ DecodeError::Cut { .. }) = self.request.finish() {
                    orders.notes.push(Note::Malformed(error.to_string()));
                }
                orders.end = Some(End::Close);
            }
            StreamEvent::Woke => self.give(orders),
            StreamEvent::Wrote => {
                self.talk.wrote(orders);
                if self.answered && self.talk.is_quiet() {
                    orders.end = Some(match self.cut {
                        Some(Cut::Rst) => End::Abort,
                        Some(Cut::Fin) | None => End::Close,
                    });
                }
            }
            StreamEvent::Ran(_) | StreamEvent::Broken(_) => {}
        }
    }
}
