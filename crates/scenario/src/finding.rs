//! The names of findings and of their causes: what scenarios may expect and what analysis finds.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type { $($(#[doc = $vdoc])* #[serde(rename = $name)] $variant,)* }

        impl $type {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Their names, in the same order.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name,)*];

            /// The name used in YAML, in output and in the documentation.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means, in a sentence or two.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($vdoc,)*).trim_ascii_start(),)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or(())
            }
        }
    };
}
pub(crate) use names;

names! {
    /// A phenomenon that has a name.
    FindingCode {
        /// One read returned bytes of two or more messages (粘包).
        StickyRead = "sticky-read",
        /// A message needed two or more reads (半包).
        SplitRead = "split-read",
        /// The receiver took several messages for one.
        MergedMessage = "merged-message",
        /// The receiver took a piece of a message for a whole one.
        TornMessage = "torn-message",
        /// A message ended before it was whole, and the receiver knew.
        IncompleteMessage = "incomplete-message",
        /// A reply began with bytes left over from the previous reply.
        LeftoverReply = "leftover-reply",
        /// One segment carries bytes of several messages.
        CoalescedSegment = "coalesced-segment",
        /// One segment carries ten or more small writes of a message, each less than a header.
        GatheredWrites = "gathered-writes",
        /// A run of segments with less payload than header.
        TinygramRun = "tinygram-run",
        /// The sender holds a small segment for an ACK that the receiver delays.
        NagleDelackStall = "nagle-delack-stall",
        /// Small segments because the producer is slow.
        SillyWindowSender = "silly-window-sender",
        /// Small segments because windows are opened by crumbs.
        SillyWindowReceiver = "silly-window-receiver",
        /// A receiver advertised a window of zero.
        ZeroWindow = "zero-window",
        /// The sender filled the receiver's window.
        WindowFull = "window-full",
        /// The maximum segment size is small.
        SmallMss = "small-mss",
        /// Packets above the path's MTU vanish without an ICMP message.
        PmtuBlackHole = "pmtu-black-hole",
        /// A datagram did not arrive.
        DatagramLost = "datagram-lost",
        /// A datagram arrived more than once.
        DatagramDuplicated = "datagram-duplicated",
        /// A datagram arrived after one that was sent later.
        DatagramReordered = "datagram-reordered",
        /// A datagram did not fit into the receiver's buffer.
        DatagramTruncated = "datagram-truncated",
        /// A datagram travelled as several IP fragments.
        DatagramFragmented = "datagram-fragmented",
        /// Something the scenario asked for was not seen in the captures.
        ConditionUnproven = "condition-unproven",
    }
}

names! {
    /// Why a phenomenon came about, where the evidence decides it.
    Cause {
        /// Nagle's algorithm held small data while other data was unacknowledged (RFC 896).
        Nagle = "nagle",
        /// The kernel held small data while its own queue was busy (Linux tcp_autocorking).
        Autocorking = "autocorking",
        /// The program wrote several messages with one call.
        OneWrite = "one-write",
        /// The congestion window held the data (RFC 5681).
        CongestionWindow = "congestion-window",
        /// The receive window held the data (RFC 9293).
        ReceiveWindow = "receive-window",
        /// Several segments were waiting when the receiver read.
        ReceiverBacklog = "receiver-backlog",
        /// The bytes arrived together in one segment.
        CoalescedSegment = "coalesced-segment",
        /// The read asked for fewer bytes than the message has.
        SmallReadBuffer = "small-read-buffer",
        /// There is more to send than a segment may carry.
        Mss = "mss",
        /// The packet is larger than the interface or the path takes.
        Mtu = "mtu",
        /// Retransmission filled a hole in the stream.
        LossRecovery = "loss-recovery",
        /// The bytes arrived in several segments, read one by one.
        SeparateSegments = "separate-segments",
        /// The receiver takes whatever one read returns for a message.
        NoFraming = "no-framing",
        /// The receiver takes the end of the stream for the end of the message, and it came early.
        EndOfStream = "end-of-stream",
        /// The receiver took what one read returned of the length for all of it.
        LengthInOneRead = "length-in-one-read",
        /// The sender closed the connection in the middle of the message.
        ClosedEarly = "closed-early",
        /// The connection was reset in the middle of the message.
        ConnectionReset = "connection-reset",
        /// The other side had been silent for so long that the kernel gave the connection up.
        ConnectionLost = "connection-lost",
        /// The program wrote small pieces, one call each, and hardly anything gathered them.
        SmallWrites = "small-writes",
        /// The receiver's socket buffer was full.
        ReceiveBuffer = "receive-buffer",
        /// The link lost it.
        LinkLoss = "link-loss",
        /// The link's queue was full when it came.
        QueueFull = "queue-full",
        /// The link flipped a bit of it, which the checksum shows (RFC 768): the receiver drops it.
        LinkCorruption = "link-corruption",
        /// The link delivered it more than once.
        LinkDuplication = "link-duplication",
        /// The link let later packets overtake it.
        LinkReordering = "link-reordering",
        /// The evidence does not decide.
        Undetermined = "undetermined",
    }
}
