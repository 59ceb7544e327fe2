//! The side that asks: says its messages and reads the answers.

use crate::{
    PeerConfig, Wait,
    conversation::{Conversation, is_single},
    machine::{End, Note, Orders, StreamEvent, StreamPeer},
};
use framing::Framing;
use std::collections::VecDeque;

/// Reads the welcome where there is one, sends its messages, reads the answers until the server
/// closes.
#[derive(Debug)]
pub(crate) struct Client {
    talk: Conversation,
    to_send: VecDeque<Vec<u8>>,
    wait: Wait,
    /// Whether the server has been heard out so far.
    my_turn: bool,
    half_closed: bool,
}

impl Client {
    /// `is_welcomed` says whether the server speaks first, where the framing leaves room for it.
    pub(crate) fn new(config: &PeerConfig, is_welcomed: bool) -> Self {
        // Both sides of a handshake take turns, whatever was asked: while one waits for a reply to
        // its length it could not tell the other's length from that reply.
        let wait = match config.framing {
            Framing::Handshake => Wait::Reply,
            // Its one message ends with the half-close, and only then is it answered.
            Framing::UntilClose => Wait::Never,
            _ => config.wait,
        };
        Self {
            talk: Conversation::new(config),
            to_send: config
                .send
                .iter()
                .map(|text| config.encoding.encode(text))
                .collect(),
            wait,
            my_turn: !is_welcomed || is_single(&config.framing),
            half_closed: false,
        }
    }

    fn speak(&mut self, orders: &mut Orders) {
        while self.my_turn {
            let Some(message) = self.to_send.pop_front() else {
                break;
            };
            if let Err(error) = self.talk.say(&message) {
                orders.notes.push(Note::Malformed(error.to_string()));
                self.to_send.clear();
            }
            self.my_turn = self.wait == Wait::Never;
        }
        self.talk.pump(orders);
        let said = self.to_send.is_empty() && self.talk.is_quiet();
        // With one reply a message the last is still to come when nothing is left to send.
        if said && self.my_turn && !self.half_closed {
            self.half_closed = true;
            orders.end = Some(End::HalfClose);
        }
    }
}

impl StreamPeer for Client {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Opened | StreamEvent::Woke | StreamEvent::Ran(_) => {}
            StreamEvent::Read(bytes) => {
                self.my_turn |= !self.talk.heard(bytes, orders).is_empty();
            }
            StreamEvent::Eof => {
                self.talk.ended(orders);
            }
            StreamEvent::Wrote => self.talk.wrote(orders),
            StreamEvent::Broken(_) => return,
        }
        if self.talk.is_deaf() {
            orders.end = Some(End::Close);
            return;
        }
        self.speak(orders);
        self.talk.listen(orders);
    }
}
