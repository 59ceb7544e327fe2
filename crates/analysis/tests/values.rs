//! What is measured, in the traffic that variants are compared by.

mod support;

use analysis::{Analysis, Comparison};
use protocol::Wait;
use scenario::{
    expectation::{Metric, ValuePath},
    plan::{Command, Listens, Program},
};
use support::{CLIENT, DELAY, Lab, SERVER, Side::*, Tcp, at};

fn value(analysis: &Analysis, host: &str, program: &str, metric: Metric) -> Option<u64> {
    let path = ValuePath {
        host: host.to_owned(),
        peer: program.to_owned(),
        metric,
    };
    analysis.value(&path)
}

fn round_trips(lab: &Lab) -> [Option<u64>; 2] {
    let analysis = lab.analyse();
    ["client", "server"].map(|host| value(&analysis, host, "tcp", Metric::RoundTrips))
}

/// The client says something, the server answers, and the client has read the answer; it takes a
/// round trip.
fn exchange(tcp: &mut Tcp<'_>, micros: u64, question: &str, answer: &str) {
    let len = |text: &str| text.len() as u64;
    tcp.write(Client, micros, &[question]);
    tcp.send(Client, micros + 2, len(question));
    tcp.read_naively(Server, micros + DELAY + 50, len(question));
    tcp.write(Server, micros + DELAY + 100, &[answer]);
    tcp.send(Server, micros + DELAY + 102, len(answer));
    tcp.read_naively(Client, micros + 2 * DELAY + 150, len(answer));
}

#[test]
fn a_handshake_per_message_waits_before_each_body_and_each_length() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
        let start = 100_000 + 100_000 * n as u64;
        exchange(&mut tcp, start, &name.len().to_string(), "ok");
        exchange(&mut tcp, start + 50_000, name, "Hello!");
    }
    assert_eq!(round_trips(&lab), [Some(5), Some(5)]);
}

#[test]
fn what_leaves_together_waited_for_nothing() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
        let micros = 100_000 + 20 * n as u64;
        tcp.write(Client, micros, &[name]);
        tcp.send(Client, micros + 2, name.len() as u64);
    }
    tcp.ack(Server, 120_100);
    assert_eq!(round_trips(&lab), [Some(0), Some(0)]);
}

#[test]
fn a_window_that_has_to_be_opened_again_and_again_costs_a_round_trip_each_time() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536);
    tcp.window(Server, 1_072);
    let mut tcp = tcp.open(0);
    tcp.write_bytes(Client, 100_000, &[b'x'; 536 * 6]);
    for flight in 0..3 {
        let start = 100_002 + 2 * flight * (DELAY + 10);
        tcp.send(Client, start, 536);
        tcp.send(Client, start + 2, 536);
        tcp.ack(Server, start + DELAY + 10);
    }
    assert_eq!(round_trips(&lab)[0], Some(2));
}

#[test]
fn a_retransmission_is_no_round_trip_of_its_own() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    tcp.ack(Server, 360_010);
    assert_eq!(round_trips(&lab)[0], Some(0));
}

#[test]
fn a_slow_program_waits_for_nobody() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..3 {
        let start = 100_000 + 50_000 * n;
        tcp.write(Client, start, &["name"]);
        tcp.send(Client, start + 2, 4);
        tcp.ack(Server, start + DELAY + 10);
    }
    // Nothing ever comes back.
    assert_eq!(round_trips(&lab)[0], Some(0));
}

#[test]
fn two_connections_at_once_keep_their_bytes_apart_and_are_summed() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read_naively(Server, 120_050, 7);
    // Same sequence numbers, same moment, another port.
    let mut tcp = lab.tcp().open(1);
    tcp.write(Client, 100_001, &["Tra", "cy"]);
    tcp.send(Client, 100_003, 5);
    tcp.read_naively(Server, 120_051, 5);
    let analysis = lab.analyse();
    let texts: Vec<_> = analysis
        .connections
        .iter()
        .flat_map(|connection| &connection.streams[0].understood)
        .map(|understood| (understood.text.as_deref().unwrap_or("?"), understood.right))
        .collect();
    assert_eq!(texts, [("Michael", true), ("Tracy", false)]);
    // Frames are numbered through the whole file: 3 of each handshake came before.
    let frames: Vec<_> = analysis
        .connections
        .iter()
        .map(|connection| connection.streams[0].segments[0].frame)
        .collect();
    assert_eq!(frames, [7, 8]);
    let client = |metric| value(&analysis, "client", "tcp", metric);
    assert_eq!(client(Metric::Messages), Some(3));
    assert_eq!(client(Metric::Writes), Some(2));
    assert_eq!(client(Metric::Segments), Some(2));
    assert_eq!(client(Metric::Payload), Some(12));
    assert_eq!(
        client(Metric::Wire),
        Some(2 * (44 + 44 + 40) + 40 + 7 + 40 + 5)
    );
    assert_eq!(value(&analysis, "server", "tcp", Metric::Reads), Some(2));
    assert_eq!(
        value(&analysis, "server", "tcp", Metric::Understood),
        Some(2)
    );
    assert_eq!(client(Metric::Reads), Some(0));
    // The programs that spoke UDP, had they spoken, have no part in it.
    assert_eq!(value(&analysis, "client", "udp", Metric::Wire), Some(0));
}

#[test]
fn the_exchanges_of_all_runs_of_a_variant_are_told_together() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    exchange(&mut tcp, 100_000, "Michael", "Hello!");
    exchange(&mut tcp, 200_000, "Tracy", "Hello!");
    let once = lab.analyse();
    lab.manifest.variant.name = "another".to_owned();
    let exchanges = Comparison::new(&[once.clone(), once, lab.analyse()]).exchanges;
    let told = exchanges
        .iter()
        .map(|each| (each.variant.as_str(), each.values.count, each.values.max));
    let took = at(2 * DELAY + 150) - at(0);
    let variant = Lab::new().manifest.variant.name;
    let expected = [(variant.as_str(), 4, took), ("another", 2, took)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn who_asks_on_waits_for_no_answer() {
    let trips = |wait| {
        let mut lab = Lab::new();
        if let Program::Peer(client) = &mut lab.manifest.variant.hosts[CLIENT].run[0].program {
            client.wait = wait;
        }
        let mut tcp = lab.tcp().open(0);
        exchange(&mut tcp, 100_000, "Michael", "Hello!");
        exchange(&mut tcp, 200_000, "Tracy", "Hello!");
        round_trips(&lab)[0]
    };
    assert_eq!(trips(Wait::Reply), Some(1));
    assert_eq!(trips(Wait::Never), Some(0));
}

#[test]
fn what_a_program_waited_for_on_several_connections_is_compared_once() {
    let mut lab = Lab::new();
    for start in [100_000, 100_500] {
        let mut tcp = lab.tcp().open(start - 100_000);
        exchange(&mut tcp, start, "Michael", "Hello!");
        exchange(&mut tcp, start + 50_000, "Tracy", "Hello!");
    }
    assert_eq!(round_trips(&lab)[0], Some(2));
    let row = &Comparison::new(&[lab.analyse()]).rows[0];
    assert_eq!((row.messages, row.right), (Some(4), Some(4)));
    assert_eq!(row.round_trips, Some(2));
    // From the first connection's first write to the second's last read.
    let elapsed = at(150_500 + 2 * DELAY + 150) - at(100_000);
    assert_eq!(row.elapsed, Some(elapsed));
}

#[test]
fn the_first_byte_is_waited_for_from_the_syn_on() {
    let mut lab = Lab::new();
    for (opened, asked) in [(0, 100_000), (500, 130_000)] {
        let mut tcp = lab.tcp().open(opened);
        exchange(&mut tcp, asked, "Michael", "Hello!");
        exchange(&mut tcp, asked + 80_000, "exit", "Bye!");
    }
    let waited = |host| value(&lab.analyse(), host, "tcp", Metric::FirstByte);
    // On the second connection it took the longest.
    let from_until = |from, until| Some(at(until) - at(from));
    assert_eq!(waited("client"), from_until(500, 130_000 + 2 * DELAY + 150));
    assert_eq!(waited("server"), from_until(500, 130_000 + DELAY + 50));
}

#[test]
fn of_a_program_without_a_diary_only_the_wire_is_known() {
    let mut lab = Lab::new();
    for (host, listens) in [(SERVER, Some(Listens::Tcp(9_999))), (CLIENT, None)] {
        lab.manifest.variant.hosts[host].run.truncate(1);
        lab.manifest.variant.hosts[host].run[0].program = Program::Command(Command {
            argv: vec!["python3".to_owned()],
            dir: ".".to_owned(),
            listens,
        });
    }
    let mut tcp = lab.tcp().without_diary().open(0);
    tcp.write_bytes(Client, 100_000, b"Michael");
    tcp.send(Client, 100_002, 7);
    let analysis = lab.analyse();
    let connection = &analysis.connections[0];
    assert_eq!(connection.client.program.as_deref(), Some("tcp"));
    assert_eq!(connection.server.program.as_deref(), Some("tcp"));
    let client = |metric| value(&analysis, "client", "tcp", metric);
    assert_eq!(client(Metric::Segments), Some(1));
    assert_eq!(client(Metric::Payload), Some(7));
    assert_eq!(client(Metric::Wire), Some(44 + 44 + 40 + 47));
    for unknown in [
        Metric::Messages,
        Metric::Writes,
        Metric::Reads,
        Metric::Understood,
        Metric::DatagramsSent,
        Metric::DatagramsReceived,
        Metric::Elapsed,
        Metric::FirstByte,
        Metric::RoundTrips,
    ] {
        assert_eq!(client(unknown), None, "{unknown}");
    }
    let row = &Comparison::new(&[analysis]).rows[0];
    assert_eq!((row.messages, row.reads, row.segments), (None, None, 1));
}

#[test]
fn datagrams_are_compared_by_what_arrived_whole() {
    let run = |name: &str, room: usize| {
        let mut lab = Lab::new();
        lab.manifest.variant.name = name.to_owned();
        let mut udp = lab.udp();
        for (n, text) in [&b"Michael"[..], b"Tracy"].into_iter().enumerate() {
            let micros = 100_000 + 10 * n as u64;
            udp.send(Client, micros, text);
            udp.receive(Server, micros + DELAY + 20, text, room);
        }
        udp.send(Server, 121_000, b"Hello!");
        udp.receive(Client, 141_050, b"Hello!", room);
        lab.analyse()
    };
    let wide = run("wide", 1_024);
    assert_eq!(value(&wide, "client", "udp", Metric::Payload), Some(12));
    assert_eq!(value(&wide, "server", "udp", Metric::Payload), Some(6));
    let elapsed = at(141_050) - at(100_000);
    assert_eq!(
        value(&wide, "client", "udp", Metric::Elapsed),
        Some(elapsed)
    );
    assert_eq!(value(&wide, "client", "udp", Metric::RoundTrips), None);
    let rows = Comparison::new(&[wide, run("narrow", 5)]).rows;
    assert_eq!((rows[0].messages, rows[0].segments), (Some(2), 2));
    assert_eq!((rows[0].understood, rows[0].right), (Some(2), Some(2)));
    assert_eq!(rows[0].wire, 3 * 28 + 7 + 5 + 6);
    assert_eq!(rows[0].elapsed, Some(elapsed));
    assert_eq!((rows[1].understood, rows[1].right), (Some(2), Some(1)));
    assert_eq!(rows[1].price.map(|price| price.wire), Some(0));
}
