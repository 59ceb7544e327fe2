//! Captures of real interfaces, in network namespaces that each test makes for itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use capture::{Capture, CaptureCounters, CaptureError, Direction};
use nix::{
    mount::{MsFlags, mount},
    sched::{CloneFlags, unshare},
};
use packet::{capture::Reader, decode::Transport};
use std::{
    fs,
    net::UdpSocket,
    path::Path,
    process::Command,
    thread,
    time::{Duration, SystemTime},
};
use support::{Host, LAB, WIRE, hosts};
use testkit::{has_program, may_make_networks};

/// A packet of a capture: interface, direction, and the number that it carries.
type Seen = (String, Option<Direction>, u64);

/// Datagrams with these numbers from one host to another.
fn send(from: (&Host, support::Cable), to: &UdpSocket, numbers: impl Iterator<Item = u64>) {
    let socket = from.0.udp(from.1);
    socket.connect(to.local_addr().unwrap()).unwrap();
    for number in numbers {
        socket.send(&number.to_be_bytes()).unwrap();
    }
}

/// The packets in a file that must be sound, and their times.
fn read(file: &Path) -> (Vec<Seen>, Vec<u64>) {
    let file = fs::read(file).unwrap();
    let mut reader = Reader::new(&file).unwrap();
    let (mut seen, mut times) = (Vec::new(), Vec::new());
    while let Some(packet) = reader.next() {
        assert_eq!(packet.data.len(), packet.original_len as usize);
        let Transport::Udp(datagram) = packet.decode().unwrap().transport else {
            panic!("packet {} is no datagram", packet.number);
        };
        let interface = &reader.interfaces()[packet.interface];
        seen.push((
            interface.name.as_deref().unwrap().to_owned(),
            packet.direction,
            u64::from_be_bytes(datagram.payload.try_into().unwrap()),
        ));
        times.push(packet.at);
    }
    assert_eq!(reader.warnings().count(), 0);
    (seen, times)
}

fn seen(interface: &str, direction: Direction, numbers: std::ops::Range<u64>) -> Vec<Seen> {
    numbers
        .map(|number| (interface.into(), Some(direction), number))
        .collect()
}

#[test]
fn each_packet_is_there_once_with_interface_direction_and_time() {
    let name = "each_packet_is_there_once_with_interface_direction_and_time";
    if !may_make_networks(name) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let ends = |host: &Host| [host.udp(LAB), host.udp(WIRE)];
    let ([host_lab, host_wire], [other_lab, other_wire]) = (ends(&host), ends(&other));

    let before = now();
    let capture = host.capture(&file);
    send((&host, LAB), &other_lab, 0..100);
    send((&other, WIRE), &host_wire, 100..200);
    send((&other, LAB), &host_lab, 200..300);
    // What leaves by the wire has been seen on the other interface: not the lab's to capture.
    send((&host, WIRE), &other_wire, 300..400);
    let counters = capture.stop().unwrap();
    let after = now();

    let (packets, times) = read(&file);
    let mut expected = seen("lab0", Direction::Outgoing, 0..100);
    expected.extend(seen("eth0", Direction::Incoming, 100..200));
    expected.extend(seen("lab0", Direction::Incoming, 200..300));
    assert_eq!(packets, expected);
    assert!(times.iter().all(|&at| (before..after).contains(&at.into())));
    assert_eq!(
        counters,
        CaptureCounters {
            packets: 300,
            dropped: 0
        }
    );
}

#[test]
fn what_passed_before_the_stop_is_in_the_file() {
    let name = "what_passed_before_the_stop_is_in_the_file";
    if !may_make_networks(name) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let receiver = other.udp(LAB);
    // Stopped at once, and at other moments of the kernel's clock that hands over blocks.
    for round in 0..20 {
        let capture = host.capture(&file);
        thread::sleep(Duration::from_micros(400 * round));
        send((&host, LAB), &receiver, 0..round);
        assert_eq!(capture.stop().unwrap().packets, round);
        assert_eq!(read(&file).0, seen("lab0", Direction::Outgoing, 0..round));
    }
}

#[test]
fn a_burst_that_the_ring_holds_loses_nothing() {
    let name = "a_burst_that_the_ring_holds_loses_nothing";
    if !may_make_networks(name) {
        return;
    }
    const BURST: u64 = 15_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let (host_wire, other_lab) = (host.udp(WIRE), other.udp(LAB));
    let capture = host.capture(&file);
    // Both directions at once, so that packets come into the ring from two processors.
    thread::scope(|scope| {
        scope.spawn(|| send((&host, LAB), &other_lab, 0..BURST / 2));
        scope.spawn(|| send((&other, WIRE), &host_wire, BURST / 2..BURST));
    });
    let counters = capture.stop().unwrap();
    assert_eq!(
        counters,
        CaptureCounters {
            packets: BURST,
            dropped: 0
        }
    );

    let (mut packets, times) = read(&file);
    assert!(times.is_sorted(), "packets are in the order of their times");
    packets.sort_by_key(|&(.., number)| number);
    let mut expected = seen("lab0", Direction::Outgoing, 0..BURST / 2);
    expected.extend(seen("eth0", Direction::Incoming, BURST / 2..BURST));
    assert!(packets == expected, "every packet is there once");
}

#[test]
fn what_the_ring_does_not_hold_is_counted() {
    let name = "what_the_ring_does_not_hold_is_counted";
    if !may_make_networks(name) {
        return;
    }
    const FLOOD: u64 = 200_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let receiver = other.udp(LAB);
    let capture = host.capture(&file);
    send((&host, LAB), &receiver, 0..FLOOD);
    let counters = capture.stop().unwrap();
    assert_eq!(counters.packets + counters.dropped, FLOOD);
    assert_eq!(read(&file).0.len() as u64, counters.packets);
}

#[test]
fn wireshark_reads_names_interfaces_and_counters() {
    let name = "wireshark_reads_names_interfaces_and_counters";
    if !has_program("tshark") || !has_program("capinfos") || !may_make_networks(name) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let receiver = other.udp(LAB);
    let capture = host.capture(&file);
    send((&host, LAB), &receiver, 0..3);
    capture.stop().unwrap();

    let tshark = Command::new("tshark")
        .args(["-N", "n", "-T", "fields", "-e", "frame.number"])
        .args(["-e", "frame.interface_name", "-e", "ip.src_host", "-r"])
        .arg(&file)
        .output()
        .unwrap();
    let complaints = String::from_utf8(tshark.stderr).unwrap();
    let complaints = complaints
        .lines()
        .filter(|line| !line.contains("Running as user"));
    assert_eq!(complaints.collect::<String>(), "");
    let out = String::from_utf8(tshark.stdout).unwrap();
    assert_eq!(out, "1\tlab0\tclient\n2\tlab0\tclient\n3\tlab0\tclient\n");

    let capinfos = Command::new("capinfos").arg(&file).output().unwrap();
    assert!(capinfos.status.success() && capinfos.stderr.is_empty());
    let out = String::from_utf8(capinfos.stdout).unwrap();
    for line in [
        "File timestamp precision:  nanoseconds (9)",
        "Strict time order:   True",
        "Name = lab0",
        "Name = eth0",
        "Number of packets = 3",
        "Number of packets = 0",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let name = "a_file_that_cannot_be_written_is_an_error";
    if !may_make_networks(name) {
        return;
    }
    let [host, _other] = hosts();
    let error = Capture::start(host.spec(Path::new("/dev/null/none"))).unwrap_err();
    assert!(matches!(error, CaptureError::Create { .. }));
    let error = Capture::start(host.spec(Path::new("/dev/full"))).unwrap_err();
    assert!(matches!(error, CaptureError::Write { .. }));
}

#[test]
fn a_disk_that_fills_up_is_told_at_the_stop() {
    let name = "a_disk_that_fills_up_is_told_at_the_stop";
    if !may_make_networks(name) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    unshare(CloneFlags::CLONE_NEWNS).unwrap();
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
    let (none, small) = (MsFlags::empty(), Some("size=64k"));
    mount(Some("tmpfs"), folder.path(), Some("tmpfs"), none, small).unwrap();
    let file = folder.path().join("client.pcapng");
    let [host, other] = hosts();
    let receiver = other.udp(LAB);
    let capture = host.capture(&file);
    send((&host, LAB), &receiver, 0..2_000);
    let error = capture.stop().unwrap_err();
    assert!(matches!(error, CaptureError::Write { .. }), "{error}");
    // What there was room for is readable.
    let file = fs::read(&file).unwrap();
    assert!(Reader::new(&file).unwrap().count() > 100);
}
