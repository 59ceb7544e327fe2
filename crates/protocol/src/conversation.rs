//! Framed messages in both directions of one connection: what all conversing machines share.

use crate::{
    PeerConfig,
    machine::{Note, Orders},
};
use framing::{DecodeError, Decoded, Decoder, EncodeError, Encoder, Frame, Framing, Piece};
use std::{collections::VecDeque, time::Duration};

/// What the receiver of a handshake's length answers.
const READY: &[u8] = b"ready!";

/// Both directions of one connection, in terms of messages.
#[derive(Debug)]
pub(crate) struct Conversation {
    encoder: Encoder,
    decoder: Decoder,
    /// What is still to be written, or waited for.
    outbox: VecDeque<Step>,
    /// How many bytes have been ordered to be written.
    written: u64,
    writing: bool,
    reading: bool,
    /// A length is being written, or has been, and its reply has not come: the next read is it.
    awaiting_reply: bool,
    /// Nothing more will be heard: the stream has ended, or can't be followed any further.
    deaf: bool,
    gathers: bool,
    corks: bool,
    corked: bool,
    read: usize,
    read_pause: Duration,
    write: usize,
    write_pause: Duration,
}

#[derive(Debug)]
enum Step {
    Write {
        bytes: Vec<u8>,
        message: Option<Extent>,
    },
    AwaitReply,
}

/// How many bytes a message has with framing, and how many of them stand before and in its body.
#[derive(Clone, Copy, Debug)]
struct Extent {
    whole: u64,
    header: u64,
    body: u64,
}

impl Extent {
    /// A message whose first byte is written there.
    fn note(self, start: u64) -> Note {
        let body = start + self.header;
        Note::Message {
            range: start..start + self.whole,
            body: body..body + self.body,
        }
    }
}

impl Conversation {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            encoder: Encoder::new(config.framing.clone(), config.max_message),
            decoder: Decoder::new(config.framing.clone(), config.max_message),
            outbox: VecDeque::new(),
            written: 0,
            writing: false,
            reading: false,
            awaiting_reply: false,
            deaf: false,
            gathers: config.gather,
            corks: config.cork,
            corked: false,
            read: config.read,
            read_pause: config.read_pause,
            write: config.write.unwrap_or(usize::MAX).max(1),
            write_pause: config.write_pause,
        }
    }

    /// Puts a message into the outbox. A message that waits for a reply which can't come any more is
    /// left unsaid.
    pub(crate) fn say(&mut self, body: &[u8]) -> Result<(), EncodeError> {
        let (pieces, header) = self.encoder.encode(body)?;
        if self.deaf && pieces.contains(&Piece::AwaitReply) {
            return Ok(());
        }
        let whole = pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::AwaitReply => 0,
        });
        let mut message = Some(Extent {
            whole: whole.sum(),
            header,
            body: body.len() as u64,
        });
        self.outbox
            .extend(pieces.into_iter().map(|piece| match piece {
                Piece::Bytes(bytes) => Step::Write {
                    bytes,
                    message: message.take(),
                },
                Piece::AwaitReply => Step::AwaitReply,
            }));
        Ok(())
    }

    /// Puts bytes into the outbox that are marked off by themselves: a message of `whole` bytes, of
    /// which `header` stand in front of its body's. There may be fewer than that: such a message is
    /// never finished.
    pub(crate) fn put(&mut self, bytes: Vec<u8>, whole: u64, header: u64, body: u64) {
        self.outbox.push_back(Step::Write {
            bytes,
            message: Some(Extent {
                whole,
                header,
                body,
            }),
        });
    }

    /// Orders the next write, if one can be made now.
    pub(crate) fn pump(&mut self, orders: &mut Orders) {
        if self.writing || self.awaiting_reply {
            return;
        }
        let Some((mut bytes, message)) = self.next_write() else {
            if self.corked {
                self.corked = false;
                orders.cork = Some(false);
            }
            return;
        };
        let start = self.written;
        orders
            .notes
            .extend(message.map(|extent| extent.note(start)));
        while self.gathers
            && let Some((more, message)) = self.next_write()
        {
            let start = start + bytes.len() as u64;
            orders
                .notes
                .extend(message.map(|extent| extent.note(start)));
            bytes.extend(more);
        }
        self.write(bytes, orders);
        // From here on, not from the write's completion: the reply may be there before that.
        if matches!(self.outbox.front(), Some(Step::AwaitReply)) {
            self.outbox.pop_front();
            self.awaiting_reply = true;
            self.give_up_reply();
        }
    }

    /// What is to be written next, unless a reply comes first.
    fn next_write(&mut self) -> Option<(Vec<u8>, Option<Extent>)> {
        match self.outbox.pop_front()? {
            Step::Write { bytes, message } => Some((bytes, message)),
            Step::AwaitReply => {
                self.outbox.push_front(Step::AwaitReply);
                None
            }
        }
    }

    fn write(&mut self, mut bytes: Vec<u8>, orders: &mut Orders) {
        if bytes.len() > self.write {
            let rest = bytes.split_off(self.write);
            self.outbox.push_front(Step::Write {
                bytes: rest,
                message: None,
            });
        }
        if self.corks && !self.corked {
            self.corked = true;
            orders.cork = Some(true);
        }
        if self.written > 0 {
            orders.write_pause = self.write_pause;
        }
        self.written += bytes.len() as u64;
        self.writing = true;
        orders.write = Some(bytes);
    }

    /// A reply that never comes holds nothing back any more, and what waits for it is void.
    fn give_up_reply(&mut self) {
        if self.deaf && self.awaiting_reply {
            self.awaiting_reply = false;
            self.outbox.clear();
        }
    }

    /// A write order is completed.
    pub(crate) fn wrote(&mut self, orders: &mut Orders) {
        self.writing = false;
        self.pump(orders);
    }

    /// Whether everything said has been written.
    pub(crate) fn is_quiet(&self) -> bool {
        self.outbox.is_empty() && !self.writing && !self.awaiting_reply
    }

    /// Whether a reply must be read before anything else can be said.
    pub(crate) fn is_awaiting_reply(&self) -> bool {
        self.awaiting_reply
    }

    /// Whether nothing more will be heard.
    pub(crate) fn is_deaf(&self) -> bool {
        self.deaf
    }

    /// Orders the next read.
    pub(crate) fn listen(&mut self, orders: &mut Orders) {
        if !self.reading && !self.deaf {
            self.reading = true;
            let wanted = self.decoder.wants().unwrap_or(usize::MAX);
            orders.read = Some(self.read.min(wanted));
            orders.read_pause = self.read_pause;
        }
    }

    /// A read order is completed: the messages that are whole now. Bytes that break the framing's
    /// rules are noted and make it [deaf](Self::is_deaf); the messages before them count.
    pub(crate) fn heard(&mut self, bytes: &[u8], orders: &mut Orders) -> Vec<Frame> {
        self.reading = false;
        let mut frames = Vec::new();
        if self.awaiting_reply {
            self.decoder.skip(bytes.len());
            self.awaiting_reply = false;
            self.pump(orders);
            return frames;
        }
        self.decoder.push(bytes);
        loop {
            match self.decoder.next() {
                Ok(Some(Decoded::Frame(frame))) => {
                    orders.notes.push(understood(&frame));
                    frames.push(frame);
                }
                Ok(Some(Decoded::ReplyAwaited)) => {
                    // The sender waits for it, so it goes before anything else.
                    let reply = Step::Write {
                        bytes: READY.to_vec(),
                        message: None,
                    };
                    self.outbox.push_front(reply);
                    self.pump(orders);
                }
                Ok(None) => return frames,
                Err(error) => {
                    self.malformed(&error, orders);
                    return frames;
                }
            }
        }
    }

    /// The incoming stream has ended: the message that its end completes, if any.
    pub(crate) fn ended(&mut self, orders: &mut Orders) -> Option<Frame> {
        self.reading = false;
        self.deaf = true;
        self.give_up_reply();
        match self.decoder.finish() {
            Ok(frame) => frame.inspect(|frame| orders.notes.push(understood(frame))),
            Err(error) => {
                self.malformed(&error, orders);
                None
            }
        }
    }

    fn malformed(&mut self, error: &DecodeError, orders: &mut Orders) {
        orders.notes.push(Note::Malformed(error.to_string()));
        self.deaf = true;
        self.give_up_reply();
    }
}

fn understood(frame: &Frame) -> Note {
    Note::Understood {
        range: frame.range.clone(),
        body: frame.body.clone(),
    }
}

/// Whether the framing leaves room for one message a direction only.
pub(crate) fn is_single(framing: &Framing) -> bool {
    *framing == Framing::UntilClose
}
