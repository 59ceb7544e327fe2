//! Whatever a file holds, reading it ends, without a panic.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use packet::{
    LinkType,
    capture::Reader,
    decode::{Transport, decode},
    pcapng::{Interface, Packet, Section, Writer},
    tcp::TcpOption,
};
use proptest::{collection::vec, prelude::*};

/// Reads all that there is. Returns the number of packets.
fn exhaust(file: &[u8]) -> usize {
    let Ok(reader) = Reader::new(file) else {
        return 0;
    };
    let mut count = 0;
    for packet in reader {
        count += 1;
        assert!(packet.offset < file.len() as u64);
        look(packet.link_type, packet.data, packet.original_len as usize);
    }
    // Every packet takes room in the file.
    assert!(count <= file.len() / 16);
    count
}

/// Asks a decoded packet everything.
fn look(link_type: LinkType, data: &[u8], original_len: usize) {
    let Ok(decoded) = decode(link_type, data, original_len) else {
        return;
    };
    let network = decoded.network;
    assert!(network.header_len() <= network.total_len());
    assert!(network.payload().len() <= network.payload_len());
    let _ = (network.source(), network.destination(), network.id());
    match decoded.transport {
        Transport::Tcp(segment) => {
            assert!(segment.payload.len() <= segment.payload_len);
            for option in segment.header.options() {
                if let TcpOption::Sack(blocks) = option {
                    assert!(blocks.ranges().count() <= 4);
                }
            }
        }
        Transport::Udp(datagram) => assert!(datagram.payload.len() <= datagram.payload_len),
        Transport::LaterFragment | Transport::Other(_) => {}
    }
}

fn sound() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
    let interface = Interface {
        name: "lab0",
        description: "",
        link_type: LinkType::ETHERNET,
        snaplen: 0,
    };
    let number = writer.interface(&interface).unwrap();
    for at in 0..5 {
        let builder = etherparse::PacketBuilder::ethernet2([1; 6], [2; 6])
            .ipv4([1; 4], [2; 4], 64)
            .tcp(1, 2, 3, 4)
            .options(&[
                etherparse::TcpOptionElement::Timestamp(1, 2),
                etherparse::TcpOptionElement::SelectiveAcknowledgement((1, 2), [None; 3]),
            ])
            .unwrap();
        let mut data = Vec::new();
        builder.write(&mut data, b"Michael").unwrap();
        let packet = Packet {
            interface: number,
            at,
            direction: None,
            original_len: data.len() as u32,
            data: &data,
        };
        writer.packet(&packet).unwrap();
    }
    writer.into_inner()
}

fn sound_pcap() -> Vec<u8> {
    let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0".to_vec();
    for packet in Reader::new(&sound()).unwrap() {
        let len = packet.data.len() as u32;
        for word in [0, 0, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet.data);
    }
    file
}

#[test]
fn the_sound_files_are_read() {
    assert_eq!((exhaust(&sound()), exhaust(&sound_pcap())), (5, 5));
}

proptest! {
    #[test]
    fn anything_behind_a_file_header(pcapng: bool, rest in vec(any::<u8>(), 0..500)) {
        let sound = if pcapng { sound() } else { sound_pcap() };
        let header = if pcapng { 28 } else { 24 };
        exhaust(&[&sound[..header], &rest].concat());
        exhaust(&rest);
    }

    #[test]
    fn sound_files_with_wrong_bytes(
        pcapng: bool,
        cut in any::<prop::sample::Index>(),
        wrong in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = if pcapng { sound() } else { sound_pcap() };
        for (at, byte) in wrong {
            let at = at.index(file.len());
            file[at] = byte;
        }
        exhaust(&file);
        let cut = cut.index(file.len());
        exhaust(&file[..cut]);
        exhaust(&file[cut..]);
    }

    #[test]
    fn any_packet_of_any_link_type(
        link_type in prop_oneof![
            prop::sample::select(vec![0_u16, 1, 12, 14, 101, 108, 113, 228, 229, 276]),
            any::<u16>(),
        ],
        start in prop::sample::select(vec![
            &b""[..],
            b"\x45\0\0\x28",
            b"\x60\0\0\0\0\x20\0\x40",
            b"\x60\0\0\0\0\x20\x2c\x40",
            b"\0\0\0\x02\x45",
        ]),
        rest in vec(any::<u8>(), 0..120),
        more in 0..2_000_usize,
    ) {
        let data = [start, &rest].concat();
        look(LinkType(link_type), &data, data.len() + more);
    }
}
