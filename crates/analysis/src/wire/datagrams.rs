//! Packets to UDP conversations.

use super::{Capture, arrivals::Arrivals, capture_of, contents::excerpt};
use crate::{
    frame::{Frame, Transport},
    model::{
        connection::{Arrival, Direction, End},
        flow::{Datagram, Flow},
    },
};
use std::{collections::HashMap, net::SocketAddr};

/// A conversation and the payloads of its datagrams, as far as captured.
#[derive(Debug)]
pub(crate) struct WireFlow<'a> {
    pub(crate) flow: Flow,
    pub(crate) payloads: [Vec<&'a [u8]>; 2],
}

/// All UDP conversations, by time.
pub(crate) fn flows<'a>(captures: &[Capture<'a>], arrivals: &Arrivals) -> Vec<WireFlow<'a>> {
    let mut sent: Vec<(usize, usize)> = Vec::new();
    for (place, capture) in captures.iter().enumerate() {
        for (index, frame) in capture.frames.frames.iter().enumerate() {
            let ours = capture_of(captures, frame.source()) == Some(place);
            if matches!(frame.transport, Transport::Udp) && ours {
                sent.push((place, index));
            }
        }
    }
    if captures.len() > 1 {
        sent.sort_by_key(|(place, index)| (captures[*place].frames.frames[*index].at, *place));
    }
    let mut flows: Vec<WireFlow<'a>> = Vec::new();
    let mut known: HashMap<(SocketAddr, SocketAddr), usize> = HashMap::new();
    for (place, index) in sent {
        let frame = &captures[place].frames.frames[index];
        let pair = (
            frame.source().min(frame.destination()),
            frame.source().max(frame.destination()),
        );
        let at = *known.entry(pair).or_insert_with(|| {
            flows.push(WireFlow {
                flow: begin(frame),
                payloads: Default::default(),
            });
            flows.len() - 1
        });
        let WireFlow { flow, payloads } = &mut flows[at];
        let direction = if flow.client.address == frame.source() {
            Direction::ClientToServer
        } else {
            Direction::ServerToClient
        };
        flow.wire[direction.index()] += u64::from(frame.ip_len);
        payloads[direction.index()].push(frame.payload);
        let arrivals = arrivals.all(place, index);
        flow.datagrams[direction.index()].push(datagram(frame, arrivals));
    }
    flows
}

/// A conversation that begins with this datagram, which is still to be added.
pub(crate) fn begin(frame: &Frame<'_>) -> Flow {
    let end = |address| End {
        address,
        host: None,
        program: None,
    };
    Flow {
        client: end(frame.source()),
        server: end(frame.destination()),
        datagrams: Default::default(),
        wire: [0; 2],
        unlisted: [0; 2],
    }
}

/// A datagram that arrived there.
pub(crate) fn datagram(frame: &Frame<'_>, arrivals: Vec<Arrival>) -> Datagram {
    Datagram {
        frame: frame.number,
        at: frame.at,
        len: u64::from(frame.payload_len),
        arrivals,
        fragmented: frame.is_fragmented(),
        received: None,
        text: excerpt(frame.payload),
    }
}
