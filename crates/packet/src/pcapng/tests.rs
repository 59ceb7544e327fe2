use super::*;

const ETHERNET: Interface<'_> = Interface {
    name: "lab0",
    description: "",
    link_type: LinkType::ETHERNET,
    snaplen: 0,
};

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&word| u32::from_le_bytes(word))
        .collect()
}

#[test]
fn a_packet_as_bytes() {
    let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
    let interface = writer.interface(&ETHERNET).unwrap();
    let begin = writer.into_inner();
    let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
    writer.interface(&ETHERNET).unwrap();
    writer
        .packet(&Packet {
            interface,
            at: 0x1234_5678_9abc_def0,
            direction: Some(Direction::Outgoing),
            original_len: 9,
            data: b"abcde",
        })
        .unwrap();
    let file = writer.into_inner();
    let block = words(&file[begin.len()..]);
    assert_eq!(block[..3], [6, 52, 0]);
    assert_eq!(block[3..7], [0x1234_5678, 0x9abc_def0, 5, 9]);
    assert_eq!(block[7..9], words(b"abcde\0\0\0"));
    assert_eq!(block[9..], [4 << 16 | 2, 2, 0, 52]);
}

#[test]
fn names_and_statistics_as_bytes() {
    let begin = Writer::new(Vec::new(), &Section::default()).unwrap();
    let begin = begin.into_inner().len();
    let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
    writer
        .names([
            ("198.18.0.1".parse().unwrap(), "server"),
            ("fd00::1".parse().unwrap(), "client"),
        ])
        .unwrap();
    let file = writer.into_inner();
    let block = &file[begin..];
    assert_eq!(words(block)[..3], [4, 60, 11 << 16 | 1]);
    assert_eq!(block[12..24], *b"\xc6\x12\0\x01server\0\0");
    assert_eq!(words(block)[6], 23 << 16 | 2);
    assert_eq!(block[44..52], *b"client\0\0");
    assert_eq!(words(block)[13..], [0, 60]);
}

#[test]
fn what_pcapng_cannot_hold_is_refused() {
    let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
    let packet = Packet {
        interface: 0,
        at: 0,
        direction: None,
        original_len: 0,
        data: b"",
    };
    let error = writer.packet(&packet).unwrap_err();
    assert!(matches!(error, WriteError::UnknownInterface(0)));
    let name = "x".repeat(65_536);
    let long = Interface {
        name: &name,
        ..ETHERNET
    };
    let error = writer.interface(&long).unwrap_err();
    assert!(matches!(error, WriteError::TooLong(_)));
    // Nothing of what was refused is in the file, and the writer goes on.
    assert_eq!(writer.interface(&ETHERNET).unwrap(), 0);
    writer.packet(&packet).unwrap();
    let file = writer.into_inner();
    let mut reader = crate::capture::Reader::new(&file).unwrap();
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!(reader.warnings().count(), 0);
}
