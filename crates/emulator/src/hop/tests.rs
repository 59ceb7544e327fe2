mod answers;
mod fragments;

use super::*;
use etherparse::{IpNumber, Ipv4Header, Ipv6Header};
use std::net::{Ipv4Addr, Ipv6Addr};

const V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(198, 18, 0, 1),
    Ipv4Addr::new(198, 18, 0, 2),
    Ipv4Addr::new(198, 18, 0, 254),
];
const V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2),
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0xffff),
];

fn hop4(mtu: u16) -> Hop {
    Hop::new(V4[2].into(), Some(mtu), false)
}

fn hop6(mtu: u16) -> Hop {
    Hop::new(V6[2].into(), Some(mtu), false)
}

/// What becomes of a packet: its passage without the error, the error, and what was shown.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Whole,
    Fragments(Vec<Vec<u8>>),
    Refused(Vec<u8>),
    Dropped,
}

fn seen(hop: Hop, packet: &[u8]) -> Seen {
    // Whatever was in the buffer is no concern.
    let mut buffer = vec![0xee; 100];
    let mut shown = Vec::new();
    let passage = hop.pass(packet, &mut buffer, |fragment| {
        shown.push(fragment.to_vec())
    });
    match passage {
        Passage::Fragments => return Seen::Fragments(shown),
        _ => assert_eq!(shown.len(), 0, "only fragments are shown"),
    }
    match passage {
        Passage::Refused(error) => Seen::Refused(error.to_vec()),
        Passage::Dropped => Seen::Dropped,
        _ => Seen::Whole,
    }
}

fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 256) as u8).collect()
}

/// An IPv4 packet, its header changed by `edit` before it gets its checksum.
fn ipv4(payload: &[u8], edit: impl FnOnce(&mut Ipv4Header)) -> Vec<u8> {
    let [source, destination, _] = V4.map(|address| address.octets());
    let length = payload.len() as u16;
    let mut header = Ipv4Header::new(length, 64, IpNumber::UDP, source, destination).unwrap();
    header.identification = 0x1234;
    header.dont_fragment = false;
    edit(&mut header);
    header.set_payload_len(payload.len()).unwrap();
    header.header_checksum = header.calc_header_checksum();
    [&header.to_bytes()[..], payload].concat()
}

fn ipv6(payload: &[u8], edit: impl FnOnce(&mut Ipv6Header)) -> Vec<u8> {
    let [source, destination, _] = V6.map(|address| address.octets());
    let mut header = Ipv6Header {
        payload_length: payload.len() as u16,
        next_header: IpNumber::UDP,
        hop_limit: 64,
        source,
        destination,
        ..Ipv6Header::default()
    };
    edit(&mut header);
    [&header.to_bytes()[..], payload].concat()
}

#[test]
fn what_fits_passes_whole() {
    for (hop, packet) in [
        (hop4(576), ipv4(&payload(556), |_| {})),
        (
            hop4(576),
            ipv4(&payload(556), |header| header.dont_fragment = true),
        ),
        (hop6(1280), ipv6(&payload(1240), |_| {})),
        (
            Hop::new(V4[2].into(), None, true),
            ipv4(&payload(65_000), |_| {}),
        ),
    ] {
        assert_eq!(seen(hop, &packet), Seen::Whole);
    }
    // One more byte does not.
    assert_ne!(seen(hop4(576), &ipv4(&payload(557), |_| {})), Seen::Whole);
    assert_ne!(seen(hop6(1280), &ipv6(&payload(1241), |_| {})), Seen::Whole);
}

/// Ethernet's padding is not the packet's.
#[test]
fn bytes_behind_the_packet_do_not_count() {
    let mut short = ipv4(&payload(100), |header| header.dont_fragment = true);
    short.resize(700, 0);
    assert_eq!(seen(hop4(576), &short), Seen::Whole);
    let packet = ipv4(&payload(1000), |_| {});
    let padded = [&packet[..], &[0; 46]].concat();
    assert_eq!(seen(hop4(576), &padded), seen(hop4(576), &packet));
    let packet = ipv6(&payload(1300), |_| {});
    let padded = [&packet[..], &[0; 46]].concat();
    assert_eq!(seen(hop6(1300), &padded), seen(hop6(1300), &packet));
}

#[test]
fn what_is_malformed_passes_as_it_is() {
    let sound = ipv4(&payload(1000), |_| {});
    let edited = |edit: fn(&mut Vec<u8>)| {
        let mut packet = sound.clone();
        edit(&mut packet);
        packet
    };
    let sealed = |edit: fn(&mut Vec<u8>)| {
        let mut packet = edited(edit);
        ipv4_header::seal(&mut packet[..20]);
        packet
    };
    assert_ne!(seen(hop4(576), &sealed(|_| {})), Seen::Whole);
    let malformed = [
        edited(|packet| packet[10] ^= 1),
        sealed(|packet| packet[0] = 0x44),
        sealed(|packet| packet[0] = 0x55),
        sealed(|packet| packet[2..4].copy_from_slice(&[0, 0])),
        sealed(|packet| packet[2..4].copy_from_slice(&[0xff, 0])),
        // A last byte behind the 65,535th.
        sealed(|packet| packet[6..8].copy_from_slice(&[0x1f, 0xff])),
        edited(|packet| packet[0] = 0),
        vec![0; 1000],
        vec![0x4f; 1000],
    ];
    for packet in malformed {
        assert_eq!(
            seen(hop4(576), &packet),
            Seen::Whole,
            "{:x?}",
            &packet[..20]
        );
    }
    let long_claim = ipv6(&payload(1300), |header| header.payload_length = 1301);
    assert_eq!(seen(hop6(1280), &long_claim), Seen::Whole);
    let endless = ipv6(&[0; 1300], |header| header.next_header = IpNumber(0));
    assert_eq!(seen(hop6(1280), &endless[..1290]), Seen::Whole);
    assert_eq!(seen(hop4(0), &[]), Seen::Whole);
}

#[test]
fn a_black_hole_drops_without_a_word_what_may_not_be_cut() {
    let silent = |router: IpAddr| Hop::new(router, Some(1280), true);
    let dont = ipv4(&payload(1400), |header| header.dont_fragment = true);
    assert_eq!(seen(silent(V4[2].into()), &dont), Seen::Dropped);
    assert_eq!(
        seen(silent(V6[2].into()), &ipv6(&payload(1400), |_| {})),
        Seen::Dropped
    );
    let may = ipv4(&payload(1400), |_| {});
    assert_eq!(seen(silent(V4[2].into()), &may), seen(hop4(1280), &may));
    assert!(matches!(seen(hop4(1280), &may), Seen::Fragments(_)));
}
