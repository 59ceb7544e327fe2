use super::*;
use etherparse::{
    Icmpv4Type, Icmpv6Type, NetSlice, SlicedPacket, TransportSlice, icmpv4::DestUnreachableHeader,
};

fn refused(hop: Hop, packet: &[u8]) -> Vec<u8> {
    match seen(hop, packet) {
        Seen::Refused(error) => error,
        other => panic!("{other:?}"),
    }
}

fn dont(payload: &[u8], edit: impl FnOnce(&mut Ipv4Header)) -> Vec<u8> {
    ipv4(payload, |header| {
        header.dont_fragment = true;
        edit(header);
    })
}

#[test]
fn fragmentation_needed_tells_the_mtu_and_quotes_the_packet() {
    for length in [600, 1480] {
        let packet = dont(&payload(length), |_| {});
        let error = refused(hop4(600), &packet);
        assert_eq!(error.len(), 576, "RFC 1812 section 4.3.2.3");
        let sliced = SlicedPacket::from_ip(&error).unwrap();
        let Some(NetSlice::Ipv4(ip)) = &sliced.net else {
            panic!("{sliced:?}");
        };
        let header = ip.header().to_header();
        assert_eq!(
            (header.source, header.destination),
            (V4[2].octets(), V4[0].octets())
        );
        assert_eq!(header.header_checksum, header.calc_header_checksum());
        assert_eq!(header.dscp.value(), 0b110_000, "internetwork control");
        let Some(TransportSlice::Icmpv4(icmp)) = &sliced.transport else {
            panic!("{sliced:?}");
        };
        let expected = DestUnreachableHeader::FragmentationNeeded { next_hop_mtu: 600 };
        assert_eq!(
            icmp.icmp_type(),
            Icmpv4Type::DestinationUnreachable(expected)
        );
        assert_eq!(icmp.payload(), &packet[..548]);
        let checksum = icmp.icmp_type().calc_checksum(icmp.payload());
        assert_eq!(icmp.checksum(), checksum);
    }
}

#[test]
fn what_is_quoted_whole_is_no_longer() {
    let packet = dont(&payload(101), |_| {});
    let error = refused(hop4(68), &packet);
    assert_eq!(error.len(), 28 + 121);
    assert_eq!(error[28..], packet);
    // An odd number of bytes has a checksum, too.
    assert_eq!(ipv4_header::checksum(0, &error[20..]), 0);
}

#[test]
fn packet_too_big_tells_the_mtu_and_quotes_the_packet() {
    for length in [1300, 1460] {
        let packet = ipv6(&payload(length), |_| {});
        let error = refused(hop6(1300), &packet);
        assert_eq!(error.len(), 1280, "RFC 4443 section 3.2");
        let sliced = SlicedPacket::from_ip(&error).unwrap();
        let Some(NetSlice::Ipv6(ip)) = &sliced.net else {
            panic!("{sliced:?}");
        };
        let header = ip.header().to_header();
        assert_eq!(
            (header.source, header.destination),
            (V6[2].octets(), V6[0].octets())
        );
        assert_eq!(header.payload_length, 1240);
        let Some(TransportSlice::Icmpv6(icmp)) = &sliced.transport else {
            panic!("{sliced:?}");
        };
        assert_eq!(icmp.icmp_type(), Icmpv6Type::PacketTooBig { mtu: 1300 });
        assert_eq!(icmp.payload(), &packet[..1232]);
        assert!(icmp.is_checksum_valid(header.source, header.destination));
    }
}

#[test]
fn nobody_hears_of_what_no_error_may_be_sent_for() {
    let first_byte = |kind: u8| {
        let mut message = payload(600);
        message[0] = kind;
        message
    };
    let icmp = |kind| dont(&first_byte(kind), |header| header.protocol = IpNumber::ICMP);
    for error in [3, 4, 5, 11, 12] {
        assert_eq!(seen(hop4(576), &icmp(error)), Seen::Dropped, "type {error}");
    }
    // Echo and its reply are no errors.
    for kind in [0, 8] {
        refused(hop4(576), &icmp(kind));
    }
    let long = payload(600);
    let silent: [Vec<u8>; 7] = [
        dont(&long, |header| {
            header.fragment_offset = 1.try_into().unwrap()
        }),
        dont(&long, |header| header.destination = [224, 0, 0, 251]),
        dont(&long, |header| header.destination = [255; 4]),
        dont(&long, |header| header.source = [0; 4]),
        dont(&long, |header| header.source = [127, 0, 0, 1]),
        dont(&long, |header| header.source = [224, 0, 0, 1]),
        dont(&long, |header| header.source = [255; 4]),
    ];
    for packet in silent {
        assert_eq!(
            seen(hop4(576), &packet),
            Seen::Dropped,
            "{:?}",
            &packet[..20]
        );
    }
    // The first fragment of more is answered.
    refused(
        hop4(576),
        &dont(&long, |header| header.more_fragments = true),
    );
}

#[test]
fn nobody_hears_of_what_no_icmpv6_error_may_be_sent_for() {
    let icmp = |kind: u8| {
        let mut message = payload(1300);
        message[0] = kind;
        ipv6(&message, |header| header.next_header = IpNumber::IPV6_ICMP)
    };
    for error in [1, 2, 3, 4, 127, 137] {
        assert_eq!(
            seen(hop6(1280), &icmp(error)),
            Seen::Dropped,
            "type {error}"
        );
    }
    for kind in [128, 129, 135] {
        refused(hop6(1280), &icmp(kind));
    }
    let fragment = |offset: u16| {
        let mut message = payload(1304);
        message[..8].copy_from_slice(&[17, 0, 0, 1, 0, 0, 0, 9]);
        message[2..4].copy_from_slice(&(offset | 1).to_be_bytes());
        ipv6(&message, |header| {
            header.next_header = IpNumber::IPV6_FRAGMENTATION_HEADER
        })
    };
    assert_eq!(seen(hop6(1280), &fragment(8)), Seen::Dropped);
    refused(hop6(1280), &fragment(0));
    for source in [[0; 16], [0xff; 16]] {
        let packet = ipv6(&payload(1300), |header| header.source = source);
        assert_eq!(seen(hop6(1280), &packet), Seen::Dropped);
    }
    // RFC 4443 section 2.4 (e.3) excepts this error.
    refused(
        hop6(1280),
        &ipv6(&payload(1300), |header| header.destination[0] = 0xff),
    );
}

#[test]
fn a_router_answers_only_from_an_address_of_that_version() {
    let packet = dont(&payload(1400), |_| {});
    assert_eq!(seen(hop6(1280), &packet), Seen::Dropped);
    assert_eq!(
        seen(hop4(1280), &ipv6(&payload(1400), |_| {})),
        Seen::Dropped
    );
}
