//! A UDP conversation on paper.

use super::{CLIENT, DELAY, Lab, SERVER, Side, frames};
use packet::Direction;
use record::event::{EventKind, digest};
use std::net::SocketAddr;

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;

pub(crate) struct Udp<'a> {
    lab: &'a mut Lab,
    ends: [SocketAddr; 2],
    next_id: u16,
    /// As of a socket that is not connected: Linux numbers what may not be fragmented only then.
    no_ids: bool,
}

impl<'a> Udp<'a> {
    pub(super) fn new(lab: &'a mut Lab, client: SocketAddr, server: SocketAddr) -> Self {
        let next_id = 0x4000;
        Self {
            lab,
            ends: [client, server],
            next_id,
            no_ids: false,
        }
    }

    pub(crate) fn without_ids(mut self) -> Self {
        self.no_ids = true;
        self
    }

    fn id(&mut self) -> u16 {
        self.next_id = self.next_id.wrapping_add(1);
        if self.no_ids { 0 } else { self.next_id }
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
        let frame = frames::udp(from, to, self.id(), payload);
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

    /// A datagram leaves as it is, and what `change` makes of its IP packet arrives, at these times.
    pub(crate) fn send_changed(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        change: impl FnOnce(Vec<u8>) -> Vec<(u64, Vec<u8>)>,
    ) {
        let [from, to] = self.ends(side);
        let frame = frames::udp(from, to, self.id(), payload);
        self.exchange(side, micros, frame, change);
    }

    /// Sends a datagram in a frame that arrives with one bit of its Ethernet address flipped.
    pub(crate) fn send_astray(&mut self, side: Side, micros: u64, payload: &[u8], arrival: u64) {
        let [from, to] = self.ends(side);
        let mut frame = frames::udp(from, to, self.id(), payload);
        self.lab
            .capture(Self::host(side), micros, Direction::Outgoing, frame.clone());
        frame[1] ^= 1;
        let receiver = Self::host(side.other());
        self.lab
            .capture(receiver, arrival, Direction::Incoming, frame);
    }

    /// Sends a datagram without identification, as Linux does: one with the same payload is alike.
    pub(crate) fn send_alike(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        arrivals: impl IntoIterator<Item = u64>,
    ) {
        let [from, to] = self.ends(side);
        let frame = frames::udp(from, to, 0, payload);
        let arrives = |packet: Vec<u8>| {
            let arrivals = arrivals.into_iter();
            arrivals.map(|at| (at, packet.clone())).collect()
        };
        self.exchange(side, micros, frame, arrives);
    }

    /// As [`Udp::send_changed`], without the flag DF (RFC 791, 3.1).
    pub(crate) fn send_breakable(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        change: impl FnOnce(Vec<u8>) -> Vec<(u64, Vec<u8>)>,
    ) {
        let [from, to] = self.ends(side);
        let mut frame = frames::udp(from, to, self.id(), payload);
        frame[ETHERNET + 6] &= !0x40;
        self.exchange(side, micros, frame, change);
    }

    fn exchange(
        &mut self,
        side: Side,
        micros: u64,
        frame: Vec<u8>,
        change: impl FnOnce(Vec<u8>) -> Vec<(u64, Vec<u8>)>,
    ) {
        let (header, packet) = frame.split_at(ETHERNET);
        for (at, packet) in change(packet.to_vec()) {
            let arrived = [header, &packet].concat();
            self.lab
                .capture(Self::host(side.other()), at, Direction::Incoming, arrived);
        }
        self.lab
            .capture(Self::host(side), micros, Direction::Outgoing, frame);
    }

    /// Sends a datagram as fragments of at most so many bytes behind their IPv4 headers, a multiple of
    /// eight. Each arrives so many microseconds later, or never.
    pub(crate) fn send_fragments(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        most: usize,
        arrive: &[Option<u64>],
    ) {
        let frames = self.fragments(side, payload, most);
        assert_eq!(frames.len(), arrive.len());
        for (frame, later) in frames.into_iter().zip(arrive) {
            let arrived = later.map(|later| (micros + later, frame.clone()));
            self.pass(side, micros, frame, arrived);
        }
    }

    /// As [`Udp::send_fragments`], and all arrive so many microseconds later, the last bit of that
    /// fragment flipped.
    pub(crate) fn send_fragments_flipped(
        &mut self,
        side: Side,
        micros: u64,
        payload: &[u8],
        most: usize,
        (flipped, later): (usize, u64),
    ) {
        let frames = self.fragments(side, payload, most);
        for (number, frame) in frames.into_iter().enumerate() {
            let mut arrived = frame.clone();
            if number == flipped {
                *arrived.last_mut().unwrap() ^= 1;
            }
            self.pass(side, micros, frame, Some((micros + later, arrived)));
        }
    }

    fn fragments(&mut self, side: Side, payload: &[u8], most: usize) -> Vec<Vec<u8>> {
        let [from, to] = self.ends(side);
        let whole = frames::udp(from, to, self.id(), payload);
        let (headers, body) = whole.split_at(ETHERNET + 20);
        let last = body.len().div_ceil(most) - 1;
        let pieces = body.chunks(most).enumerate();
        pieces
            .map(|(number, piece)| {
                let mut frame = [headers, piece].concat();
                let length = (frame.len() - ETHERNET) as u16;
                frame[ETHERNET + 2..ETHERNET + 4].copy_from_slice(&length.to_be_bytes());
                // The flag MF and the offset in units of eight bytes (RFC 791, 3.1).
                let more = u16::from(number < last) << 13;
                let field = more | (number * most / 8) as u16;
                frame[ETHERNET + 6..ETHERNET + 8].copy_from_slice(&field.to_be_bytes());
                frame
            })
            .collect()
    }

    fn pass(&mut self, side: Side, micros: u64, frame: Vec<u8>, arrived: Option<(u64, Vec<u8>)>) {
        self.lab
            .capture(Self::host(side), micros, Direction::Outgoing, frame);
        if let Some((at, frame)) = arrived {
            self.lab
                .capture(Self::host(side.other()), at, Direction::Incoming, frame);
        }
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
