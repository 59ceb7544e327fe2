//! What the writer writes, the reader reads, and Wireshark too.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use packet::{
    Direction, LinkType,
    capture::Reader,
    pcapng::{Interface, Packet, Section, Statistics, Writer},
};
use proptest::{collection::vec, option, prelude::*};
use std::{fs, process::Command};

#[derive(Clone, Debug)]
struct Drawn {
    interface: u32,
    at: u64,
    direction: Option<Direction>,
    cut: u32,
    data: Vec<u8>,
}

fn drawn(interfaces: u32) -> impl Strategy<Value = Drawn> {
    let direction = prop_oneof![Just(Direction::Incoming), Just(Direction::Outgoing)];
    (
        0..interfaces,
        any::<u64>(),
        option::of(direction),
        0..10_u32,
        vec(any::<u8>(), 0..200),
    )
        .prop_map(|(interface, at, direction, cut, data)| Drawn {
            interface,
            at,
            direction,
            cut,
            data,
        })
}

fn write(interfaces: &[(String, u16, u32)], packets: &[Drawn]) -> Vec<u8> {
    let section = Section {
        hardware: "x86_64",
        os: "Linux",
        application: "tinygram",
    };
    let mut writer = Writer::new(Vec::new(), &section).unwrap();
    for (name, link_type, snaplen) in interfaces {
        writer
            .interface(&Interface {
                name,
                description: "an interface",
                link_type: LinkType(*link_type),
                snaplen: *snaplen,
            })
            .unwrap();
    }
    writer
        .names([("198.18.0.1".parse().unwrap(), "server")])
        .unwrap();
    for packet in packets {
        writer
            .packet(&Packet {
                interface: packet.interface,
                at: packet.at,
                direction: packet.direction,
                original_len: packet.data.len() as u32 + packet.cut,
                data: &packet.data,
            })
            .unwrap();
    }
    for interface in 0..interfaces.len() as u32 {
        writer
            .statistics(&Statistics {
                interface,
                started: 1_000_000_000,
                ended: 2_000_000_000,
                received: 7,
                dropped: 3,
                delivered: 4,
            })
            .unwrap();
    }
    writer.flush().unwrap();
    writer.into_inner()
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        interfaces in vec(("[a-z0-9é-]{1,15}", any::<u16>(), any::<u32>()), 1..4),
        packets in vec(drawn(1), 0..20),
    ) {
        let count = interfaces.len() as u32;
        let packets: Vec<Drawn> = packets
            .into_iter()
            .zip((0..count).cycle())
            .map(|(packet, interface)| Drawn { interface, ..packet })
            .collect();
        let file = write(&interfaces, &packets);
        let mut reader = Reader::new(&file).unwrap();
        for (number, packet) in packets.iter().enumerate() {
            let read = reader.next().unwrap();
            prop_assert_eq!(read.number, number as u64 + 1);
            prop_assert_eq!(read.interface, packet.interface as usize);
            prop_assert_eq!(read.link_type.0, interfaces[read.interface].1);
            prop_assert_eq!((read.at, read.direction), (packet.at, packet.direction));
            prop_assert_eq!(read.data, &packet.data[..]);
            prop_assert_eq!(read.original_len, packet.data.len() as u32 + packet.cut);
        }
        prop_assert!(reader.next().is_none());
        prop_assert_eq!(reader.warnings().count(), 0);
        for (read, (name, _, snaplen)) in reader.interfaces().iter().zip(&interfaces) {
            prop_assert_eq!(read.name.as_deref(), Some(name.as_str()));
            prop_assert_eq!(read.description.as_deref(), Some("an interface"));
            prop_assert_eq!(read.snaplen, *snaplen);
        }
    }
}

/// What a program prints about a file, when it is installed. It must not complain.
fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    if !testkit::has_program(program) {
        return None;
    }
    let output = Command::new(program).args(arguments).output().unwrap();
    let complaints = String::from_utf8(output.stderr).unwrap();
    let complaints = complaints
        .lines()
        .filter(|line| !line.contains("Running as user"));
    assert_eq!(complaints.collect::<String>(), "");
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn wireshark_reads_it_without_a_complaint() {
    let packet = |interface, at, direction, data| Drawn {
        interface,
        at,
        direction: Some(direction),
        cut: 0,
        data,
    };
    let builder = etherparse::PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4([198, 18, 0, 1], [198, 18, 0, 2], 64)
        .udp(7, 9);
    let mut frame = Vec::new();
    builder.write(&mut frame, b"Michael").unwrap();
    let interfaces = [("lab0".to_owned(), 1, 0), ("eth0".to_owned(), 1, 0)];
    let at = 1_700_000_000_123_456_789;
    let packets = [
        packet(0, at, Direction::Outgoing, frame.clone()),
        packet(1, at + 1, Direction::Incoming, frame),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written.pcapng");
    fs::write(&path, write(&interfaces, &packets)).unwrap();
    let path = path.to_str().unwrap();

    let fields = "frame.time_epoch frame.interface_name frame.packet_flags_direction ip.src_host";
    let fields = fields.split(' ').flat_map(|field| ["-e", field]);
    let arguments = ["-r", path, "-N", "n", "-T", "fields"];
    let arguments: Vec<_> = arguments.into_iter().chain(fields).collect();
    if let Some(out) = ask("tshark", &arguments) {
        assert_eq!(
            out,
            "1700000000.123456789\tlab0\t0x00000002\tserver\n1700000000.123456790\teth0\t0x00000001\tserver\n"
        );
    }
    if let Some(out) = ask("capinfos", &[path]) {
        for line in [
            "Number of packets:   2",
            "Capture hardware:    x86_64",
            "Capture oper-sys:    Linux",
            "Capture application: tinygram",
            "Number of interfaces in file: 2",
            "Name = lab0",
            "Description = an interface",
            "Time precision = nanoseconds (9)",
            "Number of stat entries = 1",
        ] {
            assert!(out.contains(line), "{line} in {out}");
        }
    }
}
