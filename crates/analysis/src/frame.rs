//! A captured packet as analysis needs it: TCP or UDP, headers read, payload borrowed.

mod fragments;
mod walk;

pub(crate) use walk::{Passed, Walk};

use crate::{ends::Ends, tcp_flags};
use fragments::Whole;
use packet::{
    Direction,
    capture::{Packet, ReadError, Reader},
    decode::{self, Decoded},
    ipv4, ipv6,
    tcp::{self, TcpOption},
};
use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

/// Bytes of a TCP header without options.
const TCP_HEADER: u32 = 20;

/// Everything a capture file holds.
#[derive(Debug, Default)]
pub(crate) struct Frames<'a> {
    /// TCP and UDP packets, in the order of the file.
    pub(crate) frames: Vec<Frame<'a>>,
    /// Routers' words that a packet was too large, each once.
    pub(crate) too_big: BTreeSet<TooBig>,
    /// Packets in the file.
    pub(crate) packets: u64,
    /// Packets that are not in `frames`.
    pub(crate) other: u64,
    /// When the first and the last packet were captured.
    pub(crate) span: Option<(u64, u64)>,
    /// Whether there is such a file at all: if so, a packet that is not in it was not captured.
    pub(crate) is_there: bool,
    /// What is wrong with the file.
    pub(crate) warnings: Vec<String>,
}

/// ICMP "fragmentation needed" (RFC 1191) or "packet too big" (RFC 4443, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TooBig {
    /// Who had sent the packet.
    pub(crate) from: IpAddr,
    /// Whom it was for.
    pub(crate) to: IpAddr,
}

/// One TCP or UDP packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// Its number in the file, from 1.
    pub(crate) number: u64,
    /// Where in the file its record or block begins.
    pub(crate) offset: u64,
    /// When it was captured, in ns since 1970.
    pub(crate) at: u64,
    /// Which way it went, where the file says.
    pub(crate) way: Option<Way>,
    pub(crate) ends: Ends,
    /// Which of them sent it.
    pub(crate) from: usize,
    /// Bytes of the IP packet, from its header; of a fragmented one, of all its fragments.
    pub(crate) ip_len: u32,
    /// As how many fragments it came; 1 for a whole packet.
    pub(crate) fragments: u32,
    /// When all of it was there; none where parts of it never came.
    pub(crate) whole_at: Option<u64>,
    /// IPv4 identification; 0 where there is none.
    pub(crate) ip_id: u16,
    pub(crate) transport: Transport,
    /// What was captured of the payload.
    pub(crate) payload: &'a [u8],
    /// Bytes of payload by the headers; more than `payload` has when the capture cut the packet.
    pub(crate) payload_len: u32,
}

/// Which way a packet went through the interface it was captured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    In,
    Out,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Transport {
    Tcp(Tcp),
    Udp,
}

/// What matters of a TCP header (RFC 9293, 3.1).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tcp {
    pub(crate) seq: u32,
    /// The acknowledgment as written, with or without the ACK flag.
    pub(crate) written_ack: u32,
    pub(crate) control: tcp::Flags,
    /// As in the header, not scaled.
    pub(crate) window: u16,
    /// Bytes of options.
    pub(crate) options_len: u32,
    pub(crate) mss: Option<u16>,
    pub(crate) window_scale: Option<u8>,
    /// TSval of the timestamps option (RFC 7323), which tells a retransmission from the original.
    pub(crate) timestamp: Option<u32>,
    /// Bytes of payload as Wireshark's TCP analysis counts them; none for what it leaves out, as it does
    /// with the parts of a fragmented packet.
    pub(crate) shown: Option<u32>,
}

impl Tcp {
    /// None without the ACK flag.
    pub(crate) fn ack(&self) -> Option<u32> {
        self.control.ack().then_some(self.written_ack)
    }

    pub(crate) fn syn(&self) -> bool {
        self.control.syn()
    }

    pub(crate) fn fin(&self) -> bool {
        self.control.fin()
    }

    pub(crate) fn rst(&self) -> bool {
        self.control.rst()
    }

    /// What the flags need of it.
    #[inline]
    pub(crate) fn for_flags(&self, at: u64) -> Option<tcp_flags::Segment> {
        Some(tcp_flags::Segment {
            at,
            seq: self.seq,
            ack: self.written_ack,
            flags: self.control,
            window: self.window,
            len: self.shown?,
            window_scale: self.window_scale.filter(|_| self.syn()),
        })
    }
}

impl Frame<'_> {
    pub(crate) fn source(&self) -> SocketAddr {
        self.ends.end(self.from)
    }

    pub(crate) fn destination(&self) -> SocketAddr {
        self.ends.end(1 - self.from)
    }

    /// All fragments of it have come.
    fn complete(&mut self, whole: Whole) {
        self.fragments = whole.count;
        self.whole_at = Some(whole.at);
        self.ip_len = whole.ip_len;
        if let Transport::Tcp(tcp) = &self.transport {
            // Only UDP says in its own header how long it is.
            let headers = (TCP_HEADER + tcp.options_len) as usize;
            let payload = whole.len.saturating_sub(headers);
            self.payload_len = u32::try_from(payload).unwrap_or(u32::MAX);
        }
    }

    /// Bytes that Ethernet adds to it: preamble and start, header, check sequence, gap, and what fills up
    /// a short packet (IEEE 802.3).
    pub(crate) fn ethernet(&self) -> u64 {
        const AROUND: u64 = 8 + 14 + 4 + 12;
        const LEAST: u32 = 46;
        let filled = if self.fragments == 1 {
            LEAST.saturating_sub(self.ip_len)
        } else {
            0
        };
        u64::from(self.fragments) * AROUND + u64::from(filled)
    }

    /// Whether it came, or should have come, as several fragments.
    pub(crate) fn is_fragmented(&self) -> bool {
        self.fragments > 1 || self.whole_at.is_none()
    }

    pub(crate) fn tcp(&self) -> Option<&Tcp> {
        match &self.transport {
            Transport::Tcp(tcp) => Some(tcp),
            Transport::Udp => None,
        }
    }
}

/// Addresses as analysis compares them: IPv4 stays IPv4 on a dual-stack socket, no scopes.
pub(crate) fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Reads a capture file. Packets that are no TCP or UDP, whose headers are damaged, or that are
/// parts of a fragmented one that never became whole, are counted and left out.
pub(crate) fn read(file: &[u8]) -> Result<Frames<'_>, ReadError> {
    let mut frames = Vec::new();
    let (met, _) = Walk::new(file)?.each(|passed| {
        if let Passed::Frame(frame) = passed {
            frames.push(*frame);
        }
    });
    Ok(Frames { frames, ..met })
}

/// A whole packet that was met before, by its number and place.
pub(crate) fn again<'a>(file: &Reader<'a>, number: u64, offset: u64) -> Option<Frame<'a>> {
    let packet = file.again(number, offset)?;
    frame(&packet, &packet.decode().ok()?)
}

#[inline(always)]
fn frame<'a>(packet: &Packet<'a>, decoded: &Decoded<'a>) -> Option<Frame<'a>> {
    let (ports, transport, payload, payload_len) = match decoded.transport {
        decode::Transport::Tcp(segment) => (
            [segment.header.source(), segment.header.destination()],
            Transport::Tcp(Tcp {
                shown: tcp_flags::payload_shown(packet, decoded, &segment),
                ..tcp(&segment.header)
            }),
            segment.payload,
            segment.payload_len,
        ),
        decode::Transport::Udp(datagram) => (
            [datagram.header.source(), datagram.header.destination()],
            Transport::Udp,
            datagram.payload,
            datagram.payload_len,
        ),
        decode::Transport::LaterFragment | decode::Transport::Other(_) => return None,
    };
    let network = decoded.network;
    let (ends, from) = Ends::of(&network, ports);
    let way = packet
        .direction
        .or(decoded.direction)
        .map(|direction| match direction {
            Direction::Incoming => Way::In,
            Direction::Outgoing => Way::Out,
        });
    Some(Frame {
        number: packet.number,
        offset: packet.offset,
        at: packet.at,
        way,
        ends,
        from,
        ip_len: u32::try_from(network.total_len()).unwrap_or(u32::MAX),
        fragments: 1,
        whole_at: network.fragment().is_none().then_some(packet.at),
        ip_id: network.id().map_or(0, |id| id as u16),
        transport,
        payload,
        payload_len: u32::try_from(payload_len).unwrap_or(u32::MAX),
    })
}

fn too_big(decoded: &Decoded<'_>) -> Option<TooBig> {
    const ICMP: u8 = 1;
    const ICMPV6: u8 = 58;
    /// Of both; the packet it is about follows.
    const HEADER: usize = 8;
    let decode::Transport::Other(protocol) = decoded.transport else {
        return None;
    };
    let (header, packet) = decoded.network.payload().split_at_checked(HEADER)?;
    let (from, to): (IpAddr, IpAddr) = match (protocol, header[0], header[1]) {
        (ICMP, 3, 4) => {
            let packet = ipv4::Packet::new(packet, packet.len()).ok()?;
            (packet.source().into(), packet.destination().into())
        }
        (ICMPV6, 2, _) => {
            let packet = ipv6::Packet::new(packet, packet.len()).ok()?;
            (packet.source().into(), packet.destination().into())
        }
        _ => return None,
    };
    Some(TooBig { from, to })
}

#[inline(always)]
fn tcp(header: &tcp::Packet<'_>) -> Tcp {
    let mut tcp = Tcp {
        seq: header.sequence(),
        written_ack: header.acknowledgment(),
        control: header.flags(),
        window: header.window(),
        options_len: (header.header_len() as u32).saturating_sub(TCP_HEADER),
        ..Tcp::default()
    };
    for option in header.options() {
        match option {
            TcpOption::MaximumSegmentSize(mss) => tcp.mss = Some(mss),
            // Of several the first counts, as for the flags.
            TcpOption::WindowScale(scale) => _ = tcp.window_scale.get_or_insert(scale),
            TcpOption::Timestamps { value, .. } => tcp.timestamp = Some(value),
            _ => {}
        }
    }
    tcp
}
