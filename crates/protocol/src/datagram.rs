//! The protocols over UDP. A datagram is a message by itself: there is nothing to frame.

use crate::{
    PeerConfig, Wait, bulk, greeting,
    machine::{DatagramEvent, DatagramOrders, DatagramPeer},
};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};

/// Bytes of a source's datagram unless told otherwise.
const SIZE: usize = 1024;

/// Answers every datagram NAME with "Hello, NAME!", in order, until it is told to stop.
#[derive(Debug)]
pub(crate) struct Answerer {
    read: usize,
    think: Duration,
    names: VecDeque<(SocketAddr, Vec<u8>)>,
    busy: bool,
}

impl Answerer {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            read: config.read,
            think: config.think,
            names: VecDeque::new(),
            busy: false,
        }
    }

    fn send(&mut self, orders: &mut DatagramOrders) {
        if let Some((from, name)) = self.names.pop_front() {
            orders.send = Some((Some(from), greeting::hello(&name)));
        }
    }
}

impl DatagramPeer for Answerer {
    fn on(&mut self, event: DatagramEvent<'_>, orders: &mut DatagramOrders) {
        match event {
            DatagramEvent::Opened => orders.receive = Some(self.read),
            DatagramEvent::Received { from, bytes } => {
                self.names.push_back((from, bytes.to_vec()));
                orders.receive = Some(self.read);
            }
            DatagramEvent::Sent => self.busy = false,
            DatagramEvent::Woke => self.send(orders),
            DatagramEvent::Stopped => return,
        }
        if !self.busy && !self.names.is_empty() {
            self.busy = true;
            if self.think.is_zero() {
                self.send(orders);
            } else {
                orders.wait = Some(self.think);
            }
        }
    }
}

/// Counts what comes, by the driver's diary; never answers.
#[derive(Debug)]
pub(crate) struct Sink {
    read: usize,
    read_pause: Duration,
}

impl Sink {
    pub(crate) fn new(config: &PeerConfig) -> Self {
        Self {
            read: config.read,
            read_pause: config.read_pause,
        }
    }
}

impl DatagramPeer for Sink {
    fn on(&mut self, event: DatagramEvent<'_>, orders: &mut DatagramOrders) {
        match event {
            DatagramEvent::Opened | DatagramEvent::Received { .. }
                if !self.read_pause.is_zero() =>
            {
                orders.wait = Some(self.read_pause);
            }
            DatagramEvent::Opened | DatagramEvent::Received { .. } | DatagramEvent::Woke => {
                orders.receive = Some(self.read);
            }
            DatagramEvent::Sent | DatagramEvent::Stopped => {}
        }
    }
}

/// Sends datagrams, waits for replies where there are some, and ends.
#[derive(Debug)]
pub(crate) struct Sender {
    messages: Messages,
    wait: Wait,
    pause: Duration,
    reply_timeout: Duration,
    read: usize,
    /// Any datagram that arrives is a reply: one that is late or doubled can't be told from others.
    replies_due: usize,
    state: State,
}

#[derive(Debug)]
enum Messages {
    Texts(VecDeque<Vec<u8>>),
    Pattern { sent: u64, total: u64, size: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Sending,
    /// Between two datagrams.
    Pausing,
    /// For the reply to the last datagram, or, when all are sent, for those to all.
    AwaitingReply,
    Over,
}

impl Sender {
    pub(crate) fn greeting(config: &PeerConfig) -> Self {
        let texts = config
            .send
            .iter()
            .map(|text| text.clone().into_bytes())
            .collect();
        Self::new(config, Messages::Texts(texts), config.wait)
    }

    pub(crate) fn source(config: &PeerConfig) -> Self {
        let size = config.write.unwrap_or(SIZE).max(1) as u64;
        let pattern = Messages::Pattern {
            sent: 0,
            total: config.bytes,
            size,
        };
        Self::new(config, pattern, Wait::Never)
    }

    fn new(config: &PeerConfig, messages: Messages, wait: Wait) -> Self {
        Self {
            messages,
            wait,
            pause: config.write_pause,
            reply_timeout: config.reply_timeout,
            read: config.read,
            replies_due: 0,
            state: State::Sending,
        }
    }

    fn next_message(&mut self) -> Option<Vec<u8>> {
        match &mut self.messages {
            Messages::Texts(texts) => texts.pop_front(),
            Messages::Pattern { sent, total, size } => {
                let next = (*sent + *size).min(*total);
                let message = (next > *sent).then(|| (*sent..next).map(bulk::byte).collect());
                *sent = next;
                message
            }
        }
    }

    fn has_more(&self) -> bool {
        match &self.messages {
            Messages::Texts(texts) => !texts.is_empty(),
            Messages::Pattern { sent, total, .. } => sent < total,
        }
    }

    fn expects_replies(&self) -> bool {
        matches!(self.messages, Messages::Texts(_))
    }

    fn send(&mut self, orders: &mut DatagramOrders) {
        match self.next_message() {
            Some(message) => {
                self.state = State::Sending;
                // From here on, not from the call's completion: the reply may be there before that.
                self.replies_due += usize::from(self.expects_replies());
                orders.send = Some((None, message));
            }
            None if self.replies_due > 0 => self.await_reply(orders),
            None => {
                self.state = State::Over;
                orders.end = true;
            }
        }
    }

    fn await_reply(&mut self, orders: &mut DatagramOrders) {
        self.state = State::AwaitingReply;
        orders.wait = Some(self.reply_timeout);
    }

    fn sent(&mut self, orders: &mut DatagramOrders) {
        if self.wait == Wait::Reply && self.replies_due > 0 {
            self.await_reply(orders);
        } else {
            self.go_on(orders);
        }
    }

    fn go_on(&mut self, orders: &mut DatagramOrders) {
        if self.pause.is_zero() || !self.has_more() {
            self.send(orders);
        } else {
            self.state = State::Pausing;
            orders.wait = Some(self.pause);
        }
    }

    fn received(&mut self, orders: &mut DatagramOrders) {
        self.replies_due = self.replies_due.saturating_sub(1);
        if self.state == State::AwaitingReply && self.replies_due == 0 {
            self.go_on(orders);
        }
    }
}

impl DatagramPeer for Sender {
    fn on(&mut self, event: DatagramEvent<'_>, orders: &mut DatagramOrders) {
        match event {
            DatagramEvent::Opened => {
                if self.expects_replies() {
                    orders.receive = Some(self.read);
                }
                self.send(orders);
            }
            DatagramEvent::Received { .. } => {
                orders.receive = Some(self.read);
                self.received(orders);
            }
            DatagramEvent::Sent => self.sent(orders),
            DatagramEvent::Woke => match self.state {
                State::Pausing => self.send(orders),
                State::AwaitingReply => {
                    self.replies_due = 0;
                    self.go_on(orders);
                }
                State::Sending | State::Over => {}
            },
            DatagramEvent::Stopped => {}
        }
    }
}
