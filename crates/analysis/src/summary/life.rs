//! One connection, while its packets go by.

use crate::{
    ends::Ends,
    findings::watch::Watch,
    frame::{Frame, Tcp},
    model::connection::{Connection, Direction, End, Stream, Unlisted},
    sequence::Origin,
    tcp_flags,
    wire::{
        conversation::Opener,
        handshake::{self, Beginning, Vantage},
        reader::Reader,
        stream::Opening,
    },
};
use std::net::SocketAddr;

/// What is known of a connection so far.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) ends: Ends,
    /// Which side the client is, by [`Ends`].
    client: usize,
    /// Near which end it was captured, as the file says.
    noted: Option<Vantage>,
    /// How many packets it has, as far as `birth` asks.
    packets: u8,
    ways: [Way; 2],
    birth: Box<Birth>,
    /// What the flags rest on, which goes on from life to life of a four-tuple.
    flagging: tcp_flags::Connection,
    flags: tcp_flags::Counts,
}

/// What only the first packets and the end are about: what each packet needs should lie close together.
#[derive(Debug)]
struct Birth {
    opener: Opener,
    /// When its first packet was captured.
    first: u64,
    beginning: Beginning,
    /// The first SYN of each end, the client's first.
    syns: [Option<Tcp>; 2],
}

/// One direction.
#[derive(Debug)]
struct Way {
    reader: Reader,
    has_begun: bool,
    watch: Watch,
}

impl Way {
    fn new(listed: usize) -> Self {
        Self {
            reader: Reader::default(),
            has_begun: false,
            watch: Watch::new(listed),
        }
    }

    fn begin(&mut self, origin: Origin) {
        self.reader.begin(origin);
        self.has_begun = true;
    }

    fn agree(&mut self, opening: &Opening) {
        self.reader.agree(opening);
        self.watch.mss = self.reader.mss();
    }

    fn end(&mut self) -> Stream {
        self.watch.end();
        let segments = self.watch.take_listed();
        let unlisted = Unlisted {
            segments: self.watch.count() - segments.len() as u64,
            findings: self.watch.alike(),
            waits: Vec::new(),
        };
        let mut stream = Stream {
            segments,
            unlisted,
            ..Stream::default()
        };
        self.reader.figures(&mut stream);
        stream
    }
}

impl Life {
    /// Begins with a packet of the side `from`, which is still to be added. `flagging` is what the four-tuple had before.
    pub(super) fn new(
        frame: &Frame<'_>,
        tcp: &Tcp,
        (ends, from): (Ends, usize),
        listed: usize,
        flagging: tcp_flags::Connection,
    ) -> Self {
        let opener = Opener::of(frame, tcp);
        let mut ways = [Way::new(listed), Way::new(listed)];
        if let Some(isn) = opener.client_isn {
            ways[0].begin(Origin::after_syn(isn));
        }
        let client = match opener.client == frame.source() {
            true => from,
            false => 1 - from,
        };
        Self {
            ends,
            client,
            noted: None,
            packets: 0,
            birth: Box::new(Birth {
                opener,
                first: frame.at,
                beginning: Beginning::default(),
                syns: [None; 2],
            }),
            ways,
            flagging,
            flags: tcp_flags::Counts::default(),
        }
    }

    /// What the flags rest on, for the next life of the four-tuple.
    pub(super) fn take_flagging(&mut self) -> tcp_flags::Connection {
        std::mem::take(&mut self.flagging)
    }

    /// Flags a segment; `from` is the side that sent it, by [`Ends`].
    #[inline]
    pub(super) fn flag(&mut self, from: usize, segment: &tcp_flags::Segment) {
        self.flags.add(self.flagging.next(from, segment));
    }

    /// Whether that packet, between the same ends, begins another connection.
    pub(super) fn is_over(&self, tcp: &Tcp) -> bool {
        tcp.syn() && self.birth.opener.is_over(tcp)
    }

    /// Adds a packet of the side `from`.
    #[inline]
    pub(super) fn next(&mut self, from: usize, frame: &Frame<'_>, tcp: &Tcp) {
        let from_client = from == self.client;
        if self.packets < Beginning::PACKETS {
            self.packets += 1;
            self.birth.beginning.add(frame.at, tcp);
        }
        if let (None, Some(way)) = (self.noted, frame.way) {
            self.noted = Some(handshake::noted(way, from_client));
        }
        if tcp.syn() {
            self.open(usize::from(!from_client), tcp);
        }
        let [there, back] = &mut self.ways;
        let (own, other) = match from_client {
            true => (there, back),
            false => (back, there),
        };
        // Without a SYN a stream begins with the first byte that a packet names.
        if !own.has_begun {
            own.begin(match tcp.syn() {
                true => Origin::after_syn(tcp.seq),
                false => Origin::at(tcp.seq),
            });
        }
        if let (false, Some(ack)) = (other.has_begun, tcp.ack()) {
            other.begin(Origin::at(ack));
        }
        let before = own.watch.count();
        own.reader.sent(frame, tcp, &mut own.watch);
        other.reader.received(frame, tcp, &mut other.watch);
        if own.watch.count() > before {
            other.watch.answered();
        }
    }

    fn open(&mut self, from: usize, tcp: &Tcp) {
        self.birth.syns[from].get_or_insert(*tcp);
        let [ours, theirs] = self.birth.syns;
        let [there, back] = &mut self.ways;
        there.agree(&Opening { ours, theirs });
        back.agree(&Opening {
            ours: theirs,
            theirs: ours,
        });
    }

    /// There will be no more packets.
    pub(super) fn end(mut self) -> (Connection, [Watch; 2]) {
        let Birth {
            opener,
            first,
            beginning,
            ..
        } = *self.birth;
        let vantage = self.noted.unwrap_or_else(|| beginning.vantage());
        let mut streams = [self.ways[0].end(), self.ways[1].end()];
        for way in Direction::BOTH
            .into_iter()
            .filter(|way| vantage.is_at_sender(*way))
        {
            let at = way.index();
            streams[at].unlisted.waits = self.ways[at].watch.waits();
        }
        let is_at_client = vantage.is_at_sender(Direction::ClientToServer);
        let handshake = beginning.round_trip().filter(|_| is_at_client);
        let connection = Connection {
            client: end(opener.client),
            server: end(opener.server),
            opened: opener.client_isn.map(|_| first),
            syns: Vec::new(),
            handshake,
            flags: self.flags,
            streams,
        };
        (connection, self.ways.map(|way| way.watch))
    }
}

fn end(address: SocketAddr) -> End {
    End {
        address,
        host: None,
        program: None,
    }
}
