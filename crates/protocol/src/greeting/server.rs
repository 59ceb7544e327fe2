//! The side that greets.

use super::{EXIT, WELCOME, hello};
use crate::{
    PeerConfig,
    conversation::{Conversation, is_single},
    machine::{End, Note, Orders, StreamEvent, StreamPeer},
};
use framing::{Frame, Framing};
use std::{collections::VecDeque, time::Duration};

/// Greets one client.
#[derive(Debug)]
pub(crate) struct Server {
    talk: Conversation,
    framing: Framing,
    think: Duration,
    names: VecDeque<Vec<u8>>,
    thinking: bool,
    /// No further message will be answered: the client said `exit`, has closed its direction, or
    /// does not keep to the framing.
    leaving: bool,
}

impl Server {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            talk: Conversation::new(config),
            framing: config.framing.clone(),
            think: config.think,
            names: VecDeque::new(),
            thinking: false,
            leaving: false,
        }
    }

    fn take(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            if self.leaving {
                return;
            }
            if frame.bytes == EXIT {
                self.leaving = true;
            } else {
                self.names.push_back(frame.bytes);
            }
        }
    }

    fn answer(&mut self, orders: &mut Orders) {
        while !self.thinking && !self.names.is_empty() {
            if self.think.is_zero() {
                self.greet(orders);
            } else {
                self.thinking = true;
                orders.wait = Some(self.think);
            }
        }
        self.talk.pump(orders);
        if self.leaving && self.names.is_empty() && self.talk.is_quiet() {
            orders.end = Some(End::Close);
        }
    }

    fn greet(&mut self, orders: &mut Orders) {
        let Some(name) = self.names.pop_front() else {
            return;
        };
        self.say(hello(&name), orders);
    }

    /// Fixed framing carries one length only, so answers are padded with spaces or cut to it.
    fn say(&mut self, mut text: Vec<u8>, orders: &mut Orders) {
        if let Framing::Fixed(size) = self.framing {
            text.resize(size, b' ');
        }
        if let Err(error) = self.talk.say(&text) {
            orders.notes.push(Note::Malformed(error.to_string()));
            self.leaving = true;
            self.names.clear();
        }
    }
}

impl StreamPeer for Server {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Opened => {
                // Where the end of the stream is the only mark, there is room for one message.
                if !is_single(&self.framing) {
                    self.say(WELCOME.to_vec(), orders);
                }
            }
            StreamEvent::Read(bytes) => {
                let frames = self.talk.heard(bytes, orders);
                self.take(frames);
            }
            StreamEvent::Eof => {
                let last = self.talk.ended(orders);
                self.take(last);
            }
            StreamEvent::Wrote => self.talk.wrote(orders),
            StreamEvent::Woke => {
                self.thinking = false;
                self.greet(orders);
            }
            StreamEvent::Broken(_) => return,
        }
        self.leaving |= self.talk.is_deaf();
        self.answer(orders);
        if !self.leaving || self.talk.is_awaiting_reply() {
            self.talk.listen(orders);
        }
    }
}
