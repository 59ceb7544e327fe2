//! A TCP connection on paper.

use super::{
    CLIENT, DELAY, Lab, SERVER, at,
    frames::{self, Segment},
};
use packet::Direction;
use record::event::EventKind;
use std::{net::SocketAddr, ops::Range};

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    fn host(self) -> usize {
        match self {
            Self::Client => CLIENT,
            Self::Server => SERVER,
        }
    }
}

/// What one end did so far.
struct End {
    address: SocketAddr,
    isn: u32,
    window: u16,
    /// What its SYN offers.
    mss: u16,
    scale: Option<u8>,
    /// The bytes its program wrote.
    written: Vec<u8>,
    meant: u64,
    sent: u64,
    read: u64,
    understood: u64,
    /// What arrived of the other end's stream: when, and which bytes.
    arrived: Vec<(u64, Range<u64>)>,
    /// When its last call was over.
    idle: u64,
}

/// A TCP packet whose fields may be anything.
#[derive(Clone, Debug)]
pub(crate) struct Odd {
    pub(crate) seq: u32,
    pub(crate) ack: Option<u32>,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) window: u16,
    pub(crate) mss: u16,
    pub(crate) len: usize,
}

/// A connection. Packets carry acknowledgments of what has arrived by then.
pub(crate) struct Tcp<'a> {
    lab: &'a mut Lab,
    ends: [End; 2],
    next_id: u16,
    /// Of IPv6, or of a stack that numbers nothing.
    no_ids: bool,
    /// Whether packets carry the timestamps option.
    timestamps: bool,
    /// Whether the programs keep diaries.
    diary: bool,
}

impl<'a> Tcp<'a> {
    pub(super) fn new(lab: &'a mut Lab, client: SocketAddr, server: SocketAddr) -> Self {
        let end = |address: SocketAddr, isn| End {
            address,
            isn,
            window: 60_000,
            mss: 1_460,
            scale: None,
            written: Vec::new(),
            meant: 0,
            sent: 0,
            read: 0,
            understood: 0,
            arrived: Vec::new(),
            idle: 0,
        };
        Self {
            lab,
            ends: [end(client, 1_000), end(server, 7_000_000)],
            next_id: 0x100,
            no_ids: client.is_ipv6(),
            timestamps: false,
            diary: true,
        }
    }

    pub(crate) fn isn(mut self, side: Side, isn: u32) -> Self {
        self.end(side).isn = isn;
        self
    }

    pub(crate) fn mss(self, mss: u16) -> Self {
        self.mss_of(Side::Client, mss).mss_of(Side::Server, mss)
    }

    pub(crate) fn mss_of(mut self, side: Side, mss: u16) -> Self {
        self.end(side).mss = mss;
        self
    }

    pub(crate) fn scale(mut self, side: Side, scale: u8) -> Self {
        self.end(side).scale = Some(scale);
        self
    }

    pub(crate) fn window(&mut self, side: Side, window: u16) {
        self.end(side).window = window;
    }

    pub(crate) fn port(mut self, port: u16) -> Self {
        self.end(Side::Client).address.set_port(port);
        self
    }

    pub(crate) fn server_port(mut self, port: u16) -> Self {
        self.end(Side::Server).address.set_port(port);
        self
    }

    pub(crate) fn without_ids(mut self) -> Self {
        self.no_ids = true;
        self
    }

    pub(crate) fn with_timestamps(mut self) -> Self {
        self.timestamps = true;
        self
    }

    pub(crate) fn without_diary(mut self) -> Self {
        self.diary = false;
        self
    }

    fn end(&mut self, side: Side) -> &mut End {
        &mut self.ends[side as usize]
    }

    fn event(&mut self, side: Side, micros: u64, kind: EventKind) {
        if self.diary {
            let ends = [self.end(side).address, self.end(side.other()).address];
            self.lab.event(side.host(), "tcp", ends, micros, kind);
        }
    }

    /// Puts a packet into both captures; `arrivals` are the times at the receiver.
    fn packet(&mut self, side: Side, micros: u64, arrivals: &[u64], segment: &Segment<'_>) {
        self.next_id += 1;
        let id = if self.no_ids { 0 } else { self.next_id };
        let (from, to) = (self.end(side).address, self.end(side.other()).address);
        let timestamp = self.timestamps.then_some((micros / 1_000) as u32);
        let segment = Segment {
            timestamp,
            ..*segment
        };
        let frame = frames::tcp(from, to, id, &segment);
        self.lab
            .capture(side.host(), micros, Direction::Outgoing, frame.clone());
        for arrival in arrivals {
            let host = side.other().host();
            self.lab
                .capture(host, *arrival, Direction::Incoming, frame.clone());
        }
    }

    /// The handshake, begun by the client, and the two events it ends with.
    pub(crate) fn open(mut self, micros: u64) -> Self {
        let [client_isn, server_isn] = [self.ends[0].isn, self.ends[1].isn];
        let syn = Segment {
            seq: client_isn,
            syn: true,
            window: self.ends[0].window,
            mss: self.ends[0].mss,
            scale: self.ends[0].scale,
            ..Segment::default()
        };
        self.packet(Side::Client, micros, &[micros + DELAY], &syn);
        let syn_ack = Segment {
            seq: server_isn,
            ack: Some(client_isn.wrapping_add(1)),
            syn: true,
            window: self.ends[1].window,
            mss: self.ends[1].mss,
            scale: self.ends[1].scale,
            ..Segment::default()
        };
        let answered = micros + DELAY + 10;
        let opened = answered + DELAY;
        self.packet(Side::Server, answered, &[opened], &syn_ack);
        self.ack(Side::Client, opened + 10);
        let begin = at(micros);
        self.event(Side::Client, opened + 50, EventKind::Opened { begin });
        self.event(Side::Server, opened + DELAY + 50, EventKind::Accepted);
        self
    }

    /// The program means each of these as a message, and hands them over with one write, which
    /// takes 5 µs.
    pub(crate) fn write(&mut self, side: Side, micros: u64, messages: &[&str]) {
        for message in messages {
            self.mean(side, micros, message.len() as u64);
        }
        self.write_bytes(side, micros, messages.concat().as_bytes());
    }

    /// The program means the next so many bytes as one message.
    pub(crate) fn mean(&mut self, side: Side, micros: u64, len: u64) {
        let range = self.end(side).meant..self.end(side).meant + len;
        self.end(side).meant = range.end;
        let body = range.clone();
        self.event(side, micros, EventKind::Message { range, body });
    }

    /// The program means the next bytes as one message: so many of framing, then its body.
    pub(crate) fn message_with_head(&mut self, side: Side, micros: u64, head: u64, body: u64) {
        let start = self.end(side).meant;
        let range = start..start + head + body;
        self.end(side).meant = range.end;
        let body = start + head..range.end;
        self.event(side, micros, EventKind::Message { range, body });
    }

    /// A write that says nothing of messages.
    pub(crate) fn write_bytes(&mut self, side: Side, micros: u64, bytes: &[u8]) {
        let end = self.end(side);
        let start = end.written.len() as u64;
        end.written.extend_from_slice(bytes);
        let range = start..end.written.len() as u64;
        let begin = at(micros);
        self.event(side, micros + 5, EventKind::Write { begin, range });
    }

    /// The next so many bytes leave in one segment, and arrive after the link's delay.
    pub(crate) fn send(&mut self, side: Side, micros: u64, len: u64) {
        let from = self.end(side).sent;
        self.send_range(side, micros, from..from + len, &[micros + DELAY]);
    }

    /// The next so many bytes leave in one segment, which the link loses.
    pub(crate) fn send_lost(&mut self, side: Side, micros: u64, len: u64) {
        let from = self.end(side).sent;
        self.send_range(side, micros, from..from + len, &[]);
    }

    /// These bytes leave in one segment, for the first time or again, and arrive at these times.
    pub(crate) fn send_range(
        &mut self,
        side: Side,
        micros: u64,
        range: Range<u64>,
        arrivals: &[u64],
    ) {
        let ack = self.acknowledgment(side, micros);
        let end = self.end(side);
        end.sent = end.sent.max(range.end);
        let payload = end.written[range.start as usize..range.end as usize].to_vec();
        let segment = Segment {
            seq: end.isn.wrapping_add(1).wrapping_add(range.start as u32),
            ack: Some(ack),
            window: end.window,
            payload: &payload,
            ..Segment::default()
        };
        self.packet(side, micros, arrivals, &segment);
        for arrival in arrivals {
            self.end(side.other())
                .arrived
                .push((*arrival, range.clone()));
        }
    }

    /// One byte that was acknowledged already, as a keep-alive.
    pub(crate) fn keep_alive(&mut self, side: Side, micros: u64) {
        let sent = self.end(side).sent;
        self.send_range(side, micros, sent - 1..sent, &[micros + DELAY]);
    }

    /// A packet without payload.
    pub(crate) fn ack(&mut self, side: Side, micros: u64) {
        let ack = self.acknowledgment(side, micros);
        self.bare(side, micros, false, ack);
    }

    /// An acknowledgment that arrives at that time.
    pub(crate) fn ack_arriving(&mut self, side: Side, micros: u64, arrival: u64) {
        let ack = self.acknowledgment(side, micros);
        self.bare_arriving(side, micros, false, ack, &[arrival]);
    }

    /// An acknowledgment that the link loses.
    pub(crate) fn ack_lost(&mut self, side: Side, micros: u64) {
        let ack = self.acknowledgment(side, micros);
        self.bare_arriving(side, micros, false, ack, &[]);
    }

    /// A packet without payload that acknowledges this offset, whatever has arrived.
    pub(crate) fn ack_of(&mut self, side: Side, micros: u64, offset: u32) {
        let theirs = self.end(side.other()).isn.wrapping_add(1);
        self.bare(side, micros, false, theirs.wrapping_add(offset));
    }

    pub(crate) fn fin(&mut self, side: Side, micros: u64) {
        let ack = self.acknowledgment(side, micros);
        self.bare(side, micros, true, ack);
    }

    fn bare(&mut self, side: Side, micros: u64, fin: bool, ack: u32) {
        self.bare_arriving(side, micros, fin, ack, &[micros + DELAY]);
    }

    fn bare_arriving(&mut self, side: Side, micros: u64, fin: bool, ack: u32, arrivals: &[u64]) {
        let end = self.end(side);
        let segment = Segment {
            seq: end.isn.wrapping_add(1).wrapping_add(end.sent as u32),
            ack: Some(ack),
            fin,
            window: end.window,
            ..Segment::default()
        };
        self.packet(side, micros, arrivals, &segment);
    }

    /// A packet that no stack would send, arriving after the link's delay.
    pub(crate) fn odd(&mut self, side: Side, micros: u64, odd: &Odd) {
        let segment = Segment {
            seq: odd.seq,
            ack: odd.ack,
            syn: odd.syn,
            fin: odd.fin,
            window: odd.window,
            mss: odd.mss,
            payload: &vec![b'x'; odd.len],
            ..Segment::default()
        };
        self.packet(side, micros, &[micros + DELAY], &segment);
    }

    /// What an end acknowledges at a time: all that arrived without a hole.
    fn acknowledgment(&mut self, side: Side, micros: u64) -> u32 {
        let theirs = self.end(side.other()).isn.wrapping_add(1);
        let mut there: Vec<Range<u64>> = self
            .end(side)
            .arrived
            .iter()
            .filter(|(arrived, _)| *arrived <= micros)
            .map(|(_, range)| range.clone())
            .collect();
        there.sort_by_key(|range| range.start);
        let whole = there.iter().fold(0, |end: u64, range| {
            if range.start <= end {
                end.max(range.end)
            } else {
                end
            }
        });
        theirs.wrapping_add(whole as u32)
    }

    /// A read of at most `asked` bytes returns so many.
    pub(crate) fn read(&mut self, side: Side, micros: u64, asked: u64, len: u64) {
        let end = self.end(side);
        let range = end.read..end.read + len;
        end.read = range.end;
        let begin = at(end.idle);
        end.idle = micros;
        let kind = EventKind::Read {
            begin,
            range,
            asked,
        };
        self.event(side, micros, kind);
    }

    /// The program takes the next so many bytes for one message.
    pub(crate) fn understand(&mut self, side: Side, micros: u64, len: u64) {
        let end = self.end(side);
        let range = end.understood..end.understood + len;
        end.understood = range.end;
        let body = range.clone();
        self.event(side, micros, EventKind::Understood { range, body });
    }

    /// The program takes the next bytes for one message: so many of framing, then its body.
    pub(crate) fn understand_with_head(&mut self, side: Side, micros: u64, head: u64, body: u64) {
        let start = self.end(side).understood;
        let range = start..start + head + body;
        self.end(side).understood = range.end;
        let body = start + head..range.end;
        self.event(side, micros, EventKind::Understood { range, body });
    }

    /// The program reads the end of the stream.
    pub(crate) fn read_end(&mut self, side: Side, micros: u64) {
        self.event(side, micros, EventKind::Eof);
    }

    /// The program is done with the connection.
    pub(crate) fn closed(&mut self, side: Side, micros: u64, how: record::event::Closing) {
        self.event(side, micros, EventKind::Closed { how });
    }

    /// The program takes these bytes for one message, once more.
    pub(crate) fn understand_again(&mut self, side: Side, micros: u64, range: Range<u64>) {
        let body = range.clone();
        self.event(side, micros, EventKind::Understood { range, body });
    }

    /// A naive receiver: what one read returns it takes for a message.
    pub(crate) fn read_naively(&mut self, side: Side, micros: u64, len: u64) {
        self.read(side, micros, 1_024, len);
        self.understand(side, micros + 5, len);
    }
}
