//! Bytes accounted for: offsets, arrivals, lives of a four-tuple, and where each message went.

mod support;

use analysis::model::connection::{Arrival, Direction};
use proptest::prelude::*;
use scenario::{
    expectation::{Metric, ValuePath},
    finding::FindingCode,
};
use support::{DELAY, Lab, Side::*, at, found, tcp::Odd};

fn value(analysis: &analysis::Analysis, host: &str, metric: Metric) -> Option<u64> {
    let path = ValuePath {
        host: host.to_owned(),
        peer: "tcp".to_owned(),
        metric,
    };
    analysis.value(&path)
}

#[test]
fn a_message_is_followed_from_write_to_understanding() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read_naively(Server, 120_050, 7);
    let analysis = lab.analyse();
    let connection = &analysis.connections[0];
    assert_eq!(connection.client.host.as_deref(), Some("client"));
    assert_eq!(connection.server.program.as_deref(), Some("tcp"));
    assert_eq!(connection.opened, Some(at(0)));
    assert_eq!(connection.handshake, Some(2 * DELAY * 1_000 + 10_000));
    let stream = connection.stream(Direction::ClientToServer);
    assert_eq!(stream.messages[0].text.as_deref(), Some("Michael"));
    assert_eq!(stream.segments[0].frame, 4);
    // The server saw SYN, SYN-ACK and ACK before.
    let arrival = Arrival {
        frame: 4,
        at: at(120_002),
    };
    assert_eq!(stream.segments[0].arrival, Some(arrival));
    assert!(stream.understood[0].right);
    let trace = &stream.provenance[0];
    assert_eq!((trace.writes.clone(), trace.reads.clone()), (0..1, 0..1));
    assert_eq!(
        (&trace.segments[..], trace.understood.clone()),
        (&[0][..], 0..1)
    );
}

#[test]
fn sequence_numbers_wrap_in_mid_message() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().isn(Client, u32::MAX - 3).open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send(Client, 100_012, 5);
    let analysis = lab.analyse();
    let stream = analysis.connections[0].stream(Direction::ClientToServer);
    let ranges: Vec<_> = stream
        .segments
        .iter()
        .map(|segment| segment.range.clone())
        .collect();
    assert_eq!(ranges, [0..7, 7..12]);
    assert_eq!(stream.messages[1].text.as_deref(), Some("Tracy"));
    assert_eq!(stream.payload, 12);
}

#[test]
fn a_retransmission_with_other_cuts_is_told_from_new_bytes() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send(Client, 100_012, 5);
    tcp.send_range(Client, 340_000, 0..12, &[340_000 + DELAY]);
    let analysis = lab.analyse();
    let stream = analysis.connections[0].stream(Direction::ClientToServer);
    let again: Vec<_> = stream
        .segments
        .iter()
        .map(|segment| segment.is_retransmission())
        .collect();
    assert_eq!(again, [false, false, true]);
    assert_eq!(stream.provenance[0].segments, [0, 2]);
    assert_eq!(stream.provenance[1].segments, [1, 2]);
    assert_eq!(stream.segments[0].arrival, None, "lost");
    assert_eq!(value(&analysis, "client", Metric::Segments), Some(3));
    assert_eq!(value(&analysis, "client", Metric::Retransmissions), Some(1));
    assert_eq!(value(&analysis, "client", Metric::Payload), Some(12));
}

#[test]
fn the_arrival_of_a_retransmission_is_not_that_of_the_original() {
    for numbered in [true, false] {
        let mut lab = Lab::new();
        let tcp = if numbered {
            lab.tcp()
        } else {
            lab.tcp().without_ids()
        };
        let mut tcp = tcp.open(0);
        tcp.write(Client, 100_000, &["Michael"]);
        tcp.send(Client, 100_002, 7);
        tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
        let analysis = lab.analyse();
        let segments = &analysis.connections[0].streams[0].segments;
        let arrivals: Vec<_> = segments.iter().map(|s| s.arrival.map(|a| a.at)).collect();
        assert_eq!(
            arrivals,
            [Some(at(120_002)), Some(at(360_000))],
            "numbered: {numbered}"
        );
    }
}

#[test]
fn the_identification_tells_which_of_two_equal_segments_was_lost() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    let analysis = lab.analyse();
    let segments = &analysis.connections[0].streams[0].segments;
    assert_eq!(segments[0].arrival, None);
    assert_eq!(
        segments[1].arrival.map(|arrival| arrival.at),
        Some(at(360_000))
    );
}

#[test]
fn without_identification_the_timestamps_tell() {
    let mut lab = Lab::ipv6();
    let mut tcp = lab.tcp().with_timestamps().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    let analysis = lab.analyse();
    let segments = &analysis.connections[0].streams[0].segments;
    assert_eq!(segments[0].arrival, None);
    assert_eq!(
        segments[1].arrival.map(|arrival| arrival.at),
        Some(at(360_000))
    );
}

#[test]
fn a_keep_alive_is_no_data_segment() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.ack(Server, 120_010);
    tcp.keep_alive(Client, 2_000_000);
    let analysis = lab.analyse();
    assert_eq!(analysis.connections[0].streams[0].segments.len(), 1);
    assert_eq!(value(&analysis, "client", Metric::Retransmissions), Some(0));
}

#[test]
fn a_port_that_is_used_again_is_another_connection() {
    let mut lab = Lab::new();
    for (n, name) in ["Michael", "Tracy"].into_iter().enumerate() {
        let start = 1_000_000 * n as u64;
        let isn = 5_000 + 77 * n as u32;
        let mut tcp = lab.tcp().port(40_001).isn(Client, isn).open(start);
        tcp.write(Client, start + 100_000, &[name]);
        tcp.send(Client, start + 100_002, name.len() as u64);
        tcp.read_naively(Server, start + 120_050, name.len() as u64);
    }
    let analysis = lab.analyse();
    let texts: Vec<_> = analysis
        .connections
        .iter()
        .map(|connection| connection.streams[0].messages[0].text.clone().unwrap())
        .collect();
    assert_eq!(texts, ["Michael", "Tracy"]);
    assert!(
        analysis
            .connections
            .iter()
            .all(|each| each.streams[0].understood[0].right)
    );
    assert_eq!(value(&analysis, "server", Metric::Understood), Some(2));
}

#[test]
fn one_client_port_to_two_server_ports_is_two_connections() {
    let mut lab = Lab::new();
    for (n, port) in [9_999, 9_998].into_iter().enumerate() {
        let mut tcp = lab.tcp().port(40_001).server_port(port).open(n as u64);
        tcp.write(Client, 100_000 + n as u64, &["Michael"]);
        tcp.send(Client, 100_002 + n as u64, 7);
    }
    let analysis = lab.analyse();
    let payloads: Vec<_> = analysis
        .connections
        .iter()
        .map(|connection| connection.streams[0].payload)
        .collect();
    assert_eq!(payloads, [7, 7]);
}

#[test]
fn a_syn_that_was_sent_again_opens_one_connection_and_tells_no_round_trip() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp();
    let syn = Odd {
        seq: 1_000,
        ack: None,
        syn: true,
        fin: false,
        window: 60_000,
        mss: 1_460,
        len: 0,
    };
    tcp.odd(Client, 0, &syn);
    tcp.open(1_000_000);
    let analysis = lab.analyse();
    assert_eq!(analysis.connections.len(), 1);
    let connection = &analysis.connections[0];
    assert_eq!(
        (connection.opened, connection.handshake),
        (Some(at(0)), None)
    );
}

#[test]
fn the_smaller_of_both_ends_segment_sizes_counts() {
    for side in [Client, Server] {
        let mut lab = Lab::new();
        lab.tcp().mss_of(side, 536).open(0);
        let analysis = lab.analyse();
        let [out, back] = &analysis.connections[0].streams;
        assert_eq!((out.mss, back.mss), (Some(536), Some(536)), "{side:?}");
    }
}

#[test]
fn a_stream_that_was_finished_stays_so() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.fin(Client, 100_000);
    tcp.ack(Client, 200_000);
    let [out, back] = &lab.analyse().connections[0].streams;
    assert_eq!((out.finished, back.finished), (true, false));
}

#[test]
fn ipv6_is_the_same() {
    let mut lab = Lab::ipv6();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read_naively(Server, 120_050, 7);
    let analysis = lab.analyse();
    let stream = &analysis.connections[0].streams[0];
    assert_eq!(stream.segments[0].headers, 60);
    assert!(stream.segments[0].arrival.is_some() && stream.understood[0].right);
}

#[test]
fn a_diary_without_packets_is_still_a_connection() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.read_naively(Server, 120_050, 7);
    let mut run = lab.run();
    for host in &mut run.hosts {
        host.capture.clear();
    }
    let analysis = analysis::analyse(&run);
    assert_eq!(analysis.connections.len(), 1);
    assert!(analysis.connections[0].streams[0].understood[0].right);
    assert_eq!(value(&analysis, "client", Metric::Messages), Some(1));
}

#[test]
fn an_unreadable_capture_is_a_note_and_no_panic() {
    let mut run = Lab::new().run();
    run.hosts[0].capture = b"this is no capture".to_vec();
    let analysis = analysis::analyse(&run);
    assert_eq!(analysis.notes.len(), 1, "{:?}", analysis.notes);
}

#[test]
fn round_trips_are_counted_when_a_sender_waited_for_them() {
    // Nagle: the second flight waits for the first to be acknowledged.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 5);
    assert_eq!(value(&lab.analyse(), "client", Metric::RoundTrips), Some(1));

    // Ping-pong: the program waits for an answer, twice.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..3 {
        let start = 100_000 + 50_000 * n;
        tcp.write(Client, start, &["name"]);
        tcp.send(Client, start + 2, 4);
        tcp.read_naively(Server, start + 20_050, 4);
        tcp.write(Server, start + 20_100, &["hello"]);
        tcp.send(Server, start + 20_102, 5);
        tcp.read_naively(Client, start + 40_150, 5);
    }
    assert_eq!(value(&lab.analyse(), "client", Metric::RoundTrips), Some(2));

    // A slow producer reads nothing and waits for nobody.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..3 {
        let start = 100_000 + 50_000 * n;
        tcp.write(Client, start, &["name"]);
        tcp.send(Client, start + 2, 4);
        tcp.ack(Server, start + 20_010);
    }
    tcp.write(Server, 400_000, &["Thank you all!"]);
    tcp.send(Server, 400_002, 14);
    tcp.read_naively(Client, 420_050, 14);
    assert_eq!(value(&lab.analyse(), "client", Metric::RoundTrips), Some(0));
}

#[test]
fn values_are_those_of_the_program_and_what_cannot_be_measured_has_none() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read_naively(Server, 120_050, 7);
    tcp.write(Server, 120_100, &["Hello"]);
    tcp.send(Server, 120_102, 5);
    tcp.read_naively(Client, 140_150, 5);
    let analysis = lab.analyse();
    let client = |metric| value(&analysis, "client", metric);
    assert_eq!(client(Metric::Messages), Some(1));
    assert_eq!(client(Metric::Writes), Some(1));
    assert_eq!(client(Metric::Reads), Some(1));
    assert_eq!(client(Metric::Understood), Some(1));
    assert_eq!(client(Metric::Elapsed), Some(at(140_150) - at(100_000)));
    // SYN and SYN-ACK have 4 bytes of options; ACK, 7 and 5 bytes of payload; 40 of headers each.
    assert_eq!(client(Metric::Wire), Some(44 + 44 + 40 + 47 + 45));
    assert_eq!(client(Metric::ExitStatus), None);
    // It neither wrote nor read: there is no time between the two.
    let mut lab = Lab::new();
    lab.tcp().open(0);
    assert_eq!(value(&lab.analyse(), "client", Metric::Elapsed), None);
}

fn cuts(len: usize) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..6).prop_map(move |cuts| {
        let mut cuts: Vec<u64> = cuts
            .iter()
            .map(|cut| 1 + cut.index(len - 1) as u64)
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts.push(len as u64);
        cuts
    })
}

const NAMES: [&str; 4] = ["Michael", "Tracy", "Sarah", "Bob"];

proptest! {
    /// However the bytes are cut into segments and reads, each message is found in exactly the
    /// segments and reads that have a byte of it, and nothing is claimed twice.
    #[test]
    fn provenance_holds_for_any_cut(
        segments in cuts(20),
        reads in cuts(20),
        isn: u32,
    ) {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().isn(Client, isn).open(0);
        for (n, name) in NAMES.into_iter().enumerate() {
            tcp.write(Client, 100_000 + 10 * n as u64, &[name]);
        }
        let mut start = 0;
        for (n, end) in segments.iter().enumerate() {
            tcp.send(Client, 100_050 + 10 * n as u64, end - start);
            start = *end;
        }
        let mut start = 0;
        for (n, end) in reads.iter().enumerate() {
            tcp.read_naively(Server, 121_000 + 10 * n as u64, end - start);
            start = *end;
        }
        let analysis = lab.analyse();
        let stream = &analysis.connections[0].streams[0];
        prop_assert_eq!(stream.payload, 20);
        for (message, trace) in stream.messages.iter().zip(&stream.provenance) {
            let shares = |range: &std::ops::Range<u64>| {
                range.start.max(message.range.start) < range.end.min(message.range.end)
            };
            let in_segments: Vec<_> = (0..stream.segments.len())
                .filter(|at| shares(&stream.segments[*at].range))
                .collect();
            prop_assert_eq!(&trace.segments, &in_segments);
            let in_reads: Vec<_> =
                (0..stream.reads.len()).filter(|at| shares(&stream.reads[*at].range)).collect();
            prop_assert_eq!(trace.reads.clone().collect::<Vec<_>>(), in_reads);
        }
        let sticky = (0..reads.len()).filter(|n| {
            let from = if *n == 0 { 0 } else { reads[n - 1] };
            [7, 12, 17].iter().any(|boundary| from < *boundary && *boundary < reads[*n])
        });
        prop_assert_eq!(found(&analysis, FindingCode::StickyRead).len(), sticky.count());
        let split = stream.messages.iter().filter(|message| {
            reads.iter().any(|cut| message.range.start < *cut && *cut < message.range.end)
        });
        prop_assert_eq!(found(&analysis, FindingCode::SplitRead).len(), split.count());
    }
}
