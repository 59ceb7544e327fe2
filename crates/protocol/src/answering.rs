//! The side that answers messages, one after the other.

use crate::{
    PeerConfig,
    conversation::{Conversation, is_single},
    machine::{Command, End, Note, Orders, Ran, StreamEvent, StreamPeer},
};
use framing::{Frame, Framing};
use std::{collections::VecDeque, time::Duration};

/// The message that makes a server close.
pub(crate) const EXIT: &[u8] = b"exit";

/// How answers come about.
pub(crate) trait Work {
    /// What is said first, where the framing leaves room for it.
    fn welcome(&self) -> Option<&'static [u8]> {
        None
    }

    /// Begins to answer a message.
    fn begin(&mut self, message: &[u8]) -> Begun;

    /// The answer, now that the command which it took has ended.
    fn ran(&mut self, ran: Ran<'_>) -> Vec<u8> {
        let _ = ran;
        Vec::new()
    }
}

/// How an answer begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It is there.
    Answer(Vec<u8>),
    /// It comes of this command.
    Run(Command),
}

/// Answers one client.
#[derive(Debug)]
pub(crate) struct Server<W> {
    work: W,
    talk: Conversation,
    framing: Framing,
    think: Duration,
    asked: VecDeque<Vec<u8>>,
    /// An answer is being thought about, or its command runs.
    busy: bool,
    /// No further message will be answered: the client said `exit`, has closed its direction, or
    /// does not keep to the framing.
    leaving: bool,
}

impl<W: Work> Server<W> {
    pub(crate) fn new(config: &PeerConfig, work: W) -> Self {
        Self {
            work,
            talk: Conversation::new(config),
            framing: config.framing.clone(),
            think: config.think,
            asked: VecDeque::new(),
            busy: false,
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
                self.asked.push_back(frame.bytes);
            }
        }
    }

    fn answer(&mut self, orders: &mut Orders) {
        while !self.busy && !self.asked.is_empty() {
            if self.think.is_zero() {
                self.begin(orders);
            } else {
                self.busy = true;
                orders.wait = Some(self.think);
            }
        }
        self.talk.pump(orders);
        let is_done = self.asked.is_empty() && !self.busy && self.talk.is_quiet();
        if self.leaving && is_done {
            orders.end = Some(End::Close);
        }
    }

    fn begin(&mut self, orders: &mut Orders) {
        let Some(message) = self.asked.pop_front() else {
            return;
        };
        match self.work.begin(&message) {
            Begun::Answer(text) => self.say(text, orders),
            Begun::Run(command) => {
                self.busy = true;
                orders.run = Some(command);
            }
        }
    }

    /// Fixed framing carries one length only, so answers are padded with spaces or cut to it. An
    /// answer that the framing can't carry is answered with the reason.
    fn say(&mut self, mut text: Vec<u8>, orders: &mut Orders) {
        if let Framing::Fixed(size) = self.framing {
            text.resize(size, b' ');
        }
        let Err(error) = self.talk.say(&text) else {
            return;
        };
        let told = format!("the answer can't be sent: {error}");
        if self.talk.say(told.as_bytes()).is_err() {
            orders.notes.push(Note::Malformed(error.to_string()));
            self.leaving = true;
            self.asked.clear();
        }
    }
}

impl<W: Work> StreamPeer for Server<W> {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        match event {
            StreamEvent::Opened => {
                // Where the end of the stream is the only mark, there is room for one message.
                let welcome = self.work.welcome().filter(|_| !is_single(&self.framing));
                if let Some(welcome) = welcome {
                    self.say(welcome.to_vec(), orders);
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
                self.busy = false;
                self.begin(orders);
            }
            StreamEvent::Ran(ran) => {
                self.busy = false;
                let answer = self.work.ran(ran);
                self.say(answer, orders);
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
