//! A summary tells what `inspect` tells, and remembers less.

#![allow(clippy::unwrap_used)]

mod support;

use analysis::{
    Analysis, Listing, inspect, inspect_connection,
    model::{
        connection::{Alike, Connection, Direction, Waits},
        finding::Finding,
    },
    summarise,
};
use proptest::prelude::*;
use scenario::finding::{Cause, FindingCode};
use support::{CLIENT, DELAY, Lab, SERVER, Side, Side::*, found, only, tcp::Odd};

const LISTING: Listing = Listing {
    conversations: 1,
    packets: 3,
};

/// Both of one host's capture.
fn both(lab: &Lab, host: usize) -> (Analysis, Analysis) {
    let capture = lab.run().hosts[host].capture.clone();
    let whole = inspect("some.pcapng", &capture).unwrap();
    for number in 0..whole.connections.len() + 1 {
        let one = inspect_connection("some.pcapng", &capture, number).unwrap();
        assert_eq!(one.details(number), whole.details(number));
        assert_eq!(one.connections.len(), whole.connections.len());
    }
    (whole, summarise("some.pcapng", &capture, LISTING).unwrap())
}

/// What a summary should be, given everything.
fn shortened(mut whole: Analysis) -> Analysis {
    let mut findings: Vec<Finding> = Vec::new();
    for finding in whole.findings {
        let is_alike = |known: &&Finding| {
            (known.code, known.cause, &known.place) == (finding.code, finding.cause, &finding.place)
        };
        if findings.iter().any(|known| is_alike(&known)) {
            let analysis::model::finding::Place::Stream {
                connection,
                direction,
            } = finding.place
            else {
                continue;
            };
            let stream = &mut whole.connections[connection].streams[direction.index()];
            let alike = &mut stream.unlisted.findings;
            let (code, cause) = (finding.code, finding.cause);
            match alike
                .iter_mut()
                .find(|it| (it.code, it.cause) == (code, cause))
            {
                Some(known) => known.more += 1,
                None => alike.push(Alike {
                    code,
                    cause,
                    more: 1,
                }),
            }
        } else {
            findings.push(finding);
        }
    }
    whole.findings = findings;
    for (place, connection) in whole.connections.iter_mut().enumerate() {
        shorten(place, connection);
    }
    for (place, flow) in whole.flows.iter_mut().enumerate() {
        let most = if place == 0 { LISTING.packets } else { 0 };
        for (datagrams, unlisted) in flow.datagrams.iter_mut().zip(&mut flow.unlisted) {
            *unlisted = datagrams.len().saturating_sub(most) as u64;
            datagrams.truncate(most);
        }
    }
    whole
}

fn shorten(place: usize, connection: &mut Connection) {
    let most = if place == 0 { LISTING.packets } else { 0 };
    for stream in &mut connection.streams {
        stream.unlisted.waits = Waits::listed(stream);
        stream.unlisted.segments = stream.segments.len().saturating_sub(most) as u64;
        stream
            .unlisted
            .findings
            .sort_by_key(|alike| (alike.code, alike.cause));
        stream.segments.truncate(most);
        stream.waits.clear();
        stream.course.clear();
    }
}

/// The order in which kinds are counted says nothing.
fn sorted(mut summary: Analysis) -> Analysis {
    for stream in summary
        .connections
        .iter_mut()
        .flat_map(|each| &mut each.streams)
    {
        stream
            .unlisted
            .findings
            .sort_by_key(|alike| (alike.code, alike.cause));
    }
    summary
}

#[test]
fn the_first_segments_are_listed_and_the_others_counted() {
    let mut lab = Lab::new();
    for connection in 0..2 {
        let mut tcp = lab.tcp().without_diary().open(connection * 1_000_000);
        for n in 0..12 {
            tcp.write_bytes(Client, 1_000_000 * connection + 100_000 + 10 * n, b"x");
            tcp.send(Client, 1_000_000 * connection + 100_002 + 10 * n, 1);
        }
    }
    let mut udp = lab.udp();
    for n in 0..5 {
        udp.send(Client, 3_000_000 + n, b"Michael");
    }
    let (whole, summary) = both(&lab, CLIENT);
    let streams = [0, 1].map(|number: usize| &summary.connections[number].streams[0]);
    let frames = |number: usize| streams[number].segments.iter().map(|it| it.frame);
    assert_eq!(frames(0).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(frames(1).count(), 0);
    assert_eq!(streams.map(|stream| stream.unlisted.segments), [9, 12]);
    assert_eq!(summary.flows[0].datagrams[0].len(), 3);
    assert_eq!(summary.flows[0].unlisted, [2, 0]);
    assert_eq!(found(&summary, FindingCode::TinygramRun).len(), 2);
    assert_eq!(summary, shortened(whole));
}

#[test]
fn findings_alike_are_counted() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary().open(0);
    for run in 0..3 {
        let begin = 100_000 + 1_000_000 * run;
        for n in 0..11 {
            tcp.write_bytes(Client, begin + 10 * n, b"x");
            tcp.send(Client, begin + 2 + 10 * n, 1);
        }
        tcp.write_bytes(Client, begin + 300, &[b'x'; 200]);
        tcp.send(Client, begin + 302, 200);
    }
    let (whole, summary) = both(&lab, CLIENT);
    assert_eq!(found(&whole, FindingCode::TinygramRun).len(), 3);
    let run = only(&summary, FindingCode::TinygramRun);
    assert_eq!(run, found(&whole, FindingCode::TinygramRun)[0]);
    let alike = Alike {
        code: FindingCode::TinygramRun,
        cause: Cause::SmallWrites,
        more: 2,
    };
    assert_eq!(summary.connections[0].streams[0].unlisted.findings, [alike]);
    assert_eq!(sorted(summary), shortened(whole));
}

#[test]
fn the_longest_wait_is_told_at_the_sender_only() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    for n in 0..3 {
        let begin = 100_000 + 200_000 * n;
        tcp.write(Client, begin + 10, &["Tracy"]);
        tcp.ack(Server, begin + 20_020 + 1_000 * n);
        tcp.send(Client, begin + 20_030 + DELAY + 1_000 * n, 5);
    }
    let (whole, summary) = both(&lab, CLIENT);
    let waits = &summary.connections[0].streams[0].unlisted.waits;
    let listed = &whole.connections[0].streams[0].waits;
    assert_eq!((waits[0].count, listed.len()), (3, 3));
    assert_eq!(
        waits[0].longest.at_most,
        listed.iter().map(|it| it.at_most).max().unwrap()
    );
    assert_eq!(summary, shortened(whole));
    let (_, at_server) = both(&lab, SERVER);
    assert_eq!(at_server.connections[0].streams[0].unlisted.waits, []);
}

#[test]
fn an_end_that_talks_to_itself_sends_each_packet_once() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary();
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    let mut capture = lab.run().hosts[CLIENT].capture.clone();
    // Both ends get the client's address and port.
    let ends = capture
        .windows(8)
        .position(|bytes| bytes == [198, 18, 0, 2, 198, 18, 0, 1])
        .unwrap();
    capture.copy_within(ends..ends + 4, ends + 4);
    capture.copy_within(ends + 8..ends + 10, ends + 10);
    for analysis in [
        inspect("some.pcapng", &capture).unwrap(),
        summarise("some.pcapng", &capture, LISTING).unwrap(),
    ] {
        let packets = [0, 1].map(|way: usize| analysis.connections[0].streams[way].packets);
        assert_eq!(packets, [1, 0]);
    }
}

fn odd() -> impl Strategy<Value = (Side, u64, Odd)> {
    let seq = || prop_oneof![4 => 990_u32..1_040, 2 => 6_999_990_u32..7_000_040, 1 => any::<u32>()];
    let fields = (
        seq(),
        prop::option::weighted(0.8, seq()),
        prop::bool::weighted(0.1),
        prop::sample::select(vec![0, 1, 9, 60_000]),
        prop::sample::select(vec![0, 0, 1, 5, 30, 536]),
    );
    let odd = fields.prop_map(|(seq, ack, fin, window, len)| Odd {
        seq,
        ack,
        // SYNs behind other packets are what a summary may take otherwise.
        syn: false,
        fin,
        window,
        mss: 0,
        len,
    });
    (
        prop::sample::select(vec![Client, Server]),
        99_000_u64..400_000,
        odd,
    )
}

/// How a connection goes: who sends how many bytes, and after how many µs.
fn exchange() -> impl Strategy<Value = Vec<(bool, usize, u64)>> {
    let len = prop::sample::select(vec![1, 1, 1, 1, 5, 100, 400, 1_460]);
    let pause = prop::sample::select(vec![5, 700, 700, 700, 41_000]);
    prop::collection::vec((prop::bool::weighted(0.85), len, pause), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn it_tells_the_same(
        open: bool,
        mss in prop::sample::select(vec![200_u16, 536, 1_460]),
        window in prop::sample::select(vec![12_u16, 100, 1_000, 60_000]),
        steps in exchange(),
        odds in prop::collection::vec(odd(), 0..30),
    ) {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().without_diary().mss(mss);
        tcp.window(Server, window);
        if open {
            tcp = tcp.open(0);
        }
        let mut now = 100_000;
        for (is_client, len, pause) in steps {
            now += pause;
            let side = if is_client { Client } else { Server };
            tcp.write_bytes(side, now, &vec![b'x'; len]);
            tcp.send(side, now + 2, len as u64);
        }
        for (side, micros, odd) in &odds {
            tcp.odd(*side, *micros, odd);
        }
        for host in [CLIENT, SERVER] {
            let (whole, summary) = both(&lab, host);
            let direction = Direction::ClientToServer.index();
            prop_assert!(summary.connections.iter().all(|it| it.streams[direction].waits.is_empty()));
            prop_assert_eq!(sorted(summary), shortened(whole));
        }
    }
}
