//! Packets as they are on the wire.

use etherparse::{
    IpHeaders, IpNumber, Ipv4Header, Ipv6FlowLabel, Ipv6Header, PacketBuilder, TcpHeader,
    TcpOptionElement,
};
use scenario::plan::Mac;
use std::net::{IpAddr, SocketAddr};

/// A TCP header in short.
#[derive(Clone, Copy, Default)]
pub(super) struct Segment<'a> {
    pub(super) seq: u32,
    pub(super) ack: Option<u32>,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) window: u16,
    pub(super) mss: u16,
    /// Window scale that a SYN offers.
    pub(super) scale: Option<u8>,
    /// TSval of a timestamps option.
    pub(super) timestamp: Option<u32>,
    pub(super) payload: &'a [u8],
}

pub(super) fn tcp(from: SocketAddr, to: SocketAddr, id: u16, segment: &Segment<'_>) -> Vec<u8> {
    let mut header = TcpHeader::new(from.port(), to.port(), segment.seq, segment.window);
    header.ack = segment.ack.is_some();
    header.acknowledgment_number = segment.ack.unwrap_or(0);
    header.syn = segment.syn;
    header.fin = segment.fin;
    header.psh = !segment.payload.is_empty();
    let mut options = Vec::new();
    if segment.syn {
        options.push(TcpOptionElement::MaximumSegmentSize(segment.mss));
        options.extend(segment.scale.map(TcpOptionElement::WindowScale));
    }
    if let Some(value) = segment.timestamp {
        options.push(TcpOptionElement::Timestamp(value, 0));
    }
    header.set_options(&options).unwrap();
    let builder = PacketBuilder::ethernet2(mac(from), mac(to))
        .ip(ip(from.ip(), to.ip(), id))
        .tcp_header(header);
    let mut frame = Vec::new();
    builder.write(&mut frame, segment.payload).unwrap();
    frame
}

pub(super) fn udp(from: SocketAddr, to: SocketAddr, id: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2(mac(from), mac(to))
        .ip(ip(from.ip(), to.ip(), id))
        .udp(from.port(), to.port());
    let mut frame = Vec::new();
    builder.write(&mut frame, payload).unwrap();
    frame
}

fn mac(of: SocketAddr) -> [u8; 6] {
    Mac::for_address(of.ip()).0
}

fn ip(from: IpAddr, to: IpAddr, id: u16) -> IpHeaders {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut header =
                Ipv4Header::new(0, 64, IpNumber::TCP, from.octets(), to.octets()).unwrap();
            header.identification = id;
            IpHeaders::Ipv4(header, Default::default())
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let header = Ipv6Header {
                traffic_class: 0,
                flow_label: Ipv6FlowLabel::ZERO,
                payload_length: 0,
                next_header: IpNumber::TCP,
                hop_limit: 64,
                source: from.octets(),
                destination: to.octets(),
            };
            IpHeaders::Ipv6(header, Default::default())
        }
        _ => panic!("both ends of a packet have the same family"),
    }
}
