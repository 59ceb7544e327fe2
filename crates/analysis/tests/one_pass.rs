//! The flags that a summary counts are those that are told frame by frame, whatever a four-tuple
//! lives through and however its packets are cut into fragments.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use analysis::{
    Listing,
    model::connection::Connection,
    summarise,
    tcp_flags::{Counts, Flags, TcpFlag},
};
use proptest::{collection::vec, prelude::*, sample::select};

const NOTHING: Listing = Listing {
    conversations: 0,
    packets: 0,
};
const SYN: u8 = 2;
const ACK: u8 = 16;

/// An IPv4 packet with TCP in it.
#[derive(Clone, Debug)]
struct Packet {
    from_client: bool,
    port: u16,
    seq: u32,
    ack: u32,
    control: u8,
    window: u16,
    len: usize,
    /// Where it is cut in two, in units of 8 bytes, if it is, and how many packets later the second
    /// part comes.
    cut: Option<(usize, usize)>,
}

impl Packet {
    fn plain(from_client: bool, seq: u32, ack: u32, len: usize) -> Self {
        Self {
            from_client,
            port: 1_024,
            seq,
            ack,
            control: ACK,
            window: 500,
            len,
            cut: None,
        }
    }

    /// The IP packets that it comes in.
    fn parts(&self, id: u16) -> (Vec<u8>, Option<(usize, Vec<u8>)>) {
        let mut ports = [self.port, 80];
        if !self.from_client {
            ports.reverse();
        }
        let mut tcp = Vec::new();
        tcp.extend(ports.map(u16::to_be_bytes).concat());
        tcp.extend([self.seq, self.ack].map(u32::to_be_bytes).concat());
        tcp.extend([0x50, self.control]);
        tcp.extend(self.window.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.resize(20 + self.len, b'x');
        match self.cut {
            Some((units, later)) if 8 * units < tcp.len() => {
                let (first, second) = tcp.split_at(8 * units);
                let second = self.ip(id, units as u16, second);
                (self.ip(id, 0x2000, first), Some((later, second)))
            }
            _ => (self.ip(id, 0, &tcp), None),
        }
    }

    fn ip(&self, id: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
        let mut ends = [[10, 0, 0, 1], [10, 0, 0, 2]];
        if !self.from_client {
            ends.reverse();
        }
        let mut ip = vec![0x45, 0];
        ip.extend((20 + payload.len() as u16).to_be_bytes());
        ip.extend([id, fragment].map(u16::to_be_bytes).concat());
        ip.extend([64, 6, 0, 0]);
        ip.extend(ends.concat());
        ip.extend(payload);
        ip
    }
}

/// A pcap file of raw IP packets, a millisecond apart.
fn capture(packets: &[Packet]) -> Vec<u8> {
    let mut queue: Vec<(usize, Vec<u8>)> = Vec::new();
    for (place, packet) in packets.iter().enumerate() {
        let (first, second) = packet.parts(place as u16);
        queue.push((2 * place, first));
        queue.extend(second.map(|(later, bytes)| (2 * (place + later) + 1, bytes)));
    }
    queue.sort_by_key(|(turn, _)| *turn);
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        file.extend(word.to_le_bytes());
    }
    for (n, (_, bytes)) in (0..).zip(queue) {
        let len = bytes.len() as u32;
        for word in [1_700_000_000, n * 1_000, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(bytes);
    }
    file
}

/// Counted connection by connection, and frame by frame.
fn counts(file: &[u8]) -> (Counts, Counts, Vec<Connection>) {
    let connections = summarise("some.pcap", file, NOTHING).unwrap().connections;
    let (mut counted, mut flagged) = (Counts::default(), Counts::default());
    counted.extend(connections.iter().map(|it| &it.flags));
    Flags::new(file)
        .unwrap()
        .for_each(|frame| flagged.add(frame.flags));
    (counted, flagged, connections)
}

#[test]
fn a_segment_in_fragments_counts_where_the_last_of_them_comes() {
    // What is acknowledged meanwhile was not there yet, as Wireshark has it.
    let cut = Packet {
        cut: Some((3, 1)),
        ..Packet::plain(true, 100, 1, 40)
    };
    let file = capture(&[
        Packet::plain(true, 90, 1, 10),
        cut,
        Packet::plain(false, 1, 140, 0),
    ]);
    let (counted, flagged, _) = counts(&file);
    let set: Vec<_> = counted.iter().collect();
    assert_eq!(
        set,
        [
            (TcpFlag::Retransmission, 1),
            (TcpFlag::SpuriousRetransmission, 1),
            (TcpFlag::AckLostSegment, 1)
        ]
    );
    assert_eq!(counted, flagged);
}

#[test]
fn what_the_flags_rest_on_outlives_a_connection() {
    let syn = |seq| Packet {
        control: SYN,
        ..Packet::plain(true, seq, 0, 0)
    };
    let file = capture(&[
        syn(1_000),
        Packet::plain(true, 1_001, 1, 5),
        syn(9_000),
        Packet::plain(true, 9_001, 1, 5),
    ]);
    let (counted, flagged, connections) = counts(&file);
    assert_eq!(counted, flagged);
    let of = |number: usize| connections[number].flags.iter().collect::<Vec<_>>();
    assert_eq!(of(0), []);
    assert_eq!(of(1), [(TcpFlag::PortReuse, 1)]);
}

fn packet() -> impl Strategy<Value = Packet> {
    let number = || prop_oneof![990_u32..1_040, select(vec![0, 1, 1_000, 5_000])];
    let cut = prop::option::weighted(0.2, (1_usize..5, 0_usize..4));
    let control = select(vec![ACK, ACK, ACK, ACK, SYN, SYN | ACK, ACK | 1, 4, 0]);
    (
        any::<bool>(),
        select(vec![1_024, 80]),
        number(),
        number(),
        control,
        select(vec![0, 1, 5, 500]),
        select(vec![0, 0, 1, 5, 10, 30]),
        cut,
    )
        .prop_map(
            |(from_client, port, seq, ack, control, window, len, cut)| Packet {
                from_client,
                port,
                seq,
                ack,
                control,
                window,
                len,
                cut,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_ways_of_counting_agree(packets in vec(packet(), 0..40)) {
        let (counted, flagged, _) = counts(&capture(&packets));
        prop_assert_eq!(counted, flagged);
    }
}
