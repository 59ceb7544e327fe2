//! What happens to datagrams.

mod support;

use analysis::model::finding::Details;
use scenario::{
    expectation::{Metric, ValuePath},
    finding::{Cause, FindingCode},
    impairment::{Chance, Loss, Queue},
    units::Percent,
};
use support::{CLIENT, DELAY, Lab, SERVER, Side::*, at, found, frames, only};

#[test]
fn datagrams_are_followed_to_the_calls_that_received_them() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    for (n, name) in [&b"Michael"[..], b"Tracy", b"Michael"]
        .into_iter()
        .enumerate()
    {
        let micros = 100_000 + 10 * n as u64;
        udp.send(Client, micros, name);
        udp.receive(Server, micros + DELAY + 100, name, 1_024);
    }
    let analysis = lab.analyse();
    let flow = &analysis.flows[0];
    assert_eq!(flow.client.program.as_deref(), Some("udp"));
    assert_eq!(flow.server.host.as_deref(), Some("server"));
    let received: Vec<_> = flow.datagrams[0]
        .iter()
        .map(|datagram| datagram.received.map(|got| got.at))
        .collect();
    assert_eq!(
        received,
        [120_100, 120_110, 120_120].map(|micros| Some(at(micros)))
    );
    assert_eq!(analysis.findings, []);
    let value = |host: &str, metric| {
        let path = ValuePath {
            host: host.to_owned(),
            peer: "udp".to_owned(),
            metric,
        };
        analysis.value(&path)
    };
    assert_eq!(value("client", Metric::Messages), Some(3));
    assert_eq!(value("client", Metric::DatagramsSent), Some(3));
    assert_eq!(value("server", Metric::Understood), Some(3));
    assert_eq!(value("server", Metric::DatagramsReceived), Some(3));
    assert_eq!(value("server", Metric::Wire), Some(3 * 28 + 7 + 5 + 7));
    assert_eq!(value("client", Metric::Segments), None);
}

#[test]
fn what_the_link_lost_is_lost_by_the_link() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link.start.egress.loss =
        Loss::Independent(Chance::of(Percent::from_millionths(20_000_000).unwrap()));
    let mut udp = lab.udp();
    udp.send(Client, 100_000, b"Michael");
    udp.send_arriving(Client, 100_010, b"Tracy", &[]);
    udp.send(Client, 100_020, b"Sarah");
    let analysis = lab.analyse();
    let lost = only(&analysis, FindingCode::DatagramLost);
    assert_eq!(
        (lost.cause, lost.host.as_deref()),
        (Cause::LinkLoss, Some("server"))
    );
    assert_eq!(frames(lost), ["client#2"]);
    assert_eq!((lost.cost.packets, lost.cost.bytes), (1, 5));
}

#[test]
fn what_found_a_queue_full_was_dropped_by_it_where_nothing_else_loses() {
    let cause = |loss: Loss| {
        let mut lab = Lab::new();
        let link = &mut lab.manifest.variant.hosts[CLIENT].link.start.egress;
        link.queue = Some(Queue::Packets(1));
        link.loss = loss;
        let mut udp = lab.udp();
        udp.send(Client, 100_000, b"Michael");
        udp.send_arriving(Client, 100_010, b"Tracy", &[]);
        only(&lab.analyse(), FindingCode::DatagramLost).cause
    };
    assert_eq!(cause(Loss::None), Cause::QueueFull);
    let half = Chance::of(Percent::from_millionths(50_000_000).unwrap());
    assert_eq!(cause(Loss::Independent(half)), Cause::LinkLoss);
}

#[test]
fn what_arrived_and_was_passed_over_found_no_room_in_the_socket() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    for (n, name) in [&b"Michael"[..], b"Tracy", b"Sarah"]
        .into_iter()
        .enumerate()
    {
        udp.send(Client, 100_000 + 10 * n as u64, name);
    }
    udp.receive(Server, 130_000, b"Michael", 1_024);
    udp.receive(Server, 130_010, b"Sarah", 1_024);
    let analysis = lab.analyse();
    let lost = only(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.cause, Cause::ReceiveBuffer);
    assert_eq!(frames(lost), ["client#2", "server#2"]);
}

#[test]
fn what_vanished_from_a_link_that_was_not_to_lose_has_no_known_cause() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[]);
    let analysis = lab.analyse();
    assert_eq!(
        only(&analysis, FindingCode::DatagramLost).cause,
        Cause::Undetermined
    );
}

#[test]
fn nothing_is_called_lost_when_the_receiver_left_no_capture() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send(Client, 100_000, b"Michael");
    let mut run = lab.run();
    run.hosts[SERVER].capture.clear();
    assert_eq!(analysis::analyse(&run).findings, []);
}

#[test]
fn everything_is_lost_when_the_receivers_capture_is_there_and_empty() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link.start.egress.loss =
        Loss::Independent(Chance::of(Percent::HUNDRED));
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[]);
    let analysis = lab.analyse();
    assert_eq!(
        only(&analysis, FindingCode::DatagramLost).cause,
        Cause::LinkLoss
    );
    assert_eq!((analysis.links[1].sent, analysis.links[1].missing), (1, 1));
}

#[test]
fn a_fragmented_datagram_arrives_with_its_last_fragment() {
    let mut lab = Lab::new();
    let payload = [b'x'; 1_000];
    let later = [30_000, 20_000, 20_000].map(Some);
    lab.udp()
        .send_fragments(Client, 100_000, &payload, 400, &later);
    let analysis = lab.analyse();
    let datagram = &analysis.flows[0].datagrams[0][0];
    assert!(datagram.fragmented);
    assert_eq!(datagram.len, 1_000);
    assert_eq!(analysis.flows[0].wire[0], 1_000 + 8 + 3 * 20);
    let arrivals: Vec<u64> = datagram.arrivals.iter().map(|arrival| arrival.at).collect();
    assert_eq!(arrivals, [support::at(130_000)]);
    only(&analysis, FindingCode::DatagramFragmented);
    assert!(found(&analysis, FindingCode::DatagramLost).is_empty());
}

#[test]
fn without_one_fragment_a_datagram_never_arrives() {
    for lost in 0..3 {
        let mut lab = Lab::new();
        let mut arrive = [Some(20_000); 3];
        arrive[lost] = None;
        let mut udp = lab.udp();
        udp.send_fragments(Client, 100_000, &[b'x'; 1_000], 400, &arrive);
        udp.send(Client, 101_000, b"Tracy");
        let analysis = lab.analyse();
        let datagrams = &analysis.flows[0].datagrams[0];
        assert_eq!(datagrams[0].arrivals, []);
        assert_eq!(datagrams[1].arrivals.len(), 1);
        only(&analysis, FindingCode::DatagramLost);
    }
}

#[test]
fn a_datagram_of_which_a_fragment_has_a_flipped_bit_arrived_damaged() {
    for flipped in 0..3 {
        let mut lab = Lab::new();
        let mut udp = lab.udp();
        let payload = [b'x'; 1_000];
        udp.send_fragments_flipped(Client, 100_000, &payload, 400, (flipped, DELAY));
        udp.send(Client, 101_000, b"Tracy");
        udp.receive(Server, 130_000, b"Tracy", 1_024);
        let analysis = lab.analyse();
        let datagrams = &analysis.flows[0].datagrams[0];
        assert_eq!(datagrams[0].arrivals, [], "fragment {flipped}");
        let lost = only(&analysis, FindingCode::DatagramLost);
        assert_eq!(lost.cause, Cause::LinkCorruption, "fragment {flipped}");
        assert_eq!(analysis.links[1].missing, 0);
    }
}

#[test]
fn what_arrived_last_and_was_not_read_is_not_called_lost() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send(Client, 100_000, b"Michael");
    udp.send(Client, 100_010, b"Tracy");
    udp.receive(Server, 130_000, b"Michael", 1_024);
    assert_eq!(lab.analyse().findings, []);
}

#[test]
fn duplicates_and_overtaken_datagrams_are_found() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[125_000]);
    udp.send_arriving(Client, 100_010, b"Tracy", &[120_010, 120_500]);
    let analysis = lab.analyse();
    assert_eq!(
        frames(only(&analysis, FindingCode::DatagramReordered)),
        ["client#1", "server#3"]
    );
    let twice = only(&analysis, FindingCode::DatagramDuplicated);
    assert_eq!(frames(twice), ["client#2", "server#1", "server#2"]);
}

#[test]
fn a_datagram_is_overtaken_by_any_that_was_sent_later_and_arrived_sooner() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[125_000]);
    udp.send_arriving(Client, 100_010, b"Tracy", &[120_010]);
    udp.send_arriving(Client, 100_020, b"Sarah", &[130_000]);
    let analysis = lab.analyse();
    assert_eq!(
        frames(only(&analysis, FindingCode::DatagramReordered)),
        ["client#1", "server#2"]
    );
}

#[test]
fn a_late_duplicate_was_not_overtaken() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[120_000, 126_000]);
    udp.send_arriving(Client, 100_010, b"Tracy", &[123_000]);
    let analysis = lab.analyse();
    assert_eq!(found(&analysis, FindingCode::DatagramReordered).len(), 0);
    assert_eq!(found(&analysis, FindingCode::DatagramDuplicated).len(), 1);
}

#[test]
fn only_what_is_lost_costs_packets() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT]
        .link
        .start
        .egress
        .duplicate = Chance::of(Percent::from_millionths(20_000_000).unwrap());
    let mut udp = lab.udp();
    udp.send_arriving(Client, 100_000, b"Michael", &[125_000]);
    udp.send_arriving(Client, 100_010, b"Tracy", &[120_010, 120_500]);
    udp.send_arriving(Client, 100_020, b"Sarah", &[126_000]);
    udp.send_arriving(Client, 100_030, b"Bob", &[127_000]);
    udp.receive(Server, 130_000, b"Tracy", 3);
    udp.receive(Server, 130_010, b"Michael", 1_024);
    // No room for "Sarah".
    udp.receive(Server, 130_020, b"Bob", 1_024);
    let analysis = lab.analyse();
    let costs: Vec<_> = analysis
        .findings
        .iter()
        .map(|finding| (finding.code, finding.cost.packets, finding.cost.bytes))
        .collect();
    let expected = [
        (FindingCode::DatagramReordered, 0, 0),
        (FindingCode::DatagramDuplicated, 0, 0),
        (FindingCode::DatagramTruncated, 0, 0),
        (FindingCode::DatagramLost, 1, 5),
    ];
    assert_eq!(costs, expected);
}

#[test]
fn two_equal_datagrams_are_no_duplicate() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    udp.send(Client, 100_000, b"Michael");
    udp.send(Client, 100_010, b"Michael");
    assert_eq!(
        found(&lab.analyse(), FindingCode::DatagramDuplicated).len(),
        0
    );
}

#[test]
fn a_duplicate_is_not_taken_for_an_equal_datagram_that_was_not_yet_sent() {
    let mut lab = Lab::new();
    // As Linux sends from a socket that is not connected.
    let mut udp = lab.udp().without_ids();
    udp.send_arriving(Client, 100_000, b"Michael", &[120_000, 120_500]);
    udp.send_arriving(Client, 200_000, b"Michael", &[220_000]);
    let analysis = lab.analyse();
    let twice = only(&analysis, FindingCode::DatagramDuplicated);
    assert_eq!(frames(twice), ["client#1", "server#1", "server#2"]);
    let link = &analysis.links[CLIENT];
    assert_eq!(link.delay.unwrap().min, DELAY * 1_000);
}

#[test]
fn the_identification_tells_of_which_equal_datagram_a_duplicate_was_made() {
    let duplicated = |numbered: bool| {
        let mut lab = Lab::new();
        let udp = lab.udp();
        let mut udp = if numbered { udp } else { udp.without_ids() };
        udp.send_arriving(Client, 100_000, b"Michael", &[120_000, 120_500]);
        udp.send_arriving(Client, 100_010, b"Michael", &[121_000]);
        let analysis = lab.analyse();
        frames(only(&analysis, FindingCode::DatagramDuplicated))
    };
    assert_eq!(duplicated(true), ["client#1", "server#1", "server#2"]);
    // Without, the one too many is taken for another of the last that arrived.
    assert_eq!(duplicated(false), ["client#2", "server#2", "server#3"]);
}

#[test]
fn equal_datagrams_are_matched_in_order_however_many() {
    let mut lab = Lab::new();
    let mut udp = lab.udp().without_ids();
    for n in 0..20_000 {
        udp.send(Client, 100_000 + n, b"Michael");
    }
    let analysis = lab.analyse();
    let delay = analysis.links[CLIENT].delay.unwrap();
    assert_eq!((delay.min, delay.max), (DELAY * 1_000, DELAY * 1_000));
    assert_eq!(analysis.findings, []);
}

#[test]
fn a_small_buffer_truncates() {
    let mut lab = Lab::new();
    let mut udp = lab.udp();
    let long = [b'x'; 1_400];
    udp.send(Client, 100_000, &long);
    udp.receive(Server, 130_000, &long, 1_024);
    let analysis = lab.analyse();
    let truncated = only(&analysis, FindingCode::DatagramTruncated);
    assert_eq!(truncated.cause, Cause::SmallReadBuffer);
    let Details::Datagram { datagram } = truncated.details else {
        panic!("{truncated:?}")
    };
    let received = analysis.flows[0].datagrams[0][datagram].received.unwrap();
    assert_eq!((received.len, received.at), (1_024, at(130_000)));
}
