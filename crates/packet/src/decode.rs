//! From a captured frame to what TCP and UDP carry.

use crate::{
    Direction, HeaderError, LinkType, arcnet,
    ethernet::{self, EtherType, array},
    ipv4, ipv6, sll, tcp, udp,
};
use std::net::IpAddr;

/// A frame that is no IP packet, or none that can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// This crate does not know how the frame begins.
    #[error("packets of link type {0} can't be decoded; see tcpdump.org/linktypes.html")]
    LinkType(u16),
    /// The frame carries something else: ARP, for example.
    #[error("the frame carries no IP but EtherType {0:#06x}")]
    NotIp(u16),
    /// A header is cut or damaged.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

/// A decoded frame.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// Bytes in front of the IP header.
    pub link_header_len: usize,
    /// Which way it passed, where the link header tells.
    pub direction: Option<Direction>,
    /// The IP packet.
    pub network: Network<'a>,
    /// What it carries.
    pub transport: Transport<'a>,
}

/// An IP packet.
#[derive(Clone, Copy, Debug)]
pub enum Network<'a> {
    /// IPv4.
    V4(ipv4::Packet<'a>),
    /// IPv6.
    V6(ipv6::Packet<'a>),
}

/// Which part of a fragmented packet this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// What all parts of a packet have in common, beside addresses and protocol.
    pub id: u32,
    /// Where in the payload of the whole packet this part begins, in bytes.
    pub offset: usize,
    /// Whether more follows behind it.
    pub more: bool,
}

/// What an IP packet carries.
#[derive(Clone, Copy, Debug)]
pub enum Transport<'a> {
    /// A TCP segment; of a fragmented one, its first part.
    Tcp(Segment<'a>),
    /// A UDP datagram; of a fragmented one, its first part.
    Udp(Datagram<'a>),
    /// A later part of a fragmented packet, to be put together from [`Network::payload`].
    LaterFragment,
    /// Something else, by its number at IANA.
    Other(u8),
}

/// A TCP segment and its payload.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The header.
    pub header: tcp::Packet<'a>,
    /// The payload, as far as captured.
    pub payload: &'a [u8],
    /// Bytes of the payload by the headers.
    pub payload_len: usize,
}

/// A UDP datagram and its payload.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The header.
    pub header: udp::Packet<'a>,
    /// The payload, as far as captured and in this fragment.
    pub payload: &'a [u8],
    /// Bytes of the whole datagram's payload by its own header, fragmented or not.
    pub payload_len: usize,
}

/// Decodes a frame of which `data` was captured and which had `original_len` bytes.
///
/// # Errors
/// The link type is unknown, the frame carries no IP, or a header is cut or damaged.
#[inline(always)]
pub fn decode(
    link_type: LinkType,
    data: &[u8],
    original_len: usize,
) -> Result<Decoded<'_>, DecodeError> {
    let (link_header_len, ether_type, direction) = link(link_type, data)?;
    let bytes = &data[link_header_len..];
    let original_len = original_len.max(data.len()) - link_header_len;
    let network = match ether_type {
        EtherType::IPV4 => Network::V4(ipv4::Packet::new(bytes, original_len)?),
        EtherType::IPV6 => Network::V6(ipv6::Packet::new(bytes, original_len)?),
        EtherType(other) => return Err(DecodeError::NotIp(other)),
    };
    Ok(Decoded {
        link_header_len,
        direction,
        network,
        transport: Transport::of(&network)?,
    })
}

/// Length of the link header, what it says follows, and which way the frame passed.
#[inline(always)]
fn link(
    link_type: LinkType,
    data: &[u8],
) -> Result<(usize, EtherType, Option<Direction>), DecodeError> {
    match link_type {
        LinkType::ETHERNET => {
            let frame = ethernet::Frame::new(data)?;
            Ok((frame.header_len(), frame.ether_type(), None))
        }
        LinkType::LINUX_SLL | LinkType::LINUX_SLL2 => {
            let packet = if link_type == LinkType::LINUX_SLL {
                sll::Packet::new(data)?
            } else {
                sll::Packet::new_v2(data)?
            };
            let direction = Some(packet.direction());
            let (header_len, ether_type) =
                ethernet::behind_tags(data, packet.header_len(), packet.ether_type())?;
            Ok((header_len, ether_type, direction))
        }
        // 12 and 14 are what some systems' DLT_RAW was written as.
        LinkType::RAW | LinkType(12 | 14) => {
            HeaderError::unless_there("IP", 1, data.len())?;
            let ether_type = match data[0] >> 4 {
                6 => EtherType::IPV6,
                _ => EtherType::IPV4,
            };
            Ok((0, ether_type, None))
        }
        LinkType::IPV4 => Ok((0, EtherType::IPV4, None)),
        LinkType::IPV6 => Ok((0, EtherType::IPV6, None)),
        LinkType::NULL | LinkType::LOOP => {
            HeaderError::unless_there("loopback", 4, data.len())?;
            let family = u32::from_be_bytes(array(data, 0));
            // Families are small numbers, so a large one is in the other byte order.
            let family = if family > u32::from(u16::MAX) {
                family.swap_bytes()
            } else {
                family
            };
            // AF_INET is 2 everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on
            // macOS, 10 on Linux, 23 on Windows.
            let ether_type = match family {
                2 => EtherType::IPV4,
                10 | 23 | 24 | 28 | 30 => EtherType::IPV6,
                _ => EtherType(0),
            };
            Ok((4, ether_type, None))
        }
        LinkType::ARCNET_BSD | LinkType::ARCNET_LINUX => {
            let type_at = if link_type == LinkType::ARCNET_BSD {
                2
            } else {
                4
            };
            let (header_len, ether_type) = arcnet::header(data, type_at)?;
            Ok((header_len, ether_type, None))
        }
        LinkType(other) => Err(DecodeError::LinkType(other)),
    }
}

impl<'a> Network<'a> {
    /// Where it comes from.
    #[inline]
    pub fn source(&self) -> IpAddr {
        match self {
            Self::V4(packet) => packet.source().into(),
            Self::V6(packet) => packet.source().into(),
        }
    }

    /// Where it goes.
    #[inline]
    pub fn destination(&self) -> IpAddr {
        match self {
            Self::V4(packet) => packet.destination().into(),
            Self::V6(packet) => packet.destination().into(),
        }
    }

    /// Bytes of the packet by its header.
    #[inline]
    pub fn total_len(&self) -> usize {
        match self {
            Self::V4(packet) => packet.total_len(),
            Self::V6(packet) => packet.total_len(),
        }
    }

    /// Bytes of its headers, options and extensions included.
    #[inline]
    pub fn header_len(&self) -> usize {
        match self {
            Self::V4(packet) => packet.header_len(),
            Self::V6(packet) => packet.header_len(),
        }
    }

    /// Its identification: IPv6 has one only in fragments.
    #[inline]
    pub fn id(&self) -> Option<u32> {
        match self {
            Self::V4(packet) => Some(packet.id().into()),
            Self::V6(packet) => packet.fragment().map(|fragment| fragment.id),
        }
    }

    /// Which part of a fragmented packet this is; none for a whole one.
    #[inline]
    pub fn fragment(&self) -> Option<Fragment> {
        match self {
            Self::V4(packet) => packet.fragment(),
            // A lone fragment is the whole packet, RFC 6946.
            Self::V6(packet) => packet
                .fragment()
                .filter(|fragment| fragment.more || fragment.offset > 0),
        }
    }

    /// What it carries, by its number at IANA.
    #[inline]
    pub fn protocol(&self) -> u8 {
        match self {
            Self::V4(packet) => packet.protocol(),
            Self::V6(packet) => packet.protocol(),
        }
    }

    /// What it carries, as far as captured.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        match self {
            Self::V4(packet) => packet.payload(),
            Self::V6(packet) => packet.payload(),
        }
    }

    /// Bytes it carries by its header.
    #[inline]
    pub fn payload_len(&self) -> usize {
        match self {
            Self::V4(packet) => packet.payload_len(),
            Self::V6(packet) => packet.payload_len(),
        }
    }
}

impl<'a> Transport<'a> {
    #[inline(always)]
    fn of(network: &Network<'a>) -> Result<Self, HeaderError> {
        if network.fragment().is_some_and(|part| part.offset > 0) {
            return Ok(Self::LaterFragment);
        }
        Self::new(network.protocol(), network.payload(), network.payload_len())
    }

    /// Views what an IP packet carries, or what its fragments carry together: `bytes` of a payload
    /// that has `len` bytes.
    ///
    /// # Errors
    /// The header is cut or contradicts itself.
    #[inline(always)]
    pub fn new(protocol: u8, bytes: &'a [u8], len: usize) -> Result<Self, HeaderError> {
        match protocol {
            tcp::PROTOCOL => {
                let header = tcp::Packet::new(bytes)?;
                let header_len = header.header_len();
                let payload_len =
                    len.checked_sub(header_len)
                        .ok_or(HeaderError::Contradiction {
                            header: "TCP",
                            field: "data offset",
                            value: header_len,
                        })?;
                Ok(Self::Tcp(Segment {
                    header,
                    payload: header.payload(),
                    payload_len,
                }))
            }
            udp::PROTOCOL => {
                let header = udp::Packet::new(bytes)?;
                let datagram = match header.len() {
                    0 => len,
                    len => len.into(),
                };
                let payload_len =
                    datagram
                        .checked_sub(udp::HEADER)
                        .ok_or(HeaderError::Contradiction {
                            header: "UDP",
                            field: "length",
                            value: datagram,
                        })?;
                let payload = header.payload();
                Ok(Self::Udp(Datagram {
                    header,
                    payload: &payload[..payload.len().min(payload_len)],
                    payload_len,
                }))
            }
            other => Ok(Self::Other(other)),
        }
    }
}
