//! A TCP connection, its two streams and what became of their bytes.

use crate::tcp_flags::Counts;
use scenario::finding::{Cause, FindingCode};
use serde::Serialize;
use std::{net::SocketAddr, ops::Range};

/// One TCP connection: one life of its four-tuple.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Connection {
    /// Who opened it (who sent the SYN; without a SYN, the end with the higher port).
    pub client: End,
    /// The other end.
    pub server: End,
    /// When the first SYN was sent; none when it was not captured.
    pub opened: Option<u64>,
    /// From the SYN to the SYN-ACK at the client; none when either is missing or was sent again,
    /// or the capture was not made at the client.
    pub handshake: Option<u64>,
    /// The SYNs of a run's client, in its capture, where it sent more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub syns: Vec<Syn>,
    /// On how many frames Wireshark's TCP analysis sets which flag, by name; empty for a run.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    pub flags: Counts,
    /// Client to server, then server to client.
    pub streams: [Stream; 2],
}

/// One end of a connection or flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct End {
    /// Address and port.
    pub address: SocketAddr,
    /// The lab's host with that address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The program of that host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// A packet that opens a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Syn {
    /// Its frame number.
    pub frame: u64,
    /// When it left.
    pub at: u64,
}

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// What the client sends.
    ClientToServer,
    /// What the server sends.
    ServerToClient,
}

impl Direction {
    /// Both, in the order of [`Connection::streams`].
    pub const BOTH: [Self; 2] = [Self::ClientToServer, Self::ServerToClient];

    /// Its place in [`Connection::streams`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The other one.
    pub fn reverse(self) -> Self {
        match self {
            Self::ClientToServer => Self::ServerToClient,
            Self::ServerToClient => Self::ClientToServer,
        }
    }
}

impl Connection {
    /// What is sent in that direction.
    pub fn stream(&self, direction: Direction) -> &Stream {
        &self.streams[direction.index()]
    }

    /// Who sends in that direction.
    pub fn sender(&self, direction: Direction) -> &End {
        match direction {
            Direction::ClientToServer => &self.client,
            Direction::ServerToClient => &self.server,
        }
    }

    /// Who receives in that direction.
    pub fn receiver(&self, direction: Direction) -> &End {
        self.sender(direction.reverse())
    }
}

/// The bytes sent in one direction, as the programs and the wire had them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stream {
    /// Largest payload of a segment without TCP options: the smaller of both ends' MSS options
    /// (RFC 9293, 3.7.1); none when a SYN is missing.
    pub mss: Option<u16>,
    /// Packets sent, those without payload included.
    pub packets: u64,
    /// Bytes of their IP packets.
    pub wire: u64,
    /// What Ethernet adds to these packets, in bytes: preamble, header, check sequence and gap (38 of
    /// each), and what fills up those below 46 (IEEE 802.3).
    pub framing: u64,
    /// Payload bytes sent at least once.
    pub payload: u64,
    /// Whether the sender ended the stream (FIN).
    pub finished: bool,
    /// Whether the sender reset the connection (RST).
    pub reset: bool,
    /// From segments to the acknowledgments that cover them, where the sender's packets were captured.
    pub round_trips: Option<RoundTrips>,
    /// The windows that the receiver offered; none when their scale is not known.
    pub offered: Option<Offered>,
    /// Whether the receiver's packets were captured too, so that a missing arrival is a loss.
    pub arrivals_known: bool,
    /// What the sending program meant as units, by offset.
    pub messages: Vec<Message>,
    /// The sending program's write calls, by offset.
    pub writes: Vec<Write>,
    /// Segments with payload, by time, numbered in the sender's capture.
    pub segments: Vec<Segment>,
    /// The receiving program's read calls that returned bytes, by offset.
    pub reads: Vec<Read>,
    /// What the receiving program took for units, by offset.
    pub understood: Vec<Understood>,
    /// Where each message went: one entry per message.
    pub provenance: Vec<Trace>,
    /// Segments that seem to have waited for an acknowledgment, told from the capture alone;
    /// empty where a diary says when the bytes were written.
    pub waits: Vec<Wait>,
    /// What lay in both kernels' queues; none where a diary or a capture of one end is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queues: Option<Queues>,
    /// Bytes that did not come in their turn, and the messages that waited behind them; empty where a
    /// capture of one end is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Hole>,
    /// How segments and windows went, from the first segment to the last; empty for few segments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<Slice>,
    /// What a summary counts and does not list. JSON is never a summary.
    #[serde(skip)]
    pub unlisted: Unlisted,
}

/// What there is of a stream besides what is listed, in a [summary](crate::summarise).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unlisted {
    /// Segments behind those that are listed.
    pub segments: u64,
    /// Findings of the same kind as one that is listed.
    pub findings: Vec<Alike>,
    /// Segments that seem to have waited, of which none is listed.
    pub waits: Vec<Waits>,
}

/// More findings of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Which phenomenon.
    pub code: FindingCode,
    /// Why it came about.
    pub cause: Cause,
    /// How many more.
    pub more: u64,
}

/// What lay in the sender's and the receiver's kernel, in bytes, from the begin of the first write to the
/// last read or acknowledgment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Queues {
    /// When the first write began.
    pub begin: u64,
    /// When both were empty for good, or nothing more is known.
    pub end: u64,
    /// The most that had been handed over and was not acknowledged.
    pub most_sent: u64,
    /// The most that had arrived in order and was not read.
    pub most_received: u64,
    /// How long the slowest last byte of a write took from the write's end until it first left, in ns.
    pub to_wire: u64,
    /// And until the end of the read that returned it.
    pub to_read: u64,
    /// The most in the sender's in each of so many equal spans of time.
    pub send: Vec<u64>,
    /// The most in the receiver's.
    pub receive: Vec<u64>,
}

/// Bytes that were lost or overtaken, until they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hole {
    /// What was missing, as far as one segment filled it.
    pub range: Range<u64>,
    /// The segments that carried its first byte until then, as places in [`Stream::segments`]: one if it
    /// was overtaken, more if it was sent again.
    pub tries: Vec<usize>,
    /// What filled it.
    pub filled: Arrival,
    /// The messages that had arrived whole behind it, and could not be handed over.
    pub behind: Vec<HeldUp>,
}

/// A message behind a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HeldUp {
    /// Its place in [`Stream::messages`].
    pub message: usize,
    /// From the arrival of its last byte until the hole was filled.
    pub waited: u64,
}

/// A slice of the time in which a stream was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Slice {
    /// When it begins.
    pub begin: u64,
    /// When it ends.
    pub end: u64,
    /// Segments with payload.
    pub segments: u64,
    /// Their payload in bytes.
    pub payload: u64,
    /// Their IP and TCP headers in bytes.
    pub headers: u64,
    /// Packets from the receiver that acknowledge or announce a window.
    pub acknowledgments: u64,
    /// The smallest window that the receiver announced, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_window: Option<u64>,
    /// And the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_window: Option<u64>,
}

/// How long acknowledgments took, in ns. What was sent twice is left out (RFC 6298, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RoundTrips {
    /// How many were measured.
    pub count: u64,
    /// The shortest.
    pub shortest: u64,
    /// Their mean.
    pub mean: u64,
    /// The longest.
    pub longest: u64,
}

/// Windows in bytes, scaled; those of SYNs are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Offered {
    /// The smallest.
    pub smallest: u64,
    /// The largest.
    pub largest: u64,
}

/// What the sending program means as one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Message {
    /// When the program said so.
    pub at: u64,
    /// With framing.
    pub range: Range<u64>,
    /// Without framing.
    pub body: Range<u64>,
    /// The beginning of its body, as text; none when it was not captured.
    pub text: Option<String>,
}

/// One write call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Write {
    /// When it was called.
    pub begin: u64,
    /// When it returned.
    pub end: u64,
    /// What it handed over.
    pub range: Range<u64>,
}

/// One segment with payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Segment {
    /// Its frame number in the sender's capture.
    pub frame: u64,
    /// When it left.
    pub at: u64,
    /// What it carries.
    pub range: Range<u64>,
    /// The part of it that no segment carried before; empty in a pure retransmission.
    pub fresh: Range<u64>,
    /// Bytes of its IP and TCP headers.
    pub headers: u32,
    /// Whether it is as large as the MSS lets it be.
    pub full: bool,
    /// Whether it ends the stream (FIN).
    pub fin: bool,
    /// Where and when it first arrived; none when lost or not captured there.
    pub arrival: Option<Arrival>,
}

impl Segment {
    /// Bytes of payload.
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether it carries nothing. Never so in [`Stream::segments`].
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Whether all it carries was sent before.
    pub fn is_retransmission(&self) -> bool {
        self.fresh.is_empty()
    }
}

/// A packet's arrival at the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Arrival {
    /// Its frame number in the receiver's capture.
    pub frame: u64,
    /// When.
    pub at: u64,
}

/// One read call that returned bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Read {
    /// When it was called.
    pub begin: u64,
    /// When it returned.
    pub end: u64,
    /// What it returned.
    pub range: Range<u64>,
    /// How many bytes it asked for.
    pub asked: u64,
}

/// What the receiving program takes for one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Understood {
    /// When the program said so.
    pub at: u64,
    /// With framing.
    pub range: Range<u64>,
    /// Without framing.
    pub body: Range<u64>,
    /// Whether its body is exactly the body of one message.
    pub right: bool,
    /// The beginning of its body, as text; none when it was not captured.
    pub text: Option<String>,
}

/// Where one message went: positions in its stream's lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trace {
    /// The writes that handed it over.
    pub writes: Range<usize>,
    /// The segments that carried it, by time; retransmissions included.
    pub segments: Vec<usize>,
    /// The reads that returned it.
    pub reads: Range<usize>,
    /// What it was taken for.
    pub understood: Range<usize>,
}

/// A segment that left right after an acknowledgment, with nothing else that explains the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Wait {
    /// The segment's place in its stream's list.
    pub segment: usize,
    /// The earlier segment whose acknowledgment it seems to have waited for.
    pub behind: usize,
    /// Frame number of the acknowledgment.
    pub released_by: u64,
    /// From the acknowledgment to the segment.
    pub gap: u64,
    /// From the earlier segment to the acknowledgment: the longest it can have waited.
    pub at_most: u64,
    /// Whether the acknowledgment brought data too: then a program that answered at once would
    /// look the same.
    pub with_data: bool,
}

/// Waits that differ in nothing but their length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// The first of the longest.
    pub longest: Wait,
    /// The frame of its segment.
    pub frame: u64,
    /// Bytes of payload in that.
    pub bytes: u64,
    /// The frame of the segment that it seems to have waited for.
    pub behind: u64,
    /// How many there are.
    pub count: u64,
}

impl Waits {
    /// A single one, of that segment.
    pub(crate) fn one(wait: Wait, segment: &Segment, behind: u64) -> Self {
        Self {
            longest: wait,
            frame: segment.frame,
            bytes: segment.len(),
            behind,
            count: 1,
        }
    }

    /// Those of a stream that lists them: without data, then with.
    pub fn listed(stream: &Stream) -> Vec<Self> {
        let mut kinds = [None, None];
        for wait in &stream.waits {
            let segment = stream.segments.get(wait.segment);
            let behind = stream.segments.get(wait.behind);
            if let Some((segment, behind)) = segment.zip(behind) {
                let kind = &mut kinds[usize::from(wait.with_data)];
                Self::add(kind, Self::one(wait.clone(), segment, behind.frame));
            }
        }
        kinds.into_iter().flatten().collect()
    }

    /// Adds a later one to what is known.
    pub(crate) fn add(known: &mut Option<Self>, later: Self) {
        *known = Some(match known.take() {
            Some(known) => {
                let count = known.count + later.count;
                let is_longer = later.longest.at_most > known.longest.at_most;
                let longer = if is_longer { later } else { known };
                Self { count, ..longer }
            }
            None => later,
        });
    }
}
