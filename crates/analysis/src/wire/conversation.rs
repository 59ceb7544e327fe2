//! Packets to TCP connections.
//!
//! A four-tuple may live several times (port reuse). A SYN with another sequence number begins a
//! new life; the lives that several captures saw are joined by that number.

use super::Capture;
use crate::frame::{Frame, Tcp};
use std::{collections::HashMap, net::SocketAddr};

/// One TCP connection as all captures saw it.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    /// The client's initial sequence number, where it is known.
    pub(crate) client_isn: Option<u32>,
    /// When its first packet was captured.
    pub(crate) first: u64,
    /// Its packets in each capture that saw any.
    pub(crate) views: Vec<View>,
    order: (u64, usize, u64),
}

/// A connection's packets in one capture.
#[derive(Debug)]
pub(crate) struct View {
    /// Which capture.
    pub(crate) capture: usize,
    /// Places of the packets in the capture's frames, ascending.
    pub(crate) frames: Vec<usize>,
}

impl Conversation {
    /// A connection that only diaries tell of.
    pub(crate) fn unseen(client: SocketAddr, server: SocketAddr, at: u64) -> Self {
        let (views, order) = (Vec::new(), (at, usize::MAX, 0));
        Self {
            client,
            server,
            client_isn: None,
            first: at,
            views,
            order,
        }
    }

    /// The connection's packets in that capture.
    pub(crate) fn view(&self, capture: usize) -> Option<&View> {
        self.views.iter().find(|view| view.capture == capture)
    }
}

struct Life {
    opener: Opener,
    frames: Vec<usize>,
}

type Tuple = (SocketAddr, SocketAddr);

/// All connections: by time, those of a single capture by their first packet's number.
pub(crate) fn conversations(captures: &[Capture<'_>]) -> Vec<Conversation> {
    let mut found: Vec<Conversation> = Vec::new();
    let mut known: HashMap<(Tuple, Option<u32>), usize> = HashMap::new();
    for (place, capture) in captures.iter().enumerate() {
        for life in lives(&capture.frames.frames) {
            let Some(first) = life.frames.first().map(|at| &capture.frames.frames[*at]) else {
                continue;
            };
            let time = if captures.len() == 1 { 0 } else { first.at };
            let order = (time, place, first.number);
            let Opener {
                client,
                server,
                client_isn,
            } = life.opener;
            let key = (tuple(client, server), client_isn);
            let view = View {
                capture: place,
                frames: life.frames,
            };
            match known.get(&key) {
                // A single capture never joins: there, two lives are two connections.
                Some(at) if captures.len() > 1 && found[*at].view(place).is_none() => {
                    let conversation = &mut found[*at];
                    conversation.order = conversation.order.min(order);
                    conversation.first = conversation.first.min(first.at);
                    conversation.views.push(view);
                }
                _ => {
                    known.insert(key, found.len());
                    found.push(Conversation {
                        client,
                        server,
                        client_isn,
                        first: first.at,
                        views: vec![view],
                        order,
                    });
                }
            }
        }
    }
    found.sort_by_key(|conversation| conversation.order);
    found
}

fn lives(frames: &[Frame<'_>]) -> Vec<Life> {
    let mut lives: Vec<Life> = Vec::new();
    let mut current: HashMap<Tuple, usize> = HashMap::new();
    for (index, frame) in frames.iter().enumerate() {
        let Some(tcp) = frame.tcp() else { continue };
        let key = tuple(frame.source(), frame.destination());
        let life = match current.get(&key) {
            Some(at) if !lives[*at].opener.is_over(tcp) => &mut lives[*at],
            _ => {
                current.insert(key, lives.len());
                lives.push(begin(frame, tcp));
                let last = lives.len() - 1;
                &mut lives[last]
            }
        };
        life.frames.push(index);
    }
    lives
}

fn begin(frame: &Frame<'_>, tcp: &Tcp) -> Life {
    Life {
        opener: Opener::of(frame, tcp),
        frames: Vec::new(),
    }
}

/// Who opened a connection, by its first packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opener {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    /// The client's initial sequence number, where it is known.
    pub(crate) client_isn: Option<u32>,
}

impl Opener {
    pub(crate) fn of(frame: &Frame<'_>, tcp: &Tcp) -> Self {
        let from_client = match (tcp.syn(), tcp.ack()) {
            (true, None) => true,
            (true, Some(_)) => false,
            (false, _) => frame.source().port() >= frame.destination().port(),
        };
        let (client, server) = if from_client {
            (frame.source(), frame.destination())
        } else {
            (frame.destination(), frame.source())
        };
        let client_isn = match (tcp.syn(), tcp.ack()) {
            (true, None) => Some(tcp.seq),
            (true, Some(ack)) => Some(ack.wrapping_sub(1)),
            (false, _) => None,
        };
        Self {
            client,
            server,
            client_isn,
        }
    }

    /// Whether a packet between the same ends begins another connection.
    pub(crate) fn is_over(&self, tcp: &Tcp) -> bool {
        tcp.syn() && tcp.ack().is_none() && self.client_isn != Some(tcp.seq)
    }
}

fn tuple(a: SocketAddr, b: SocketAddr) -> Tuple {
    (a.min(b), a.max(b))
}
