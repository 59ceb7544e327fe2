//! What the flags need of a segment.

use packet::{
    decode::Network,
    tcp::{self, TcpOption},
};
use std::net::SocketAddr;

/// A segment, as the flags see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Segment {
    /// When it was captured, in ns since 1970.
    pub at: u64,
    /// Sequence number of its first byte, or of its SYN.
    pub seq: u32,
    /// Acknowledgment number as written, with or without the ACK bit.
    pub ack: u32,
    /// The control bits.
    pub flags: tcp::Flags,
    /// The window as written, before scaling.
    pub window: u16,
    /// Bytes of payload by the headers.
    pub len: u32,
    /// The window scale option.
    pub window_scale: Option<u8>,
}

impl Segment {
    /// Reads a header; `len` is the payload's length.
    pub fn new(at: u64, header: &tcp::Packet<'_>, len: u32) -> Self {
        let mut segment = Self {
            at,
            seq: header.sequence(),
            ack: header.acknowledgment(),
            flags: header.flags(),
            window: header.window(),
            len,
            ..Self::default()
        };
        // Only what opens a connection has one that counts.
        if segment.flags.syn() {
            segment.window_scale = header.options().find_map(|option| match option {
                TcpOption::WindowScale(scale) => Some(scale),
                _ => None,
            });
        }
        segment
    }

    /// The sequence number behind its payload.
    pub(super) fn end(&self) -> u32 {
        self.seq.wrapping_add(self.len)
    }

    /// Neither SYN nor FIN nor RST.
    pub(super) fn is_plain(&self) -> bool {
        const SPECIAL: u8 = tcp::Flags::SYN.0 | tcp::Flags::FIN.0 | tcp::Flags::RST.0;
        self.flags.0 & SPECIAL == 0
    }

    /// SYN or FIN, which take a sequence number.
    pub(super) fn takes_number(&self) -> bool {
        const TAKES: u8 = tcp::Flags::SYN.0 | tcp::Flags::FIN.0;
        self.flags.0 & TAKES != 0
    }
}

/// A segment and between whom it went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressed {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) segment: Segment,
}

impl Addressed {
    /// One that `network` carried, with so many bytes of payload.
    pub(super) fn new(at: u64, network: &Network<'_>, header: &tcp::Packet<'_>, len: u32) -> Self {
        Self {
            source: SocketAddr::new(network.source(), header.source()),
            destination: SocketAddr::new(network.destination(), header.destination()),
            segment: Segment::new(at, header, len),
        }
    }
}

/// Whether `a` is behind `b`, as sequence numbers go (RFC 9293, section 3.4).
pub(super) fn is_after(a: u32, b: u32) -> bool {
    (b.wrapping_sub(a) as i32) < 0
}

/// Whether `a` is in front of `b`.
pub(super) fn is_before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}
