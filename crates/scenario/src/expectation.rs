//! What a variant must show.

use crate::{
    finding::{Cause, FindingCode, names},
    text::Text,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One expectation of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// As the user wrote it, for messages.
    pub written: String,
    /// What must be so.
    pub claim: Claim,
    /// Only on this stack; on any without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Only>,
}

/// That an expectation holds on one stack only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Only {
    /// Which.
    pub stack: Stack,
    /// What the other one does instead.
    pub because: Text,
}

names! {
    /// Whose TCP and IP a host speaks.
    Stack {
        /// The Linux kernel's.
        Linux = "linux",
        /// smoltcp's, which simulated hosts have.
        Smoltcp = "smoltcp",
    }
}

/// What an expectation claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A finding is there, or is there so many times.
    Finding {
        /// Which.
        code: FindingCode,
        /// Only with this cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
        /// Only at this host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// How many; at least one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<Check>,
    },
    /// A measured value lies where it should.
    Value {
        /// Which value.
        path: ValuePath,
        /// Where it should lie.
        check: Check,
    },
    /// A `command:` program has printed a line, or so many such lines.
    Output {
        /// The host's name.
        host: String,
        /// The program's name.
        program: String,
        /// Which lines are meant.
        line: Line,
        /// How many; at least one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<Check>,
    },
    /// What a link was asked to do is proven by the captures. Too few packets to tell make it
    /// inconclusive.
    Condition {
        /// Which condition.
        condition: Condition,
        /// Only that of this host's link; without one, of every link that asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// Only of packets for this host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        toward: Option<String>,
    },
}

/// Which lines of an output are meant. Line ends don't count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// Those that are exactly this.
    Is(String),
    /// Those that this is a part of.
    Contains(String),
}

impl Line {
    /// How many lines of the output are meant.
    pub fn count(&self, output: &str) -> u64 {
        let is_meant = |line: &&str| match self {
            Self::Is(whole) => line == whole,
            Self::Contains(part) => line.contains(part.as_str()),
        };
        output.lines().filter(is_meant).count() as u64
    }
}

names! {
    /// What a link can be asked for, as far as captures can prove it.
    Condition {
        /// Packets take as long as was asked.
        Delay = "delay",
        /// Their delays vary as was asked.
        Jitter = "jitter",
        /// As many packets are lost as was asked.
        Loss = "loss",
        /// As many packets arrive twice as was asked.
        Duplicate = "duplicate",
        /// As many packets arrive with a flipped bit as was asked.
        Corrupt = "corrupt",
        /// As many packets overtake others as was asked.
        Reorder = "reorder",
        /// Packets leave no faster than was asked, and as fast where there are enough of them.
        Rate = "rate",
        /// The link holds no more than was asked, and drops the rest.
        Queue = "queue",
        /// No larger packet arrives than the host's or the path's MTU lets through.
        Mtu = "mtu",
        /// Nothing arrives while the network is cut, and something before or after.
        Outage = "outage",
    }
}

/// Names a measured value: `host.peer.metric`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ValuePath {
    /// The host's name.
    pub host: String,
    /// The name of what the host runs.
    pub peer: String,
    /// What is measured there.
    pub metric: Metric,
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.host, self.peer, self.metric)
    }
}

names! {
    /// What analysis measures for each peer. A value that was not measured fails no expectation:
    /// it makes it inconclusive.
    Metric {
        /// Messages the peer meant to send.
        Messages = "messages",
        /// Write calls that handed over bytes.
        Writes = "writes",
        /// Read calls that returned bytes.
        Reads = "reads",
        /// Messages the peer understood, right or wrong.
        Understood = "understood",
        /// Data segments the peer's host sent, retransmissions included.
        Segments = "segments",
        /// Segments sent again.
        Retransmissions = "retransmissions",
        /// Payload bytes the peer sent, retransmissions not counted.
        Payload = "payload",
        /// Payload bytes per data segment the peer's host sent for the first time, rounded.
        SegmentPayload = "segment-payload",
        /// Bytes of IP packets in both directions, headers included.
        Wire = "wire",
        /// Datagrams the peer sent.
        DatagramsSent = "datagrams-sent",
        /// Datagrams the peer received.
        DatagramsReceived = "datagrams-received",
        /// From the begin of the first write to the end of the last read that returned bytes.
        Elapsed = "elapsed",
        /// From a connection's SYN to the end of the first read that returned bytes; the longest of
        /// several.
        FirstByte = "first-byte",
        /// The longest time that one write call took.
        WriteCall = "write-call",
        /// The longest time from the return of a write to the end of the other side's read that returned
        /// its last byte.
        Delivery = "delivery",
        /// The most bytes that the peer had handed over and that were not acknowledged: what lay in its
        /// kernel's send queue (SIOCOUTQ), as far as writes had returned.
        SendQueue = "send-queue",
        /// The most bytes that had arrived for the peer, in order, and that it had not read: what lay in
        /// its kernel's receive queue (SIOCINQ).
        ReceiveQueue = "receive-queue",
        /// From a connection's opening until the kernel gave it up because the other side was
        /// silent; the longest of several.
        GaveUp = "gave-up",
        /// How often a connection waited a whole round trip before it sent on.
        RoundTrips = "round-trips",
        /// Segments that seem to have waited for an acknowledgment (Nagle's algorithm), as far as the
        /// wire can tell: of a program that tells no events. Where the acknowledgment brought data too
        /// it may have been an answer, and is not counted.
        Waits = "waits",
        /// Exit status of a `command:` program.
        ExitStatus = "exit-status",
    }
}

impl Metric {
    /// What its values count.
    pub fn unit(self) -> Unit {
        match self {
            Self::Elapsed | Self::FirstByte | Self::GaveUp | Self::WriteCall | Self::Delivery => {
                Unit::Nanoseconds
            }
            Self::Payload
            | Self::SegmentPayload
            | Self::Wire
            | Self::SendQueue
            | Self::ReceiveQueue => Unit::Bytes,
            _ => Unit::Count,
        }
    }
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A plain number.
    Count,
    /// Bytes, written `64KiB` or `412B`.
    Bytes,
    /// Nanoseconds, written `20ms`.
    Nanoseconds,
}

/// Where a value should lie. Numbers are in the metric's [`Unit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Exactly there.
    Is(u64),
    /// Above it.
    Above(u64),
    /// Below it.
    Below(u64),
    /// Between the two, both included.
    Between(u64, u64),
}

impl Check {
    /// Whether the value lies where it should.
    pub fn holds(self, value: u64) -> bool {
        match self {
            Self::Is(n) => value == n,
            Self::Above(n) => value > n,
            Self::Below(n) => value < n,
            Self::Between(low, high) => (low..=high).contains(&value),
        }
    }
}
