//! What was found, and what proves it.

use super::connection::Direction;
use scenario::finding::{Cause, FindingCode};
use serde::Serialize;
use std::ops::Range;

/// One phenomenon with its cause and its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Which phenomenon.
    pub code: FindingCode,
    /// Why it came about, where the evidence decides it.
    pub cause: Cause,
    /// The host where it is seen: the sender's for what happens to segments, the receiver's for
    /// what happens to reads and understood messages. None in a single capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The program concerned at that host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Where it was found.
    pub place: Place,
    /// When it was there to see.
    pub at: u64,
    /// The frames that prove it.
    pub frames: Vec<FrameRef>,
    /// The bytes of the stream it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range<u64>>,
    /// What it cost.
    pub cost: Cost,
    /// The particulars, which depend on the code.
    pub details: Details,
    /// A display filter that shows it in Wireshark; none in a run, which has a capture for each host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// Where a finding was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In one direction of a TCP connection.
    Stream {
        /// Its place in the list of connections.
        connection: usize,
        /// Which direction.
        direction: Direction,
    },
    /// In one direction of a UDP conversation.
    Flow {
        /// Its place in the list of flows.
        flow: usize,
        /// Which direction.
        direction: Direction,
    },
    /// On the link that leaves a host.
    Link {
        /// The host.
        host: String,
    },
}

/// A frame of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FrameRef {
    /// The host whose capture it is in; none for a single capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its number there, as Wireshark shows it.
    pub number: u64,
}

/// What a finding cost. Zero where it cost nothing of the kind or nothing can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// Nanoseconds for which bytes waited.
    pub waited: u64,
    /// Bytes on the wire that a better way would have saved.
    pub bytes: u64,
    /// Packets that did not reach their receiver or that a better way would have saved.
    pub packets: u64,
}

/// The particulars of a finding. Numbers are positions in the stream's lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Details {
    /// One segment carries bytes of several messages.
    Coalesced {
        /// The segment.
        segment: usize,
        /// The messages.
        messages: Range<usize>,
        /// The writes that handed the bytes over.
        writes: Range<usize>,
        /// How the first of its bytes came to wait for the others, where they did.
        hold: Option<Hold>,
    },
    /// One segment carries many small writes of one message.
    Gathered {
        /// The segment.
        segment: usize,
        /// The writes that handed the bytes over.
        writes: Range<usize>,
        /// How the first of them came to wait for the others.
        hold: Hold,
    },
    /// The sender held a small segment for an acknowledgment that the receiver delayed.
    Stall {
        /// The segment that was held.
        segment: usize,
        /// How it was held.
        hold: Hold,
        /// For how long the receiver kept the acknowledgment: from the arrival of what it
        /// acknowledges until it left, in ns.
        acknowledgment_delay: u64,
        /// Whether that one was lost, and it took a later one to say so.
        in_vain: bool,
    },
    /// One read returned bytes of several messages.
    StickyRead {
        /// The read.
        read: usize,
        /// The messages.
        messages: Range<usize>,
        /// The segments that brought the bytes.
        segments: Vec<usize>,
    },
    /// A message needed several reads.
    SplitRead {
        /// The message.
        message: usize,
        /// The reads.
        reads: Range<usize>,
        /// Where it was cut: the offset of the first byte of each later read.
        cuts: Vec<u64>,
    },
    /// The receiver took several messages, or pieces of them, for one.
    Merged {
        /// What it took for one.
        understood: usize,
        /// The messages.
        messages: Range<usize>,
        /// The read that returned exactly these bytes, if one did.
        read: Option<usize>,
    },
    /// The receiver took a piece of a message for a whole one.
    Torn {
        /// What it took for a whole.
        understood: usize,
        /// The message it is a piece of.
        message: usize,
        /// The read that returned exactly these bytes, if one did.
        read: Option<usize>,
    },
    /// A message ended before it was whole.
    Incomplete {
        /// The message.
        message: usize,
        /// How many bytes of it, with framing, the receiver read.
        bytes: u64,
    },
    /// The receiver took a reply to begin with what was left of another.
    Leftover {
        /// What it took for the reply.
        understood: usize,
        /// The message that was left over.
        message: usize,
        /// How many bytes of it were.
        bytes: u64,
        /// The read that left them, if one ended there.
        read: Option<usize>,
    },
    /// A run of segments with less payload than header.
    Tinygrams {
        /// How many.
        count: u64,
        /// Their payload in bytes.
        payload: u64,
        /// Their IP and TCP headers in bytes.
        headers: u64,
        /// Smallest payload of one.
        smallest: u64,
        /// Largest payload of one.
        largest: u64,
        /// Whether one left while an earlier one was unacknowledged, which Nagle's algorithm
        /// would not have let happen.
        nagle_off: bool,
    },
    /// Small segments, as a slow producer wrote them.
    SillySender {
        /// How many, and what they carry.
        pieces: Pieces,
        /// The usual time from one to the next (the median), in ns.
        pause: u64,
    },
    /// Small segments, each as large as the receiver had opened its window.
    SillyReceiver {
        /// How many, and what they carry.
        pieces: Pieces,
        /// The largest window that the receiver announced, in bytes.
        window: u64,
        /// What it should have waited for before it opened its window again, in bytes: a segment, or
        /// half of that window (RFC 9293, 3.8.6.2.2).
        rule: u64,
        /// What the largest read of the receiving program meanwhile returned, in bytes; none
        /// without a diary.
        #[serde(skip_serializing_if = "Option::is_none")]
        read: Option<u64>,
    },
    /// A receiver's window was closed.
    ZeroWindow {
        /// For how long, in ns; none where it was never opened again.
        waited: Option<u64>,
        /// How often the sender asked meanwhile whether it still was.
        probes: u64,
    },
    /// A sender filled the receiver's window.
    WindowFull {
        /// How often.
        times: u64,
    },
    /// The maximum segment size is small.
    SmallMss {
        /// The smaller of those that both ends announced, in bytes.
        announced: u16,
        /// Payload of the largest segment.
        largest: u64,
        /// Segments with payload.
        segments: u64,
        /// Payload bytes sent at least once.
        payload: u64,
        /// IP and TCP headers of these segments in bytes.
        headers: u64,
    },
    /// Packets above the path's MTU vanished.
    BlackHole {
        /// Segments that were lost.
        lost: u64,
        /// The smallest of their IP packets, in bytes.
        smallest_lost: u64,
        /// The largest IP packet of a segment that arrived.
        largest_arrived: u64,
        /// From when the first of them left until its first byte arrived, in ns; 0 where it never
        /// did.
        waited: u64,
    },
    /// Something happened to a datagram.
    Datagram {
        /// Which: its place in the flow's list.
        datagram: usize,
    },
    /// A link did not do what it was asked; [`Analysis::doubts`](super::Analysis) has the figures.
    Condition,
}

/// Segments of a silly window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pieces {
    /// How many.
    pub count: u64,
    /// Their payload in bytes.
    pub payload: u64,
    /// Their IP and TCP headers in bytes.
    pub headers: u64,
    /// Smallest payload of one.
    pub smallest: u64,
    /// Largest payload of one.
    pub largest: u64,
}

/// How bytes came to wait in the sender's kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hold {
    /// When the program had handed over the first of the bytes.
    pub written: u64,
    /// When they left.
    pub left: u64,
    /// How many of the bytes had been handed over while they waited.
    pub bytes: u64,
    /// The segment that was under way and not acknowledged.
    pub behind: Option<usize>,
    /// Frame number of the acknowledgment that let them go.
    pub released_by: Option<u64>,
    /// Segments under way when the bytes were let go.
    pub in_flight: usize,
    /// Bytes the receiver's window would still have taken before they were let go; none when the
    /// window is not known.
    pub room: Option<u64>,
}

impl Hold {
    /// How long they waited.
    pub fn waited(&self) -> u64 {
        self.left.saturating_sub(self.written)
    }
}
