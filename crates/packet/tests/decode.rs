//! Decoding packets that another library built.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use etherparse::{
    Ethernet2Header, IpFragOffset, IpNumber, Ipv4Header, Ipv6FragmentHeader, Ipv6Header,
    PacketBuilder, TcpHeader, TcpOptionElement, UdpHeader,
};
use packet::{
    Direction, HeaderError, LinkType,
    decode::{DecodeError, Decoded, Fragment, Network, Transport, decode},
    ethernet::Frame,
    ipv4,
    tcp::{Flags, TcpOption},
};
use proptest::{collection::vec, option, prelude::*};

/// What a segment of the lab may have.
#[derive(Clone, Debug)]
struct Built {
    v6: bool,
    vlans: Vec<u16>,
    id: u16,
    ports: (u16, u16),
    numbers: (u32, u32),
    window: u16,
    flags: u8,
    options: Vec<TcpOptionElement>,
    payload: Vec<u8>,
    padding: usize,
}

fn tcp_option() -> impl Strategy<Value = TcpOptionElement> {
    prop_oneof![
        Just(TcpOptionElement::Noop),
        any::<u16>().prop_map(TcpOptionElement::MaximumSegmentSize),
        (0..15_u8).prop_map(TcpOptionElement::WindowScale),
        Just(TcpOptionElement::SelectiveAcknowledgementPermitted),
        any::<(u32, u32)>().prop_map(|(value, echo)| TcpOptionElement::Timestamp(value, echo)),
        (any::<(u32, u32)>(), option::of(any::<(u32, u32)>())).prop_map(|(first, second)| {
            TcpOptionElement::SelectiveAcknowledgement(first, [second, None, None])
        }),
    ]
}

fn built() -> impl Strategy<Value = Built> {
    let network = (any::<bool>(), vec(0..4095_u16, 0..3), any::<u16>());
    let transport = (
        any::<(u16, u16)>(),
        any::<(u32, u32)>(),
        any::<u16>(),
        any::<u8>(),
        vec(tcp_option(), 0..3),
    );
    let rest = (vec(any::<u8>(), 0..100), 0..20_usize);
    (network, transport, rest).prop_map(
        |((v6, vlans, id), (ports, numbers, window, flags, options), (payload, padding))| Built {
            v6,
            vlans,
            id,
            ports,
            numbers,
            window,
            flags,
            options,
            payload,
            padding,
        },
    )
}

impl Built {
    fn ip(&self, protocol: IpNumber, len: usize) -> Vec<u8> {
        if self.v6 {
            let header = Ipv6Header {
                payload_length: len.try_into().unwrap(),
                next_header: protocol,
                hop_limit: 64,
                source: [0xfd; 16],
                destination: [0xfe; 16],
                ..Default::default()
            };
            return header.to_bytes().to_vec();
        }
        let len = len.try_into().unwrap();
        let mut header =
            Ipv4Header::new(len, 64, protocol, [198, 18, 0, 1], [198, 18, 0, 2]).unwrap();
        header.identification = self.id;
        header.to_bytes().to_vec()
    }

    fn tcp(&self) -> TcpHeader {
        let mut header = TcpHeader::new(self.ports.0, self.ports.1, self.numbers.0, self.window);
        header.acknowledgment_number = self.numbers.1;
        [
            &mut header.fin,
            &mut header.syn,
            &mut header.rst,
            &mut header.psh,
            &mut header.ack,
            &mut header.urg,
            &mut header.ece,
            &mut header.cwr,
        ]
        .into_iter()
        .enumerate()
        .for_each(|(bit, flag)| *flag = self.flags & (1 << bit) != 0);
        header.set_options(&self.options).unwrap();
        header
    }

    fn ethernet(&self, ip: &[u8]) -> Vec<u8> {
        let ether_type: u16 = if self.v6 { 0x86dd } else { 0x0800 };
        let mut frame = [[1; 6], [2; 6]].concat();
        for vlan in &self.vlans {
            frame.extend([0x81, 0, (vlan >> 8) as u8, *vlan as u8]);
        }
        frame.extend(ether_type.to_be_bytes());
        frame.extend(ip);
        frame.resize(frame.len() + self.padding, 0);
        frame
    }

    /// Every link type that can carry it: bytes in front, and the whole.
    fn links(&self, ip: &[u8]) -> Vec<(LinkType, usize, Vec<u8>)> {
        let family = if self.v6 { 30_u32 } else { 2 };
        let ether_type: u16 = if self.v6 { 0x86dd } else { 0x0800 };
        // What the header says follows, and tags behind it.
        let first = if self.vlans.is_empty() {
            ether_type
        } else {
            0x8100
        };
        let mut tags = Vec::new();
        for (place, vlan) in self.vlans.iter().enumerate() {
            let is_last = place + 1 == self.vlans.len();
            tags.extend(vlan.to_be_bytes());
            tags.extend(if is_last { ether_type } else { 0x8100 }.to_be_bytes());
        }
        let sll = [
            &[0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0][..],
            &first.to_be_bytes(),
            &tags,
        ];
        let mut sll2 = first.to_be_bytes().to_vec();
        sll2.extend([0, 0, 0, 0, 0, 7, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0]);
        sll2.extend(&tags);
        let behind = |header: &[u8]| [header, ip].concat();
        vec![
            (
                LinkType::ETHERNET,
                14 + 4 * self.vlans.len(),
                self.ethernet(ip),
            ),
            (LinkType::RAW, 0, ip.to_vec()),
            (
                if self.v6 {
                    LinkType::IPV6
                } else {
                    LinkType::IPV4
                },
                0,
                ip.to_vec(),
            ),
            (LinkType::NULL, 4, behind(&family.to_le_bytes())),
            (LinkType::NULL, 4, behind(&family.to_be_bytes())),
            (LinkType::LOOP, 4, behind(&family.to_be_bytes())),
            (LinkType::LINUX_SLL, 16 + tags.len(), behind(&sll.concat())),
            (LinkType::LINUX_SLL2, 20 + tags.len(), behind(&sll2)),
        ]
    }
}

/// The options as etherparse would have written them.
fn same(option: TcpOption<'_>) -> TcpOptionElement {
    match option {
        TcpOption::MaximumSegmentSize(size) => TcpOptionElement::MaximumSegmentSize(size),
        TcpOption::WindowScale(shift) => TcpOptionElement::WindowScale(shift),
        TcpOption::SackPermitted => TcpOptionElement::SelectiveAcknowledgementPermitted,
        TcpOption::Timestamps { value, echo } => TcpOptionElement::Timestamp(value, echo),
        TcpOption::Sack(blocks) => {
            let mut ranges = blocks.ranges();
            let first = ranges.next().unwrap();
            TcpOptionElement::SelectiveAcknowledgement(first, [ranges.next(), None, None])
        }
        TcpOption::Other { kind, .. } => panic!("nobody wrote option {kind}"),
    }
}

fn check_network(built: &Built, decoded: &Decoded<'_>, len: usize) -> Result<(), TestCaseError> {
    let network = decoded.network;
    let (source, id) = if built.v6 {
        ("fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd", None)
    } else {
        ("198.18.0.1", Some(built.id.into()))
    };
    prop_assert_eq!(network.source().to_string(), source);
    prop_assert_eq!(network.id(), id);
    prop_assert_eq!(network.fragment(), None);
    prop_assert_eq!(network.payload_len(), len);
    Ok(())
}

proptest! {
    #[test]
    fn segments_over_every_link(built in built(), keep in any::<prop::sample::Index>()) {
        let tcp = built.tcp();
        let len = tcp.header_len() + built.payload.len();
        let ip = built.ip(IpNumber::TCP, len);
        let whole = [&ip[..], &tcp.to_bytes(), &built.payload].concat();
        for (link_type, front, data) in built.links(&whole) {
            // A capture may keep all, or cut anywhere behind the fixed header.
            let least = front + ip.len() + 20;
            let cut = least + keep.index(data.len() - least + 1);
            for kept in [data.len(), cut] {
                let decoded = decode(link_type, &data[..kept], data.len()).unwrap();
                prop_assert_eq!(decoded.link_header_len, front);
                check_network(&built, &decoded, len)?;
                let Transport::Tcp(segment) = decoded.transport else {
                    panic!("{:?}", decoded.transport);
                };
                let header = segment.header;
                prop_assert_eq!((header.source(), header.destination()), built.ports);
                prop_assert_eq!((header.sequence(), header.acknowledgment()), built.numbers);
                prop_assert_eq!((header.flags(), header.window()), (Flags(built.flags), built.window));
                prop_assert_eq!(segment.payload_len, built.payload.len());
                let there = kept.saturating_sub(front + ip.len() + tcp.header_len());
                let there = there.min(built.payload.len());
                prop_assert_eq!(segment.payload, &built.payload[..there]);
                if kept >= front + ip.len() + tcp.header_len() {
                    let options: Vec<_> = header.options().map(same).collect();
                    let written = built.options.iter().filter(|&option| *option != TcpOptionElement::Noop);
                    prop_assert_eq!(options, written.cloned().collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn datagrams_over_every_link(built in built()) {
        let len = 8 + built.payload.len();
        let udp = UdpHeader {
            source_port: built.ports.0,
            destination_port: built.ports.1,
            length: len.try_into().unwrap(),
            checksum: 7,
        };
        let ip = built.ip(IpNumber::UDP, len);
        let whole = [&ip[..], &udp.to_bytes(), &built.payload].concat();
        for (link_type, _, data) in built.links(&whole) {
            let decoded = decode(link_type, &data, data.len()).unwrap();
            check_network(&built, &decoded, len)?;
            let Transport::Udp(datagram) = decoded.transport else {
                panic!("{:?}", decoded.transport);
            };
            let header = datagram.header;
            prop_assert_eq!((header.source(), header.destination()), built.ports);
            prop_assert_eq!((header.len(), header.checksum()), (len as u16, 7));
            prop_assert_eq!(datagram.payload, &built.payload[..]);
            prop_assert_eq!(datagram.payload_len, built.payload.len());
        }
    }

    #[test]
    fn fragments_tell_their_place(id: u32, unit in 0..100_u16, more: bool, bytes in vec(any::<u8>(), 20..60)) {
        let expected = (unit > 0 || more).then_some(usize::from(unit) * 8);
        let place = IpFragOffset::try_new(unit).unwrap();
        let mut v4 = Ipv4Header::new(bytes.len() as u16, 64, IpNumber::UDP, [1; 4], [2; 4]).unwrap();
        v4.identification = id as u16;
        v4.dont_fragment = false;
        v4.more_fragments = more;
        v4.fragment_offset = place;
        let v4 = (LinkType::IPV4, id & 0xffff, v4.to_bytes().to_vec());
        let fragment = Ipv6FragmentHeader::new(IpNumber::UDP, place, more, id);
        let v6 = Ipv6Header {
            payload_length: 8 + bytes.len() as u16,
            next_header: IpNumber::IPV6_FRAGMENTATION_HEADER,
            ..Default::default()
        };
        let v6 = (LinkType::IPV6, id, [&v6.to_bytes()[..], &fragment.to_bytes()].concat());
        for (link_type, id, header) in [v4, v6] {
            let mut packet = [&header[..], &bytes].concat();
            // A length that a datagram can have.
            packet[header.len() + 4..][..2].copy_from_slice(&5_000_u16.to_be_bytes());
            let decoded = decode(link_type, &packet, packet.len()).unwrap();
            let fragment = expected.map(|offset| Fragment { id, offset, more });
            prop_assert_eq!(decoded.network.fragment(), fragment);
            prop_assert_eq!(decoded.network.payload(), &packet[header.len()..]);
            match decoded.transport {
                Transport::LaterFragment => prop_assert!(unit > 0),
                Transport::Udp(datagram) => {
                    prop_assert_eq!(unit, 0);
                    prop_assert_eq!(datagram.payload_len, 4_992);
                    prop_assert_eq!(datagram.payload.len(), bytes.len() - 8);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn tags_are_told_from_outside_in() {
    let frame = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\xa8\x20\x64\x81\0\0\x07\x08\0rest";
    let frame = Frame::new(frame).unwrap();
    assert_eq!(frame.vlans().collect::<Vec<_>>(), [100, 7]);
    assert_eq!(frame.destination(), [2, 0, 0, 0, 0, 1]);
    assert_eq!(frame.source(), [2, 0, 0, 0, 0, 2]);
    assert_eq!(
        (frame.ether_type().0, frame.payload()),
        (0x0800, &b"rest"[..])
    );
}

#[test]
fn extension_headers_are_passed() {
    let mut packet = Ipv6Header {
        payload_length: 8 + 16 + 12 + 8 + 8,
        next_header: IpNumber(0),
        ..Default::default()
    }
    .to_bytes()
    .to_vec();
    packet.extend([43, 0, 5, 2, 0, 0, 0, 0]); // hop-by-hop options
    packet.extend([51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // routing, two units
    packet.extend([60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // authentication counts differently
    packet.extend([17, 0, 1, 4, 0, 0, 0, 0]); // destination options
    packet.extend([0, 7, 0, 9, 0, 8, 0, 0]);
    let decoded = decode(LinkType::IPV6, &packet, packet.len()).unwrap();
    assert_eq!(decoded.network.header_len(), 40 + 8 + 16 + 12 + 8);
    assert_eq!(decoded.network.payload_len(), 8);
    let Transport::Udp(datagram) = decoded.transport else {
        panic!("{:?}", decoded.transport);
    };
    assert!(datagram.header.is_empty());
    assert_eq!(datagram.header.destination(), 9);
}

#[test]
fn a_segment_too_large_for_the_length_field_has_the_captured_length() {
    let payload = vec![7; 70_000];
    for v6 in [false, true] {
        let builder = PacketBuilder::ethernet2([1; 6], [2; 6]);
        let builder = if v6 {
            builder.ipv6([1; 16], [2; 16], 64)
        } else {
            builder.ipv4([1; 4], [2; 4], 64)
        };
        let mut frame = Vec::new();
        builder.tcp(1, 2, 3, 4).write(&mut frame, b"").unwrap();
        let field = Ethernet2Header::LEN + if v6 { 4 } else { 2 };
        frame[field..field + 2].fill(0);
        frame.extend(&payload);
        let decoded = decode(LinkType::ETHERNET, &frame[..200], frame.len()).unwrap();
        let Transport::Tcp(segment) = decoded.transport else {
            panic!("{:?}", decoded.transport);
        };
        assert_eq!(segment.payload_len, 70_000);
        assert!(segment.payload.len() < 200);
    }
}

#[test]
fn cooked_captures_tell_the_direction() {
    let mut packet = [0_u8; 36];
    packet[14..17].copy_from_slice(b"\x08\0\x45");
    packet[19] = 20;
    for (kind, direction) in [(0, Direction::Incoming), (4, Direction::Outgoing)] {
        packet[1] = kind;
        let decoded = decode(LinkType::LINUX_SLL, &packet, packet.len()).unwrap();
        assert_eq!(decoded.direction, Some(direction));
        assert!(matches!(decoded.transport, Transport::Other(0)));
    }
}

#[test]
fn what_cannot_be_decoded_says_why() {
    let arp = [&[0; 12][..], &[8, 6], &[0; 28]].concat();
    let mut short = [0; 20];
    short[..4].copy_from_slice(&[0x45, 0, 0, 19]);
    let mut narrow = [0; 40];
    narrow[..10].copy_from_slice(&[0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6]);
    narrow[32] = 0x40;
    for (link_type, data, message) in [
        (
            LinkType(105),
            &[0; 64][..],
            "packets of link type 105 can't be decoded; see tcpdump.org/linktypes.html",
        ),
        (
            LinkType::ETHERNET,
            &arp,
            "the frame carries no IP but EtherType 0x0806",
        ),
        (
            LinkType::ETHERNET,
            &arp[..13],
            "the Ethernet header needs 14 bytes, 13 are there",
        ),
        (
            LinkType::IPV4,
            &[0x65; 20],
            "the IPv4 header says version 6, which can't be",
        ),
        (
            LinkType::IPV4,
            &[0x44; 20],
            "the IPv4 header says header length 16, which can't be",
        ),
        (
            LinkType::IPV4,
            &short,
            "the IPv4 header says total length 19, which can't be",
        ),
        (
            LinkType::IPV4,
            &narrow,
            "the TCP header says data offset 16, which can't be",
        ),
        (
            LinkType::IPV4,
            &narrow[..30],
            "the TCP header needs 20 bytes, 10 are there",
        ),
        (
            LinkType::IPV6,
            &[0x60; 39],
            "the IPv6 header needs 40 bytes, 39 are there",
        ),
        (
            LinkType::RAW,
            &[],
            "the IP header needs 1 bytes, 0 are there",
        ),
    ] {
        let error = decode(link_type, data, data.len()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = DecodeError::from(ipv4::Packet::new(&[], 0).unwrap_err());
    assert!(matches!(
        error,
        DecodeError::Header(HeaderError::Cut { .. })
    ));
}

#[test]
fn views_tell_what_only_they_know() {
    let mut header = Ipv4Header::new(0, 33, IpNumber::TCP, [1; 4], [2; 4]).unwrap();
    header.dont_fragment = true;
    header.ecn = etherparse::IpEcn::try_new(3).unwrap();
    header.options = [1, 1, 1, 0].into();
    header.total_len = 24;
    let bytes = header.to_bytes();
    let view = ipv4::Packet::new(&bytes, bytes.len()).unwrap();
    assert_eq!(
        (view.ttl(), view.ecn(), view.dont_fragment()),
        (33, 3, true)
    );
    assert_eq!((view.options(), view.header_len()), (&[1, 1, 1, 0][..], 24));
    let mut bytes = Ipv6Header {
        hop_limit: 33,
        next_header: IpNumber(59),
        ..Default::default()
    }
    .to_bytes();
    bytes[1] |= 0x30;
    let decoded = decode(LinkType::IPV6, &bytes, bytes.len()).unwrap();
    let Network::V6(view) = decoded.network else {
        panic!("{:?}", decoded.network);
    };
    assert_eq!((view.hop_limit(), view.ecn()), (33, 3));
    assert_eq!((Flags::SYN | Flags::ACK).to_string(), "SYN ACK");
}
