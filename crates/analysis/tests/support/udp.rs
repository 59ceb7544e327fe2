//! A UDP conversation on paper.

use super::{CLIENT, DELAY, Lab, SERVER, Side, frames};
use packet::Direction;
use record::event::{EventKind, digest};
use std::net::SocketAddr;

pub(crate) struct Udp<'a> {
    lab: &'a mut Lab,
    ends: [SocketAddr; 2],
    next_id: u16,
}

impl<'a> Udp<'a> {
    pub(super) fn new(lab: &'a mut Lab, client: SocketAddr, server: SocketAddr) -> Self {
        let next_id = 0x4000;
        Self {
            lab,
            ends: [client, server],
            next_id,
        }
    }

    fn host(side: Side) -> usize {
        match side {
            Side::Client => CLIENT,
            Side::Server => SERVER,
        }
    }

    fn ends(&self, side: Side) -> [SocketAddr; 2] {
        match side {
            Side::Client => self.ends,
            Side::Server => [self.ends[1], self.ends[0]],
        }
    }

    /// Sends a datagram that arrives once, after the link's delay.
    pub(crate) fn send(&mut self, side: Side, micros: u64, payload: &[u8]) {
        self.send_arriving(side, micros, payload, &[micros + DELAY]);
    }

    /// Sends a datagram that arrives at these times.
    pub(crate) fn send_arriving(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        arrivals: &[u64],
    ) {
        let [from, to] = self.ends(side);
        self.next_id += 1;
        let frame = frames::udp(from, to, self.next_id, payload);
        let begin = super::at(micros);
        self.lab
            .capture(Self::host(side), micros, Direction::Outgoing, frame.clone());
        for arrival in arrivals {
            self.lab.capture(
                Self::host(side.other()),
                *arrival,
                Direction::Incoming,
                frame.clone(),
            );
        }
        let kind = EventKind::DatagramSent {
            begin,
            len: payload.len() as u64,
            digest: digest(payload),
        };
        self.lab
            .event(Self::host(side), "udp", [from, to], micros + 5, kind);
    }

    /// A receive call into a buffer of `room` bytes gets the datagram with this payload.
    pub(crate) fn receive(&mut self, side: Side, micros: u64, payload: &[u8], room: usize) {
        let got = &payload[..payload.len().min(room)];
        let kind = EventKind::DatagramReceived {
            begin: super::at(micros - 5),
            len: got.len() as u64,
            full: payload.len() as u64,
            digest: digest(got),
        };
        let ends = self.ends(side);
        self.lab.event(Self::host(side), "udp", ends, micros, kind);
    }
}
