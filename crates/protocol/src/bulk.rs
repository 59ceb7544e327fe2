//! Source and sink: bytes in bulk, one way, the whole stream one message.

use crate::{
    PeerConfig,
    machine::{End, Note, Orders, StreamEvent, StreamPeer},
};
use std::time::Duration;

/// How much one write hands over unless told otherwise.
const WRITE: usize = 64 << 10;

/// Byte number `offset` of every source's stream: it counts in hexadecimal, `0000000 0000001 …`, so
/// that no eight bytes of 2 GiB are alike. Datagrams alike could not be told apart when some are lost.
pub(crate) fn byte(offset: u64) -> u8 {
    let (number, place) = (offset / 8, offset % 8);
    match place {
        7 => b' ',
        _ => b"0123456789abcdef"[(number >> (4 * (6 - place)) & 15) as usize],
    }
}

/// Writes `bytes` bytes, then half-closes and waits for the other side's close.
#[derive(Debug)]
pub(crate) struct Source {
    total: u64,
    written: u64,
    write: usize,
    write_pause: Duration,
    cork: bool,
    read: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Writing,
    /// The other side has closed its direction already, as a sink that never answers may do.
    WritingUnanswered,
    HalfClosed,
}

impl Source {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            total: config.bytes,
            written: 0,
            write: config.write.unwrap_or(WRITE).max(1),
            write_pause: config.write_pause,
            cork: config.cork,
            read: config.read,
            state: State::Writing,
        }
    }

    fn write_on(&mut self, orders: &mut Orders) {
        let rest = self.total - self.written;
        if rest == 0 {
            orders.cork = self.cork.then_some(false);
            orders.end = Some(match self.state {
                State::WritingUnanswered => End::Close,
                State::Writing | State::HalfClosed => End::HalfClose,
            });
            self.state = State::HalfClosed;
            return;
        }
        if self.written == 0 {
            orders.cork = self.cork.then_some(true);
            let range = 0..self.total;
            orders.notes.push(Note::Message {
                range: range.clone(),
                body: range,
            });
        } else {
            orders.write_pause = self.write_pause;
        }
        let next = self.written + rest.min(self.write as u64);
        orders.write = Some((self.written..next).map(byte).collect());
        self.written = next;
    }
}

impl StreamPeer for Source {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Opened => {
                self.write_on(orders);
                orders.read = Some(self.read);
            }
            StreamEvent::Wrote => self.write_on(orders),
            StreamEvent::Read(_) => orders.read = Some(self.read),
            StreamEvent::Eof => match self.state {
                State::HalfClosed => orders.end = Some(End::Close),
                State::Writing | State::WritingUnanswered => self.state = State::WritingUnanswered,
            },
            StreamEvent::Woke | StreamEvent::Ran(_) | StreamEvent::Broken(_) => {}
        }
    }
}

/// Reads to the end of the stream; never says anything.
#[derive(Debug)]
pub(crate) struct Sink {
    read: usize,
    read_pause: Duration,
    heard: u64,
}

impl Sink {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            read: config.read,
            read_pause: config.read_pause,
            heard: 0,
        }
    }
}

impl StreamPeer for Sink {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Read(bytes) => self.heard += bytes.len() as u64,
            StreamEvent::Eof => {
                if self.heard > 0 {
                    let range = 0..self.heard;
                    orders.notes.push(Note::Understood {
                        range: range.clone(),
                        body: range,
                    });
                }
                orders.end = Some(End::Close);
                return;
            }
            StreamEvent::Opened => {}
            StreamEvent::Wrote
            | StreamEvent::Woke
            | StreamEvent::Ran(_)
            | StreamEvent::Broken(_) => return,
        }
        orders.read = Some(self.read);
        orders.read_pause = self.read_pause;
    }
}
