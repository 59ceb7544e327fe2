//! Diaries that no peer would write, packets that no stack would send. Analysis may make little of
//! them, but it answers.

#![allow(clippy::unwrap_used)]

mod support;

use analysis::{Analysis, analyse};
use proptest::prelude::*;
use record::event::{Closing, Conn, Event, EventKind, digest};
use record::run::Run;
use std::{net::SocketAddr, ops::Range};
use support::{CLIENT, Lab, SERVER, Side, Side::*, at, tcp::Odd};

/// Numbers where arithmetic goes wrong, and those that mean something to the run.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0_u64..24,
        2 => (0_u64..200_000).prop_map(at),
        1 => prop::sample::select(vec![u64::MAX, u64::MAX - 1, 1 << 63, (1 << 32) - 1]),
    ]
}

/// Any two numbers: ranges may be empty, backwards, or overlap each other.
fn range() -> impl Strategy<Value = Range<u64>> {
    (number(), number()).prop_map(|(start, end)| start..end)
}

fn kind() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        1 => number().prop_map(|begin| EventKind::Opened { begin }),
        1 => Just(EventKind::Accepted),
        1 => Just(EventKind::Eof),
        1 => Just(EventKind::Closed { how: Closing::Reset }),
        1 => Just(EventKind::Malformed { error: "length is negative".to_owned() }),
        4 => (range(), range()).prop_map(|(range, body)| EventKind::Message { range, body }),
        4 => (range(), range()).prop_map(|(range, body)| EventKind::Understood { range, body }),
        4 => (number(), range()).prop_map(|(begin, range)| EventKind::Write { begin, range }),
        4 => (number(), range(), number())
            .prop_map(|(begin, range, asked)| EventKind::Read { begin, range, asked }),
        2 => (number(), number()).prop_map(|(begin, len)| EventKind::DatagramSent {
            begin,
            len,
            digest: digest(b"Michael"),
        }),
        2 => (number(), number(), number()).prop_map(|(begin, len, full)| {
            EventKind::DatagramReceived { begin, len, full, digest: digest(b"Michael") }
        }),
    ]
}

fn events(conns: Vec<Conn>) -> impl Strategy<Value = Vec<Event>> {
    let event = (number(), prop::sample::select(conns), kind()).prop_map(|(at, conn, kind)| {
        let peer = match kind {
            EventKind::DatagramSent { .. } | EventKind::DatagramReceived { .. } => "udp",
            _ => "tcp",
        };
        Event {
            at,
            peer: peer.to_owned(),
            conn,
            kind,
        }
    });
    prop::collection::vec(event, 0..24)
}

/// A connection with Nagle, a loss and a retransmission, and three datagrams, one of them twice.
fn run() -> Run {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["TracySarah"]);
    tcp.ack(Server, 120_020);
    tcp.send_lost(Client, 140_030, 10);
    tcp.send_range(Client, 180_000, 4..17, &[199_000]);
    let mut udp = lab.udp();
    udp.send(Client, 100_000, b"Michael");
    udp.send_arriving(Client, 100_010, b"Michael", &[120_010, 120_020]);
    udp.send_arriving(Client, 100_020, b"Michael", &[]);
    lab.run()
}

fn conns(host: usize) -> Vec<Conn> {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    let ends = [
        (address("198.18.0.2:40001"), address("198.18.0.1:9999")),
        (address("198.18.0.2:50000"), address("198.18.0.1:9998")),
        // Of which no packet was captured.
        (address("198.18.0.2:60000"), address("198.18.0.1:1")),
    ];
    let conn = |(client, server)| match host {
        CLIENT => Conn {
            local: client,
            remote: server,
        },
        _ => Conn {
            local: server,
            remote: client,
        },
    };
    ends.into_iter().map(conn).collect()
}

fn with_diaries(mut client: Vec<Event>, mut server: Vec<Event>) -> Analysis {
    let mut run = run();
    client.sort_by_key(|event| event.at);
    server.sort_by_key(|event| event.at);
    run.hosts[CLIENT].events = client;
    run.hosts[SERVER].events = server;
    analyse(&run)
}

#[test]
fn what_no_program_can_have_done_is_left_out() {
    let conn = conns(CLIENT)[0];
    let event = |kind| Event {
        at: at(100_000),
        peer: "tcp".to_owned(),
        conn,
        kind,
    };
    let message = |range: Range<u64>, body: Range<u64>| event(EventKind::Message { range, body });
    let write = |range| {
        event(EventKind::Write {
            begin: at(99_000),
            range,
        })
    };
    let analysis = with_diaries(
        vec![
            message(0..7, 0..7),
            message(0..5, 0..5),
            message(Range { start: 12, end: 7 }, 7..12),
            message(7..12, 7..13),
            message(7..12, 8..12),
            write(0..7),
            write(7..7),
            write(3..12),
            write(7..12),
        ],
        vec![],
    );
    let stream = &analysis.connections[0].streams[0];
    let bodies: Vec<_> = stream
        .messages
        .iter()
        .map(|each| each.body.clone())
        .collect();
    assert_eq!(bodies, [0..7, 8..12]);
    let writes: Vec<_> = stream
        .writes
        .iter()
        .map(|each| each.range.clone())
        .collect();
    assert_eq!(writes, [0..7, 7..12]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_diary_makes_it_panic(client in events(conns(CLIENT)), server in events(conns(SERVER))) {
        let analysis = with_diaries(client, server);
        serde_json::to_vec(&analysis).unwrap();
    }
}

/// Sequence numbers around those of the connection, around the wrap, and far from both.
fn seq() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 990_u32..1_040,
        2 => 6_999_990_u32..7_000_040,
        1 => any::<u32>(),
    ]
}

fn odd() -> impl Strategy<Value = (Side, u64, Odd)> {
    let side = prop::sample::select(vec![Client, Server]);
    let fields = (
        seq(),
        prop::option::weighted(0.8, seq()),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::sample::select(vec![0, 1, 9, 60_000]),
        prop::sample::select(vec![0, 1, 536]),
        prop::sample::select(vec![0, 0, 1, 5, 30, 536]),
    );
    let odd = fields.prop_map(|(seq, ack, syn, fin, window, mss, len)| Odd {
        seq,
        ack,
        syn,
        fin,
        window,
        mss,
        len,
    });
    (side, 99_000_u64..150_000, odd)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_packets_make_it_panic(
        open: bool,
        odds in prop::collection::vec(odd(), 0..40),
        client in events(conns(CLIENT)),
    ) {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp();
        if open {
            tcp = tcp.open(0);
        }
        tcp.write(Client, 100_000, &["Michael"]);
        tcp.send(Client, 100_002, 7);
        for (side, micros, odd) in &odds {
            tcp.odd(*side, *micros, odd);
        }
        lab.inspect(CLIENT);
        let mut run = lab.run();
        run.hosts[CLIENT].events.extend(client);
        run.hosts[CLIENT].events.sort_by_key(|event| event.at);
        let analysis = analyse(&run);
        for stream in analysis.connections.iter().flat_map(|each| &each.streams) {
            let fresh: u64 =
                stream.segments.iter().map(|each| each.fresh.end - each.fresh.start).sum();
            prop_assert_eq!(fresh, stream.payload);
            for segment in &stream.segments {
                prop_assert!(!segment.is_empty());
                prop_assert!(segment.range.start <= segment.fresh.start);
                prop_assert!(segment.fresh.end <= segment.range.end);
            }
        }
        let packets: u64 = analysis
            .connections
            .iter()
            .flat_map(|each| &each.streams)
            .map(|stream| stream.packets)
            .sum();
        let handshake = if open { 3 } else { 0 };
        prop_assert_eq!(packets, odds.len() as u64 + 1 + handshake, "each is counted once");
    }
}
