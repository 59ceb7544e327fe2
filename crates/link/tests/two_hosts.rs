//! The user-space link between two hosts with real network stacks.

#![allow(clippy::unwrap_used)]

mod support;

use emulator::{Emulator, Fate};
use link::{Counters, Link, LinkError, LinkSpec};
use scenario::impairment::{Chance, Impairments, Loss};
use std::{
    io::{ErrorKind, Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket},
    thread,
    time::{Duration, Instant},
};
use support::{Family, Host, run_on, two_hosts, two_processors};
use testkit::may_make_networks;

const PATIENCE: Duration = Duration::from_secs(20);
const DELAY: Duration = Duration::from_millis(20);

fn delayed(delay: Duration) -> Impairments {
    Impairments {
        delay,
        ..Impairments::default()
    }
}

fn lossy(percent: &str) -> Impairments {
    Impairments {
        loss: Loss::Independent(Chance::of(percent.parse().unwrap())),
        ..Impairments::default()
    }
}

fn links(hosts: &[Host; 2], impairments: &Impairments) -> [Link; 2] {
    [
        hosts[0].link("a", impairments, 1),
        hosts[1].link("b", impairments, 1),
    ]
}

/// Every packet that came in is accounted for.
fn assert_all_delivered(counters: Counters) {
    let Counters {
        offered,
        delivered,
        lost,
        overrun,
        ..
    } = counters;
    assert_eq!((delivered, lost, overrun), (offered, 0, 0));
}

fn echo(socket: UdpSocket, datagrams: usize) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 100];
        for _ in 0..datagrams {
            let (len, from) = socket.recv_from(&mut buffer).unwrap();
            socket.send_to(&buffer[..len], from).unwrap();
        }
    })
}

fn a_datagram_is_delayed_both_ways(family: Family) {
    const ROUNDS: usize = 20;
    let hosts = two_hosts(family, 1500);
    let links = links(&hosts, &delayed(DELAY));
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();
    let server = echo(server, ROUNDS);
    let round_trips: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            client.send(b"Michael").unwrap();
            client.recv(&mut [0; 100]).unwrap();
            start.elapsed()
        })
        .collect();
    server.join().unwrap();
    assert!(
        round_trips.iter().all(|time| *time >= 2 * DELAY),
        "{round_trips:?}"
    );
    // Once in twenty times even a busy machine is not late by another round trip.
    let best = round_trips.iter().min().unwrap();
    assert!(*best < 4 * DELAY, "{round_trips:?}");
    for link in links {
        assert!(link.drain(PATIENCE));
        let counters = link.stop().unwrap().counters;
        assert_all_delivered(counters);
        // Nothing but the datagrams: no neighbour discovery, no router or group messages.
        assert_eq!(counters.offered, ROUNDS as u64);
    }
    for host in &hosts {
        // Nothing passes the link by.
        assert_eq!(host.frames("eth0"), (ROUNDS as u64, ROUNDS as u64));
    }
}

#[test]
fn an_ipv4_datagram_is_delayed_both_ways() {
    if may_make_networks("an_ipv4_datagram_is_delayed_both_ways") {
        a_datagram_is_delayed_both_ways(Family::V4);
    }
}

#[test]
fn an_ipv6_datagram_is_delayed_both_ways() {
    if may_make_networks("an_ipv6_datagram_is_delayed_both_ways") {
        a_datagram_is_delayed_both_ways(Family::V6);
    }
}

fn a_stream_arrives_whole(family: Family) {
    const BYTES: usize = 3_000_000;
    let hosts = two_hosts(family, 1500);
    let links = links(&hosts, &delayed(Duration::from_millis(2)));
    hosts[1].enter();
    let listener = TcpListener::bind(SocketAddr::new(hosts[1].address, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let sent: Vec<u8> = (0..BYTES).map(|n| (n % 251) as u8).collect();
    let receiver = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        received
    });
    hosts[0].enter();
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.write_all(&sent).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(receiver.join().unwrap() == sent, "other bytes arrived");
    // The receiver's FIN: the connection is over on both sides.
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    for link in &links {
        assert!(link.drain(PATIENCE));
    }
    let [client, server] = links.map(|link| link.stop().unwrap().counters);
    assert_all_delivered(client);
    assert_all_delivered(server);
    // With an offload left on, one frame would carry dozens of segments.
    assert!(client.offered as usize >= BYTES / 1460, "{client:?}");
}

#[test]
fn an_ipv4_stream_arrives_whole() {
    if may_make_networks("an_ipv4_stream_arrives_whole") {
        a_stream_arrives_whole(Family::V4);
    }
}

#[test]
fn an_ipv6_stream_arrives_whole() {
    if may_make_networks("an_ipv6_stream_arrives_whole") {
        a_stream_arrives_whole(Family::V6);
    }
}

/// The numbers of those of 300 datagrams that arrive.
fn survivors(hosts: &[Host; 2], impairments: &Impairments, seed: u64) -> Vec<u32> {
    const DATAGRAMS: u32 = 300;
    let link = hosts[0].link("a", impairments, seed);
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();
    for number in 0..DATAGRAMS {
        client.send(&number.to_be_bytes()).unwrap();
    }
    assert!(link.drain(PATIENCE));
    let counters = link.stop().unwrap().counters;
    assert_eq!(
        (counters.offered, counters.overrun),
        (u64::from(DATAGRAMS), 0),
        "{counters:?}"
    );
    assert_eq!(counters.delivered + counters.lost, counters.offered);
    (0..counters.delivered)
        .map(|_| {
            let mut number = [0; 4];
            server.recv(&mut number).unwrap();
            u32::from_be_bytes(number)
        })
        .collect()
}

#[test]
fn a_seed_loses_the_same_datagrams_each_time() {
    if !may_make_networks("a_seed_loses_the_same_datagrams_each_time") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let impairments = lossy("20%");
    let mut emulator = Emulator::new(&impairments, 7, "a");
    let expected: Vec<u32> = (0..300)
        .filter(|number| emulator.offer(0, *number, 100, |number| *number) == Fate::UnderWay)
        .collect();
    assert_eq!(survivors(&hosts, &impairments, 7), expected);
    assert_eq!(survivors(&hosts, &impairments, 7), expected);
    assert_ne!(survivors(&hosts, &impairments, 8), expected);
}

#[test]
fn nothing_passes_a_link_that_loses_all() {
    for family in [Family::V4, Family::V6] {
        if !may_make_networks("nothing_passes_a_link_that_loses_all") {
            return;
        }
        let hosts = two_hosts(family, 1500);
        let link = hosts[0].link("a", &lossy("100%"), 1);
        let client = hosts[0].udp();
        for _ in 0..10 {
            client.send_to(b"x", (hosts[1].address, 9)).unwrap();
        }
        assert!(link.drain(PATIENCE));
        let counters = link.stop().unwrap().counters;
        assert_eq!((counters.offered, counters.lost), (10, 10), "{counters:?}");
        assert_eq!(hosts[0].frames("eth0"), (0, 0));
    }
}

#[test]
fn a_drain_waits_for_packets_under_way_and_gives_up_in_time() {
    if !may_make_networks("a_drain_waits_for_packets_under_way_and_gives_up_in_time") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();

    let link = hosts[0].link("a", &delayed(DELAY), 1);
    assert!(link.drain(PATIENCE), "nothing was sent yet");
    for _ in 0..5 {
        client.send(b"x").unwrap();
    }
    assert!(link.drain(PATIENCE));
    assert_eq!(link.counters().delivered, 5);
    assert_all_delivered(link.stop().unwrap().counters);

    let link = hosts[0].link("a", &delayed(Duration::from_secs(3600)), 1);
    client.send(b"x").unwrap();
    assert!(!link.drain(DELAY));
    let counters = link.stop().unwrap().counters;
    assert_eq!((counters.offered, counters.delivered), (1, 0));
    for _ in 0..5 {
        server.recv(&mut [0; 10]).unwrap();
    }
    server.set_nonblocking(true).unwrap();
    let none = server.recv(&mut [0; 10]).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::WouldBlock);
}

/// The request to drain meets the thread asleep, awake, taking frames in and sending them. That
/// needs the two to run at the same time: on one processor, a real-time thread goes first and meets
/// every request asleep.
#[test]
fn a_drain_ends_wherever_it_meets_the_traffic() {
    if !may_make_networks("a_drain_ends_wherever_it_meets_the_traffic") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let [here, there] = two_processors();
    // The link's thread inherits where it may run.
    run_on(there);
    let link = hosts[0].link("a", &lossy("20%"), 1);
    run_on(here);
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();
    for round in 0..2000 {
        for _ in 0..round % 40 {
            client.send(b"x").unwrap();
        }
        assert!(link.drain(PATIENCE), "round {round}");
    }
    let counters = link.stop().unwrap().counters;
    assert_eq!(
        counters.delivered + counters.lost,
        counters.offered,
        "{counters:?}"
    );
}

/// Sends one datagram over a link with this MTU. Returns the packets it took.
fn packets_for_one(family: Family, mtu: u16, bytes: usize) -> u64 {
    let hosts = two_hosts(family, mtu);
    let impairments = Impairments {
        mtu,
        ..Impairments::default()
    };
    let link = hosts[0].link("a", &impairments, 1);
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    let sent: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8).collect();
    client.send_to(&sent, server.local_addr().unwrap()).unwrap();
    let mut received = vec![0; 65_536];
    let len = server.recv(&mut received).unwrap();
    assert!(received[..len] == sent, "other bytes arrived");
    assert!(link.drain(PATIENCE));
    let counters = link.stop().unwrap().counters;
    assert_all_delivered(counters);
    counters.offered
}

#[test]
fn a_datagram_is_cut_by_the_links_mtu_from_the_smallest_to_the_largest() {
    if !may_make_networks("a_datagram_is_cut_by_the_links_mtu_from_the_smallest_to_the_largest") {
        return;
    }
    // 8 bytes of UDP header; of 68, an IPv4 header of 20 leaves 48 to each fragment.
    assert_eq!(packets_for_one(Family::V4, 68, 1000), 21);
    assert_eq!(packets_for_one(Family::V4, 1500, 1472), 1);
    assert_eq!(packets_for_one(Family::V4, 65_535, 65_507), 1);
    // 40 bytes of IPv6 and 8 of fragment header leave 1,232 of 1,280.
    assert_eq!(packets_for_one(Family::V6, 1280, 2000), 2);
    assert_eq!(packets_for_one(Family::V6, 65_535, 65_487), 1);
}

#[test]
fn every_packet_of_a_flood_is_accounted_for_and_in_order() {
    const DATAGRAMS: u32 = 50_000;
    if !may_make_networks("every_packet_of_a_flood_is_accounted_for_and_in_order") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let link = hosts[0].link("a", &delayed(Duration::from_millis(1)), 1);
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();
    let receiver = thread::spawn(move || {
        // The receiver's own buffer may overflow; what it holds back must be in order.
        let mut newest = None;
        loop {
            let mut number = [0; 4];
            server.recv(&mut number).unwrap();
            let number = u32::from_be_bytes(number);
            assert!(newest < Some(number), "{number} after {newest:?}");
            newest = Some(number);
            if number >= DATAGRAMS {
                return;
            }
        }
    });
    for number in 0..DATAGRAMS {
        client.send(&number.to_be_bytes()).unwrap();
    }
    assert!(link.drain(PATIENCE));
    let counters = link.counters();
    assert_eq!(counters.offered, u64::from(DATAGRAMS), "{counters:?}");
    assert_eq!(
        counters.delivered + counters.overrun,
        counters.offered,
        "{counters:?}"
    );
    let mut last = DATAGRAMS;
    while !receiver.is_finished() {
        client.send(&last.to_be_bytes()).unwrap();
        assert!(link.drain(PATIENCE));
        last += 1;
    }
    receiver.join().unwrap();
}

#[test]
fn a_link_that_is_gone_leaves_no_socket() {
    if !may_make_networks("a_link_that_is_gone_leaves_no_socket") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let sockets = || {
        let table = std::fs::read_to_string("/proc/thread-self/net/packet").unwrap();
        table.lines().count() - 1
    };
    for drop_it in [drop, |link: Link| assert!(link.stop().is_ok())] {
        let link = hosts[0].link("a", &Impairments::default(), 1);
        assert!(sockets() > 0);
        drop_it(link);
        // Nobody waits for the thread to close them.
        let begin = Instant::now();
        while sockets() > 0 {
            assert!(begin.elapsed() < PATIENCE);
            thread::yield_now();
        }
    }
}

#[test]
fn a_missing_interface_is_named() {
    if !may_make_networks("a_missing_interface_is_named") {
        return;
    }
    let error = Link::start(LinkSpec {
        host: "a".into(),
        tap: "lab0-tap".into(),
        wire: "eth0".into(),
        plan: Impairments::default().into(),
        hosts: Vec::new(),
        router: IpAddr::from([198, 18, 0, 254]),
        seed: 1,
    })
    .unwrap_err();
    assert!(
        matches!(&error, LinkError::NoInterface { name, .. } if name == "lab0-tap"),
        "{error:?}"
    );
}
