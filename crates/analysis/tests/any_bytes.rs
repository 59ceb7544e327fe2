//! Whatever a file holds, reading and analysing it ends, without a panic: the same entry points as
//! fuzz/ has for cargo-fuzz, with a bounded number of cases.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use analysis::tcp_flags::{Connection, Counts, Flags, Segment};
use packet::{LinkType, capture::Reader, decode, tcp};
use proptest::{collection::vec, prelude::*, sample::Index};

/// A small capture of each format, to be damaged.
const SEEDS: [&[u8]; 4] = [
    include_bytes!("../../../fuzz/seeds/capture/handshake.pcap"),
    include_bytes!("../../../fuzz/seeds/capture/big-endian.pcap"),
    include_bytes!("../../../fuzz/seeds/capture/handshake.pcapng"),
    include_bytes!("../../../fuzz/seeds/capture/cooked.pcapng"),
];

/// Seeds with some bytes changed, some cut out, and the end cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..8);
    let cut = prop::option::of((any::<Index>(), 0_usize..40));
    (
        prop::sample::select(&SEEDS[..]),
        changes,
        cut,
        any::<Index>(),
        any::<bool>(),
    )
        .prop_map(|(seed, changes, cut, end, is_short)| {
            let mut bytes = seed.to_vec();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Some((at, len)) = cut {
                let at = at.index(bytes.len());
                bytes.drain(at..bytes.len().min(at + len));
            }
            if is_short && !bytes.is_empty() {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        })
}

fn segment() -> impl Strategy<Value = Segment> {
    let near = prop_oneof![0_u32..300, u32::MAX - 300..=u32::MAX, any::<u32>()];
    let len = prop_oneof![5 => 0_u32..3, 5 => 100_u32..102, 1 => any::<u32>()];
    let at = prop_oneof![0_u64..1 << 30, any::<u64>()];
    (near.clone(), near, len, at, any::<(u8, u16, Option<u8>)>()).prop_map(
        |(seq, ack, len, at, (flags, window, window_scale))| Segment {
            at,
            seq,
            ack,
            flags: tcp::Flags(flags),
            window: if window & 1 == 0 { 0 } else { window & 0x0301 },
            len,
            window_scale,
        },
    )
}

/// Reads all there is; a packet takes at least a record's header of 16 bytes.
fn read(file: &[u8]) {
    if let Ok(mut reader) = Reader::new(file) {
        let packets: Vec<_> = reader.by_ref().collect();
        assert!(packets.len() <= file.len() / 16, "{}", packets.len());
        for packet in packets {
            let _ = packet.decode();
            let again = reader.again(packet.number, packet.offset);
            assert_eq!(format!("{again:?}"), format!("{:?}", Some(packet)));
        }
        assert!(
            reader
                .warnings()
                .iter()
                .all(|warning| warning.offset <= file.len() as u64)
        );
    }
    if let Ok(flags) = Flags::new(file) {
        flags.for_each(drop);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damaged_captures_are_read_to_their_end(file in damaged()) {
        read(&file);
        let listing = analysis::Listing { conversations: 1, packets: 2 };
        let whole = analysis::inspect("damaged", &file).ok();
        let summary = analysis::summarise("damaged", &file, listing).ok();
        prop_assert_eq!(whole.map(|it| it.captures), summary.as_ref().map(|it| &it.captures).cloned());
        let (mut counted, mut flagged) = (Counts::default(), Counts::default());
        counted.extend(summary.iter().flat_map(|it| &it.connections).map(|it| &it.flags));
        Flags::new(&file).into_iter().flatten().for_each(|frame| flagged.add(frame.flags));
        prop_assert_eq!(counted, flagged);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(seed in 0..SEEDS.len(), rest in vec(any::<u8>(), 0..400)) {
        read(&rest);
        let header = if seed < 2 { 24 } else { 28 };
        read(&[&SEEDS[seed][..header], &rest].concat());
    }

    #[test]
    fn any_bytes_are_decoded_or_not(
        link_type in prop::sample::select(vec![0, 1, 7, 12, 101, 108, 113, 129, 228, 229, 276, 999]),
        bytes in vec(prop_oneof![any::<u8>(), Just(0), Just(0x45), Just(0x60), Just(6)], 0..120),
        original_len: u32,
    ) {
        let _ = decode(LinkType(link_type), &bytes, original_len as usize);
    }

    #[test]
    fn any_segments_have_flags(segments in vec((0_usize..2, segment()), 0..60)) {
        let mut connection = Connection::default();
        for (from, segment) in segments {
            connection.next(from, &segment);
        }
    }
}
