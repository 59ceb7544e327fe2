//! Captures from anywhere: no diary, no plan, one point of view.

#![allow(clippy::unwrap_used)]

mod support;

use analysis::{ReadError, inspect, model::connection::Direction};
use proptest::prelude::*;
use scenario::finding::{Cause, FindingCode};
use support::{CLIENT, DELAY, Lab, SERVER, Side::*, found, only};

fn naive(lab: &mut Lab) {
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["TracySarah"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
}

#[test]
fn a_capture_shows_connections_segments_and_what_seems_to_have_waited() {
    let mut lab = Lab::new();
    naive(&mut lab);
    let analysis = lab.inspect(CLIENT);
    assert_eq!(analysis.verdict, None);
    assert_eq!(analysis.captures[0].packets, 6);
    let connection = &analysis.connections[0];
    assert_eq!(connection.client.address.port(), 40_001);
    assert_eq!(
        (&connection.client.host, connection.handshake.is_some()),
        (&None, true)
    );
    let stream = connection.stream(Direction::ClientToServer);
    let frames: Vec<_> = stream
        .segments
        .iter()
        .map(|segment| segment.frame)
        .collect();
    assert_eq!(frames, [4, 6]);
    let wait = &stream.waits[0];
    assert_eq!((wait.segment, wait.behind, wait.released_by), (1, 0, 5));
    assert_eq!(wait.gap, 10_000);
    assert!(!wait.with_data);
    assert_eq!(
        found(&analysis, FindingCode::CoalescedSegment).len(),
        0,
        "no message is known"
    );
}

#[test]
fn the_receivers_capture_proves_no_wait() {
    let mut lab = Lab::new();
    naive(&mut lab);
    let analysis = lab.inspect(SERVER);
    assert_eq!(analysis.connections[0].streams[0].waits, []);
}

#[test]
fn without_directions_the_handshake_tells_where_the_capture_was_made() {
    let mut lab = Lab::new();
    naive(&mut lab);
    for (host, waits) in [(CLIENT, 1), (SERVER, 0)] {
        // The same packets in a file that does not tell directions.
        let capture = lab.run().hosts[host].capture.clone();
        let analysis = inspect("plain.pcap", &to_pcap(&capture)).unwrap();
        assert_eq!(
            analysis.connections[0].streams[0].waits.len(),
            waits,
            "host {host}"
        );
    }
}

#[test]
fn a_program_that_answers_at_once_looks_the_same_and_that_is_said() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["one"]);
    tcp.send(Client, 100_002, 3);
    tcp.write(Server, 120_010, &["answer"]);
    tcp.send(Server, 120_012, 6);
    tcp.write(Client, 140_020, &["two"]);
    tcp.send(Client, 140_022, 3);
    let analysis = lab.inspect(CLIENT);
    let waits = &analysis.connections[0].streams[0].waits;
    assert_eq!(waits.len(), 1);
    assert!(waits[0].with_data);
}

#[test]
fn what_leaves_long_after_data_came_in_is_an_answer() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["one"]);
    tcp.send(Client, 100_002, 3);
    tcp.write(Server, 120_010, &["answer"]);
    tcp.send(Server, 120_012, 6);
    tcp.write(Client, 140_500, &["two"]);
    tcp.send(Client, 140_502, 3);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);
}

#[test]
fn an_answer_to_later_data_did_not_wait_for_the_acknowledgment_before() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["one"]);
    tcp.send(Client, 100_002, 3);
    tcp.ack(Server, 120_010);
    tcp.write(Server, 120_020, &["answer"]);
    tcp.send(Server, 120_022, 6);
    tcp.write(Client, 140_030, &["two"]);
    tcp.send(Client, 140_032, 3);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);
}

#[test]
fn what_a_segment_did_not_wait_for() {
    // Nagle's algorithm is off: two small segments were under way at once before.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["abc"]);
    tcp.send(Client, 100_002, 1);
    tcp.send(Client, 100_004, 1);
    tcp.ack(Server, 120_010);
    tcp.send(Client, 200_000, 1);
    tcp.ack(Server, 220_010);
    tcp.write(Client, 240_015, &["d"]);
    tcp.send(Client, 240_020, 1);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);

    // Only a full segment was under way: it holds nothing small.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 90_000, &["a"]);
    tcp.send(Client, 90_002, 1);
    tcp.ack(Server, 110_010);
    tcp.write(Client, 140_000, &["x".repeat(537).as_str()]);
    tcp.send(Client, 140_002, 536);
    tcp.ack(Server, 160_010);
    tcp.send(Client, 180_020, 1);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);

    // A full segment: Nagle's algorithm holds none.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.ack(Server, 120_010);
    tcp.write(Client, 140_012, &["x".repeat(536).as_str()]);
    tcp.send(Client, 140_020, 536);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);

    // The receiver's window had no room before: it may have been that.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp();
    tcp.window(Server, 10);
    let mut tcp = tcp.open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["TracySarah"]);
    tcp.ack(Server, 120_010);
    tcp.send(Client, 140_020, 10);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);

    // Something was lost and sent again.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["TracySarah"]);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    tcp.ack(Server, 360_010);
    tcp.send(Client, 380_020, 10);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);
}

#[test]
fn a_segment_behind_a_full_one_did_not_wait_for_the_acknowledgment_itself() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.ack(Server, 120_010);
    tcp.write(Client, 140_020, &["x".repeat(546).as_str()]);
    tcp.send(Client, 140_030, 536);
    tcp.send(Client, 140_032, 10);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);
}

#[test]
fn a_gap_that_is_no_shorter_than_the_round_trip_proves_nothing() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["one"]);
    tcp.send(Client, 139_000, 3);
    tcp.window(Server, 50_000);
    // An acknowledgment that was under way already, as on a link without delay.
    tcp.ack_of(Server, 119_100, 3);
    tcp.write(Client, 139_500, &["two"]);
    tcp.send(Client, 139_502, 3);
    assert_eq!(lab.inspect(CLIENT).connections[0].streams[0].waits, []);
}

#[test]
fn tinygrams_that_did_not_wait_for_each_other_were_written_so() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary().open(0);
    for n in 0..12 {
        tcp.write_bytes(Client, 100_000 + 10 * n, b"x");
        tcp.send(Client, 100_002 + 10 * n, 1);
    }
    let analysis = lab.inspect(CLIENT);
    let run = only(&analysis, FindingCode::TinygramRun);
    assert_eq!(run.cause, Cause::SmallWrites);
    let port = analysis.connections[0].client.address.port();
    let (first, last) = (run.frames[0].number, run.frames[1].number);
    assert_eq!(
        run.filter.as_deref(),
        Some(
            format!(
                "tcp.stream eq 0 && tcp.srcport == {port} && tcp.len > 0 && tcp.len <= 1 && \
                 frame.number in {{{first}..{last}}}"
            )
            .as_str()
        )
    );
}

#[test]
fn full_tinygrams_are_small_because_of_the_segment_size_and_come_from_no_slow_producer() {
    for (mss, cause) in [(30, Cause::Mss), (31, Cause::SmallWrites)] {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().without_diary().mss(mss).open(0);
        for n in 0..12 {
            tcp.write_bytes(Client, 100_000 + 1_000 * n, &[b'x'; 30]);
            tcp.send(Client, 100_002 + 1_000 * n, 30);
        }
        let analysis = lab.inspect(CLIENT);
        assert_eq!(only(&analysis, FindingCode::TinygramRun).cause, cause);
        let slow = found(&analysis, FindingCode::SillyWindowSender).len();
        assert_eq!(slow, usize::from(cause == Cause::SmallWrites));
    }
}

#[test]
fn tinygrams_in_step_with_acknowledgments_may_be_anything() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary().open(0);
    for n in 0..12 {
        tcp.write_bytes(Client, 100_000 + 50_000 * n, b"x");
        tcp.send(Client, 100_002 + 50_000 * n, 1);
        tcp.ack(Server, 100_002 + 50_000 * n + DELAY);
    }
    let analysis = lab.inspect(CLIENT);
    assert_eq!(
        only(&analysis, FindingCode::TinygramRun).cause,
        Cause::Undetermined
    );
}

#[test]
fn tinygrams_that_the_window_may_have_cut_may_be_anything() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary();
    tcp.window(Server, 12);
    let mut tcp = tcp.open(0);
    for n in 0..12 {
        tcp.write_bytes(Client, 100_000 + 10 * n, b"x");
        tcp.send(Client, 100_002 + 10 * n, 1);
    }
    let analysis = lab.inspect(CLIENT);
    assert_eq!(
        only(&analysis, FindingCode::TinygramRun).cause,
        Cause::Undetermined
    );
}

#[test]
fn connections_are_numbered_as_wireshark_numbers_them() {
    let mut lab = Lab::new();
    for (n, port) in [40_003, 40_001, 40_002, 40_001].into_iter().enumerate() {
        let _ = lab
            .tcp()
            .port(port)
            .isn(Client, 9_000 + n as u32)
            .open(1_000_000 * n as u64);
    }
    let analysis = lab.inspect(CLIENT);
    let ports: Vec<_> = analysis
        .connections
        .iter()
        .map(|each| each.client.address.port())
        .collect();
    assert_eq!(ports, [40_003, 40_001, 40_002, 40_001]);
}

#[test]
fn a_connection_that_began_before_the_capture_is_read_from_where_it_is() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp();
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send(Client, 100_012, 5);
    let analysis = lab.inspect(CLIENT);
    let connection = &analysis.connections[0];
    assert_eq!((connection.opened, connection.handshake), (None, None));
    let ranges: Vec<_> = connection.streams[0]
        .segments
        .iter()
        .map(|segment| segment.range.clone())
        .collect();
    assert_eq!(ranges, [0..7, 7..12]);
    assert_eq!(connection.streams[0].mss, None);
}

#[test]
fn what_is_no_capture_is_an_error() {
    assert!(matches!(inspect("x", b""), Err(ReadError::Empty)));
    assert!(inspect("x", b"#!/bin/sh\n").is_err());
}

#[test]
fn a_damaged_capture_is_read_as_far_as_it_goes() {
    let mut lab = Lab::new();
    naive(&mut lab);
    let capture = lab.run().hosts[CLIENT].capture.clone();
    let analysis = inspect("cut.pcapng", &capture[..capture.len() - 10]).unwrap();
    assert_eq!(analysis.captures[0].packets, 5);
    assert_eq!(analysis.notes.len(), 1);
}

/// The packets of a pcapng file as a nanosecond pcap, which tells no directions.
fn to_pcap(pcapng: &[u8]) -> Vec<u8> {
    let mut pcap = Vec::new();
    for word in [0xa1b2_3c4d_u32, 2 | 4 << 16, 0, 0, 65_535, 1] {
        pcap.extend_from_slice(&word.to_le_bytes());
    }
    for packet in packet::capture::Reader::new(pcapng).unwrap() {
        let (seconds, nanos) = (packet.at / 1_000_000_000, packet.at % 1_000_000_000);
        for word in [
            seconds as u32,
            nanos as u32,
            packet.data.len() as u32,
            packet.original_len,
        ] {
            pcap.extend_from_slice(&word.to_le_bytes());
        }
        pcap.extend_from_slice(packet.data);
    }
    pcap
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut: prop::sample::Index,
    ) {
        let mut lab = Lab::new();
        naive(&mut lab);
        let mut udp = lab.udp();
        udp.send(Client, 100_000, b"Michael");
        let run = lab.run();
        let mut damaged = run.clone();
        for host in &mut damaged.hosts {
            for (at, byte) in &damage {
                let at = at.index(host.capture.len());
                host.capture[at] = *byte;
            }
            host.capture.truncate(cut.index(host.capture.len()) + 1);
            // Whatever comes of it, it is an answer.
            let _ = inspect("damaged.pcapng", &host.capture);
        }
        analysis::analyse(&damaged);
    }
}
