//! Two machines talk over a pair of byte queues; reads are cut as the test likes.

use crate::*;
use std::collections::VecDeque;

/// One machine, its outstanding orders, and what has happened to it.
pub(super) struct Side {
    pub(super) machine: Box<dyn StreamPeer + Send>,
    pub(super) read: Option<usize>,
    pub(super) write: Option<Vec<u8>>,
    pub(super) wait: bool,
    pub(super) incoming: VecDeque<u8>,
    pub(super) peer_closed: bool,
    pub(super) half_closed: bool,
    pub(super) closed: bool,
    pub(super) trace: Vec<String>,
    pub(super) understood: Vec<String>,
    pub(super) sent: Vec<u8>,
    pub(super) heard: Vec<u8>,
}

impl Side {
    pub(super) fn new(config: &PeerConfig) -> Self {
        Self {
            machine: stream_peer(config),
            read: None,
            write: None,
            wait: false,
            incoming: VecDeque::new(),
            peer_closed: false,
            half_closed: false,
            closed: false,
            trace: Vec::new(),
            understood: Vec::new(),
            sent: Vec::new(),
            heard: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, event: StreamEvent<'_>) {
        let mut orders = Orders::default();
        self.machine.on(event, &mut orders);
        if let Some(read) = orders.read {
            assert!(self.read.replace(read).is_none(), "two reads at once");
        }
        if orders.wait.is_some() {
            assert!(!self.wait, "two waits at once");
            self.wait = true;
        }
        for note in orders.notes {
            if let Note::Understood { body, .. } = &note {
                let bytes = &self.heard[body.start as usize..body.end as usize];
                self.understood
                    .push(String::from_utf8_lossy(bytes).into_owned());
            }
            self.trace.push(match note {
                Note::Message { range, body } => format!("message {range:?} {body:?}"),
                Note::Understood { range, body } => format!("understood {range:?} {body:?}"),
                Note::Malformed(error) => format!("malformed: {error}"),
            });
        }
        if let Some(write) = orders.write {
            self.trace.push(format!(
                "write {}",
                String::from_utf8_lossy(&write).escape_debug()
            ));
            assert!(self.write.replace(write).is_none(), "two writes at once");
        }
        match orders.end {
            Some(End::HalfClose) => {
                self.trace.push("half-close".into());
                self.half_closed = true;
            }
            Some(End::Close | End::Abort) => {
                self.trace.push("close".into());
                self.closed = true;
            }
            None => {}
        }
    }
}

/// Plays both sides until nothing more happens. `cut` says how many of the bytes that are there a
/// read returns.
pub(super) fn play(
    client: &PeerConfig,
    server: &PeerConfig,
    mut cut: impl FnMut(usize) -> usize,
) -> [Side; 2] {
    let mut sides = [Side::new(client), Side::new(server)];
    for side in &mut sides {
        side.tell(StreamEvent::Opened);
    }
    for _ in 0..100_000 {
        let mut happened = false;
        for at in [0, 1] {
            let (left, right) = sides.split_at_mut(1);
            let (me, other) = if at == 0 {
                (&mut left[0], &mut right[0])
            } else {
                (&mut right[0], &mut left[0])
            };
            if let Some(bytes) = me.write.take() {
                me.sent.extend(&bytes);
                other.incoming.extend(bytes);
                me.tell(StreamEvent::Wrote);
                happened = true;
            }
            if (me.half_closed || me.closed) && me.write.is_none() && !other.peer_closed {
                other.peer_closed = true;
                happened = true;
            }
            if me.closed {
                continue;
            }
            if std::mem::take(&mut me.wait) {
                me.tell(StreamEvent::Woke);
                happened = true;
            }
            if let Some(asked) = me.read.filter(|_| !me.closed) {
                if !me.incoming.is_empty() {
                    let there = me.incoming.len().min(asked);
                    let bytes: Vec<u8> = me.incoming.drain(..cut(there).clamp(1, there)).collect();
                    me.heard.extend(&bytes);
                    me.read = None;
                    me.tell(StreamEvent::Read(&bytes));
                    happened = true;
                } else if me.peer_closed {
                    me.read = None;
                    me.tell(StreamEvent::Eof);
                    happened = true;
                }
            }
        }
        if !happened {
            return sides;
        }
    }
    panic!("they never come to an end");
}

pub(super) fn greeters(framing: &str, wait: Wait, names: &[&str]) -> [PeerConfig; 2] {
    let mut client = PeerConfig::new(Role::TcpClient);
    client.framing = framing.parse().unwrap();
    client.wait = wait;
    client.to = Some("127.0.0.1:9999".parse().unwrap());
    client.send = names.iter().map(ToString::to_string).collect();
    let mut server = PeerConfig::new(Role::TcpServer);
    server.framing = client.framing.clone();
    [client, server]
}

pub(super) fn whole(there: usize) -> usize {
    there
}
