//! One connection, while its packets go by.

use crate::{
    findings::watch::Watch,
    frame::{Frame, Tcp},
    model::connection::{Connection, End, Stream, Unlisted},
    sequence::Origin,
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
    opener: Opener,
    /// When its first packet was captured.
    first: u64,
    beginning: Beginning,
    /// Near which end it was captured, as the file says.
    noted: Option<Vantage>,
    /// The first SYN of each end, the client's first.
    syns: [Option<Tcp>; 2],
    ways: [Way; 2],
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
        let segments = std::mem::take(&mut self.watch.segments);
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
    /// Begins with a packet, which is still to be added.
    pub(super) fn new(frame: &Frame<'_>, tcp: &Tcp, listed: usize) -> Self {
        let opener = Opener::of(frame, tcp);
        let mut ways = [Way::new(listed), Way::new(listed)];
        if let Some(isn) = opener.client_isn {
            ways[0].begin(Origin::after_syn(isn));
        }
        Self {
            opener,
            first: frame.at,
            beginning: Beginning::default(),
            noted: None,
            syns: [None; 2],
            ways,
        }
    }

    /// Whether that packet, between the same ends, begins another connection.
    pub(super) fn is_over(&self, tcp: &Tcp) -> bool {
        self.opener.is_over(tcp)
    }

    pub(super) fn next(&mut self, frame: &Frame<'_>, tcp: &Tcp) {
        let from_client = frame.source == self.opener.client;
        self.beginning.add(frame.at, tcp);
        if let (None, Some(way)) = (self.noted, frame.way) {
            self.noted = Some(handshake::noted(way, from_client));
        }
        if tcp.syn {
            self.open(usize::from(!from_client), tcp);
        }
        let [there, back] = &mut self.ways;
        let (own, other) = match from_client {
            true => (there, back),
            false => (back, there),
        };
        // Without a SYN a stream begins with the first byte that a packet names.
        if !own.has_begun {
            own.begin(match tcp.syn {
                true => Origin::after_syn(tcp.seq),
                false => Origin::at(tcp.seq),
            });
        }
        if let (false, Some(ack)) = (other.has_begun, tcp.ack) {
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
        self.syns[from].get_or_insert(*tcp);
        let [ours, theirs] = self.syns;
        let [there, back] = &mut self.ways;
        there.agree(&Opening { ours, theirs });
        back.agree(&Opening {
            ours: theirs,
            theirs: ours,
        });
    }

    /// There will be no more packets.
    pub(super) fn end(mut self) -> (Connection, [Watch; 2]) {
        let vantage = self.noted.unwrap_or_else(|| self.beginning.vantage());
        let mut streams = [self.ways[0].end(), self.ways[1].end()];
        let at_end = match vantage {
            Vantage::Client => Some(0),
            Vantage::Server => Some(1),
            Vantage::Unknown => None,
        };
        if let Some(at_end) = at_end {
            streams[at_end].unlisted.waits = self.ways[at_end].watch.waits();
        }
        let is_at_client = vantage == Vantage::Client;
        let handshake = self.beginning.round_trip().filter(|_| is_at_client);
        let connection = Connection {
            client: end(self.opener.client),
            server: end(self.opener.server),
            opened: self.opener.client_isn.map(|_| self.first),
            handshake,
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
