//! What a captured packet costs: `cargo bench -p analysis`. Captures of 700,000 packets are made in
//! memory, 64 bytes of each kept: data with an acknowledgment for every second segment, all in one
//! connection or 10,000 that take turns.

#![allow(missing_docs, reason = "criterion_group! documents nothing")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use analysis::{Listing, summarise, tcp_flags::Flags};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, time::Duration};

/// Packets in a capture.
const PACKETS: u32 = 700_000;
/// Bytes of payload in a segment, and of what the capture kept of a frame.
const PAYLOAD: u32 = 1_448;
const KEPT: usize = 64;
/// Ethernet, IPv4 and TCP without options.
const HEADERS: u32 = 54;

/// A pcap file with that many connections; packet n belongs to connection n mod `connections`.
fn capture(connections: u32) -> Vec<u8> {
    let mut file = Vec::with_capacity(24 + PACKETS as usize * (16 + KEPT));
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, KEPT as u32, 1] {
        file.extend(word.to_le_bytes());
    }
    for n in 0..PACKETS {
        let (connection, turn) = (n % connections, n / connections);
        // Two segments, then their acknowledgment.
        let is_ack = turn % 3 == 2;
        let sent = (turn / 3 * 2 + (turn % 3).min(2)) * PAYLOAD;
        let len = if is_ack { 0 } else { PAYLOAD };
        for word in [
            1_700_000_000 + n / 100_000,
            n % 100_000 * 10,
            KEPT as u32,
            HEADERS + len,
        ] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame(connection, is_ack, sent, len));
    }
    file
}

fn frame(connection: u32, is_ack: bool, sent: u32, len: u32) -> [u8; KEPT] {
    let mut frame = [0; KEPT];
    let mut put = |at: usize, bytes: &[u8]| frame[at..at + bytes.len()].copy_from_slice(bytes);
    let client = 0xc612_0001_u32.wrapping_add(connection / 50_000);
    let ends = [client.to_be_bytes(), 0xc613_0001_u32.to_be_bytes()];
    let ports = [(1_024 + connection % 50_000) as u16, 9_999].map(u16::to_be_bytes);
    let from = usize::from(is_ack);
    put(12, &[0x08, 0x00, 0x45, 0]);
    put(16, &((40 + len) as u16).to_be_bytes());
    put(22, &[64, 6]);
    put(26, &ends[from]);
    put(30, &ends[1 - from]);
    put(34, &ports[from]);
    put(36, &ports[1 - from]);
    let (seq, ack) = if is_ack { (1, sent) } else { (sent, 1) };
    put(38, &seq.to_be_bytes());
    put(42, &ack.to_be_bytes());
    put(46, &[0x50, 0x10, 0xff, 0xff]);
    frame
}

fn captures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("capture");
    group.throughput(Throughput::Elements(PACKETS.into()));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(3));
    for connections in [1, 10_000] {
        let file = capture(connections);
        group.bench_function(format!("flags, connections: {connections}"), |bencher| {
            bencher.iter(|| Flags::new(black_box(&file)).unwrap().count());
        });
        let listing = Listing {
            conversations: 3,
            packets: 12,
        };
        group.bench_function(format!("summary, connections: {connections}"), |bencher| {
            bencher.iter(|| summarise("bench", black_box(&file), listing).unwrap());
        });
        group.bench_function(format!("inspect, connections: {connections}"), |bencher| {
            bencher.iter(|| analysis::inspect("bench", black_box(&file)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, captures);
criterion_main!(benches);
