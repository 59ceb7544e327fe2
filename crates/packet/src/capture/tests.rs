use super::*;

/// Numbers in a byte order.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

use Order::{Big, Little};

impl Order {
    fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Little => value.to_le_bytes(),
            Big => value.to_be_bytes(),
        }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Little => value.to_le_bytes(),
            Big => value.to_be_bytes(),
        }
    }

    fn words(self, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|&word| self.u32(word)).collect()
    }

    fn pcap(self, magic: u32, minor: u16, records: &[(&[u32], &[u8])]) -> Vec<u8> {
        let mut file = self.u32(magic).to_vec();
        file.extend([self.u16(2), self.u16(minor)].concat());
        file.extend(self.words(&[0, 0, 65_535, 1]));
        for (header, data) in records {
            file.extend(self.words(header));
            file.extend(*data);
        }
        file
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let body = [body, &[0; 3][..body.len().next_multiple_of(4) - body.len()]].concat();
        let len = body.len() as u32 + 12;
        [self.words(&[kind, len]), body, self.words(&[len])].concat()
    }

    fn section(self) -> Vec<u8> {
        let version = [self.u16(1), self.u16(0)].concat();
        let body = [
            self.words(&[0x1a2b_3c4d]),
            version,
            self.words(&[u32::MAX; 2]),
        ];
        self.block(0x0a0d_0d0a, &body.concat())
    }

    fn interface(self, link_type: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = [self.u16(link_type), self.u16(0)].concat();
        body.extend(self.u32(snaplen));
        body.extend(self.options(options));
        self.block(1, &body)
    }

    fn options(self, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend([self.u16(*code), self.u16(value.len() as u16)].concat());
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    fn enhanced(
        self,
        interface: u32,
        ticks: u64,
        data: &[u8],
        options: &[(u16, &[u8])],
    ) -> Vec<u8> {
        let len = data.len() as u32;
        let (high, low) = ((ticks >> 32) as u32, ticks as u32);
        let mut body = self.words(&[interface, high, low, len, len + 1]);
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(self.options(options));
        self.block(6, &body)
    }
}

fn packets(file: &[u8]) -> Vec<Packet<'_>> {
    let mut reader = Reader::new(file).unwrap();
    let packets: Vec<_> = reader.by_ref().collect();
    assert_eq!(reader.warnings().count(), 0, "{:?}", reader.warnings());
    for packet in &packets {
        let again = reader.again(packet.number, packet.offset);
        assert_eq!(format!("{again:?}"), format!("{:?}", Some(packet)));
    }
    packets
}

/// The packets in front of the damage, and what it is.
fn damaged(file: &[u8]) -> (usize, Vec<Warning>) {
    let mut reader = Reader::new(file).unwrap();
    let packets = reader.by_ref().count();
    assert!(reader.next().is_none(), "the end is the end");
    (packets, reader.warnings().iter().copied().collect())
}

#[test]
fn pcap_in_both_byte_orders_with_both_clocks() {
    for order in [Little, Big] {
        for (magic, at) in [(0xa1b2_c3d4, 7_000_009_000), (0xa1b2_3c4d, 7_000_000_009)] {
            let file = order.pcap(magic, 4, &[(&[7, 9, 3, 60], b"abc"), (&[8, 0, 0, 0], b"")]);
            let read = packets(&file);
            assert_eq!((read.len(), read[0].at, read[1].at), (2, at, 8_000_000_000));
            assert_eq!((read[0].data, read[0].original_len), (&b"abc"[..], 60));
            assert_eq!((read[0].number, read[1].number), (1, 2));
            assert_eq!((read[0].offset, read[1].offset), (24, 43));
            assert_eq!(read[0].link_type, LinkType::ETHERNET);
        }
    }
}

#[test]
fn pcap_of_patched_and_of_old_libpcaps() {
    let patched = Little.pcap(0xa1b2_cd34, 4, &[(&[1, 2, 3, 4, 9, 9], b"abc")]);
    assert_eq!(packets(&patched)[0].data, b"abc");
    let swapped = Big.pcap(0xa1b2_c3d4, 2, &[(&[1, 2, 60, 3], b"abc")]);
    assert_eq!(packets(&swapped)[0].original_len, 60);
    for lengths in [[60, 3], [3, 60]] {
        let either = Big.pcap(0xa1b2_c3d4, 3, &[(&[1, 2, lengths[0], lengths[1]], b"abc")]);
        assert_eq!(packets(&either)[0].original_len, 60);
    }
}

#[test]
fn the_check_sequence_bits_are_not_the_link_type() {
    let mut file = Big.pcap(0xa1b2_c3d4, 4, &[]);
    file[20] = 0x30;
    let reader = Reader::new(&file).unwrap();
    assert_eq!(reader.interfaces()[0].link_type, LinkType::ETHERNET);
}

#[test]
fn pcapng_of_two_sections_in_two_byte_orders() {
    let mut file = Vec::new();
    for (order, name) in [(Little, "one"), (Big, "two")] {
        file.extend(order.section());
        file.extend(order.interface(101, 0, &[(2, b"other")]));
        file.extend(order.interface(1, 0, &[(2, name.as_bytes()), (3, b"words\0")]));
        file.extend(order.enhanced(1, 5, b"abc", &[]));
    }
    let mut reader = Reader::new(&file).unwrap();
    let read: Vec<_> = reader.by_ref().collect();
    let name = |packet: &Packet<'_>| reader.interfaces()[packet.interface].name.clone().unwrap();
    assert_eq!(
        (name(&read[0]), name(&read[1])),
        ("one".into(), "two".into())
    );
    let interface = &reader.interfaces()[3];
    assert_eq!(interface.description.as_deref(), Some("words"));
    assert_eq!(read[1].data, b"abc");
    assert_eq!((read[1].original_len, read[1].at), (4, 5_000));
    assert_eq!(read[1].link_type, LinkType::ETHERNET);
    assert_eq!(reader.warnings().count(), 0);
}

#[test]
fn clocks_of_every_resolution_and_offset() {
    let second = 1_000_000_000;
    for (resolution, offset, ticks, at) in [
        (6_u8, 0_i64, 3, 3_000),
        (0, 0, 3, 3 * second),
        (9, 0, u64::MAX, u64::MAX),
        (6, 0, u64::MAX, u64::MAX),
        (12, 0, 4_999, 4),
        (19, 0, u64::MAX, 1_844_674_407),
        (127, 0, u64::MAX, 0),
        (0x80, 0, 2, 2 * second),
        (0x80 | 20, 0, 1 << 19, second / 2),
        (0x80 | 64, 0, 1 << 63, second / 2),
        (0x80 | 127, 0, u64::MAX, 0),
        (9, 10, 5, 10 * second + 5),
        (9, -10, 30 * second, 20 * second),
        (9, -10, 5, 0),
        (9, i64::MAX, 5, u64::MAX),
        (9, i64::MIN, 5, 0),
    ] {
        let mut file = Little.section();
        file.extend(Little.interface(1, 0, &[(9, &[resolution]), (14, &offset.to_le_bytes())]));
        file.extend(Little.enhanced(0, ticks, b"", &[]));
        assert_eq!(packets(&file)[0].at, at, "{resolution:#x} {offset} {ticks}");
    }
}

#[test]
fn simple_and_obsolete_packet_blocks() {
    let mut file = Big.section();
    file.extend(Big.interface(1, 5, &[]));
    file.extend(Big.block(3, &[&Big.u32(3)[..], b"abc"].concat()));
    file.extend(Big.block(3, &[&Big.u32(60)[..], b"abcde"].concat()));
    let numbers = [Big.u16(0), Big.u16(77)].concat();
    let fixed = Big.words(&[0, 8, 2, 60]);
    let flags = Big.options(&[(2, &Big.u32(2))]);
    file.extend(Big.block(2, &[numbers, fixed, b"ab\0\0".to_vec(), flags].concat()));

    let read = packets(&file);
    assert_eq!((read[0].data, read[0].original_len), (&b"abc"[..], 3));
    assert_eq!((read[1].data, read[1].original_len), (&b"abcde"[..], 60));
    assert_eq!((read[2].data, read[2].original_len), (&b"ab"[..], 60));
    assert_eq!((read[1].at, read[2].at), (0, 8_000));
    assert_eq!(read[2].direction, Some(Direction::Outgoing));
}

#[test]
fn directions_are_found_among_other_options() {
    for (options, direction) in [
        (
            vec![(1, &b"words"[..]), (2, &[1, 0, 0, 0])],
            Some(Direction::Incoming),
        ),
        (vec![(2, &[0xfe, 0, 0, 0])], Some(Direction::Outgoing)),
        (vec![(2, &[3, 0, 0, 0])], None),
        (vec![(2, &[1])], None),
        (vec![(0, &[]), (2, &[1, 0, 0, 0])], None),
        (vec![], None),
    ] {
        let mut file = Little.section();
        file.extend(Little.interface(1, 0, &[]));
        file.extend(Little.enhanced(0, 0, b"abcde", &options));
        assert_eq!(packets(&file)[0].direction, direction, "{options:?}");
    }
}

#[test]
fn other_blocks_are_skipped_and_counted_as_wireshark_does() {
    let mut file = Little.section();
    file.extend(Little.interface(1, 0, &[]));
    // Names, statistics, secrets, unknown: nothing to Wireshark. Custom, journal, sysdig: frames.
    for kind in [4, 5, 10, 0x1234_5678, 0xbad, 9, 0x204] {
        file.extend(Little.block(kind, b"whatever"));
    }
    file.extend(Little.enhanced(0, 0, b"abc", &[]));
    assert_eq!(packets(&file)[0].number, 4);
}

#[test]
fn a_cut_file_gives_what_was_complete_and_tells_where_it_ends() {
    let record: (&[u32], &[u8]) = (&[1, 2, 3, 3], b"abc");
    let pcap = Little.pcap(0xa1b2_c3d4, 4, &[record; 2]);
    let mut pcapng = [Little.section(), Little.interface(1, 0, &[])].concat();
    let first = pcapng.len();
    pcapng.extend(Little.enhanced(0, 0, b"abc", &[]));
    let second = pcapng.len();
    pcapng.extend(Little.enhanced(0, 0, b"abc", &[]));
    for (file, first, second) in [(pcap, 24, 43), (pcapng, first, second)] {
        for len in first..file.len() {
            let start = if len < second { first } else { second };
            let (read, warnings) = damaged(&file[..len]);
            assert_eq!(read, usize::from(len >= second));
            if len == start {
                assert_eq!(warnings, []);
                continue;
            }
            let [
                Warning {
                    offset,
                    damage: Damage::Truncated { missing },
                },
            ] = warnings[..]
            else {
                panic!("{len}: {warnings:?}");
            };
            assert_eq!(offset, start as u64);
            assert!((1..=(file.len() - len) as u64).contains(&missing));
        }
    }
}

#[test]
fn damage_is_told_with_its_place() {
    let huge = Little.pcap(0xa1b2_c3d4, 4, &[(&[1, 2, u32::MAX, 3], b"abc")]);
    assert_eq!(
        damaged(&huge),
        (
            0,
            vec![Warning {
                offset: 24,
                damage: Damage::HugePacket { len: u32::MAX }
            }]
        )
    );
    let mut begin = [Little.section(), Little.interface(1, 0, &[])].concat();
    begin.extend(Little.enhanced(0, 0, b"abc", &[]));
    let offset = begin.len() as u64;
    let mut lengths = Little.block(6, b"");
    lengths[8] = 16;
    let (skipped, over) = (1, 0);
    for (block, behind, damage) in [
        (
            Little.enhanced(7, 0, b"abc", &[]),
            skipped,
            Damage::UnknownInterface(7),
        ),
        (
            Little.block(6, &Little.words(&[0, 0, 0, 4, 4])),
            skipped,
            Damage::ShortBlock,
        ),
        (Little.block(6, b"abc"), skipped, Damage::ShortBlock),
        (Little.block(3, b""), skipped, Damage::ShortBlock),
        (Little.block(2, b""), skipped, Damage::ShortBlock),
        (Little.block(1, b""), skipped, Damage::ShortBlock),
        (
            Little.words(&[6, 8, 8]),
            over,
            Damage::BlockLength { len: 8 },
        ),
        (
            Little.words(&[6, 15, 0, 15]),
            over,
            Damage::BlockLength { len: 15 },
        ),
        (
            lengths,
            over,
            Damage::BlockLengthsDiffer { head: 12, tail: 16 },
        ),
        (Little.words(&[0x0a0d_0d0a, 28, 0]), over, Damage::Section),
    ] {
        let mut file = [begin.clone(), block].concat();
        file.extend(Little.enhanced(0, 0, b"abc", &[]));
        assert_eq!(
            damaged(&file),
            (1 + behind, vec![Warning { offset, damage }])
        );
    }
}

#[test]
fn warnings_do_not_pile_up() {
    let mut file = [Little.section(), Little.interface(1, 0, &[])].concat();
    for _ in 0..1_000 {
        file.extend(Little.enhanced(7, 0, b"", &[]));
    }
    let mut reader = Reader::new(&file).unwrap();
    assert_eq!(reader.by_ref().count(), 0);
    assert_eq!(reader.warnings().count(), 1_000);
    assert_eq!(reader.warnings().iter().count(), 100);
    let first = reader.warnings().iter().next().unwrap();
    assert_eq!(
        first.to_string(),
        "byte 48: a packet of interface 7, which the file does not describe, was skipped"
    );
}

#[test]
fn what_is_no_capture_says_what_to_do() {
    for (file, message) in [
        (
            &b""[..],
            "the file is empty; a capture has at least a header",
        ),
        (
            b"abc",
            "the file ends inside its header; it was cut, copy it again",
        ),
        (
            b"\xd4\xc3\xb2\xa1\x02\0",
            "the file ends inside its header; it was cut, copy it again",
        ),
        (
            b"\x1f\x8b\x08\0",
            "the file is compressed; unpack it first, with gunzip",
        ),
        (
            b"GET / HTTP/1.1",
            "the file is neither pcap nor pcapng; convert it, with editcap -F pcapng IN OUT",
        ),
        (
            b"\xd4\xc3\xb2\xa1\x09\0\x01\0................",
            "the file is pcap version 9.1; convert it, with editcap -F pcapng IN OUT",
        ),
    ] {
        assert_eq!(Reader::new(file).unwrap_err().to_string(), message);
    }
}
