//! What the user-space link does to packets for one host, at one time, and for packets that are too
//! large; and what it makes of copies and flipped bits.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use link::{Counters, Link, PhaseBegan};
use scenario::{
    impairment::{Chance, Impairments, Loss},
    plan::{Change, LinkPlan, LinkState},
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket},
    thread,
    time::{Duration, SystemTime},
};
use support::{Family, Host, two_hosts};
use testkit::may_make_networks;

const PATIENCE: Duration = Duration::from_secs(20);

fn losing(percent: &str) -> Impairments {
    Impairments {
        loss: Loss::Independent(chance(percent)),
        ..Impairments::default()
    }
}

fn chance(percent: &str) -> Chance {
    Chance::of(percent.parse().unwrap())
}

fn sockets(hosts: &[Host; 2]) -> (UdpSocket, UdpSocket) {
    let (client, server) = (hosts[0].udp(), hosts[1].udp());
    client.connect(server.local_addr().unwrap()).unwrap();
    (client, server)
}

/// The link of the first host, who knows the second one as "b".
fn link(hosts: &[Host; 2], plan: LinkPlan) -> Link {
    hosts[0].link_by_plan("a", plan, vec![("b".into(), hosts[1].address)], 1)
}

fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

fn ended(link: Link) -> Counters {
    assert!(link.drain(PATIENCE));
    link.stop().unwrap().counters
}

fn both(test: impl Fn(Family)) {
    for family in [Family::V4, Family::V6] {
        test(family);
    }
}

#[test]
fn what_is_asked_toward_a_host_is_all_that_happens_to_its_packets() {
    if !may_make_networks("what_is_asked_toward_a_host_is_all_that_happens_to_its_packets") {
        return;
    }
    both(|family| {
        let hosts = two_hosts(family, 1500);
        let mut plan = LinkPlan::from(losing("100%"));
        plan.start.toward.insert("b".into(), Impairments::default());
        let link = link(&hosts, plan);
        let (client, server) = sockets(&hosts);
        client.send(b"passes").unwrap();
        assert_eq!(server.recv(&mut [0; 10]).unwrap(), 6);
        let counters = ended(link);
        assert_eq!((counters.offered, counters.delivered), (1, 1));
    });
}

#[test]
fn a_cut_lets_nothing_through_until_it_is_healed() {
    if !may_make_networks("a_cut_lets_nothing_through_until_it_is_healed") {
        return;
    }
    both(|family| {
        let hosts = two_hosts(family, 1500);
        let whole = LinkState::default();
        let cut = LinkState {
            cut: ["b".to_owned()].into(),
            ..LinkState::default()
        };
        let change = |seconds, state: &LinkState| Change {
            at: Duration::from_secs(seconds),
            state: state.clone(),
        };
        let plan = LinkPlan {
            changes: vec![change(100, &cut), change(200, &whole)],
            ..LinkPlan::default()
        };
        let link = link(&hosts, plan);
        let (client, server) = sockets(&hosts);
        // Time passes by moving the beginning: the changes are due at once, one by one.
        let begin = |seconds: u64| {
            link.begin(now() - seconds * 1_000_000_000);
            assert!(link.drain(PATIENCE));
        };
        begin(0);
        client.send(b"1").unwrap();
        assert!(link.drain(PATIENCE));
        begin(150);
        client.send(b"2").unwrap();
        assert!(link.drain(PATIENCE));
        begin(250);
        client.send(b"3").unwrap();
        let arrived: Vec<u8> = (0..2)
            .map(|_| {
                let mut byte = [0];
                server.recv(&mut byte).unwrap();
                byte[0]
            })
            .collect();
        assert_eq!(arrived, b"13");
        assert!(link.drain(PATIENCE));
        let report = link.stop().unwrap();
        let counters = report.counters;
        assert_eq!(
            (counters.offered, counters.cut, counters.delivered),
            (3, 1, 2)
        );
        let states: Vec<_> = report.phases.iter().map(|phase| &phase.state).collect();
        assert_eq!(states, [&whole, &cut, &whole]);
    });
}

#[test]
fn changes_come_at_their_time_without_traffic_and_those_to_come_are_not_reported() {
    let name = "changes_come_at_their_time_without_traffic_and_those_to_come_are_not_reported";
    if !may_make_networks(name) {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let (soon, late) = (Duration::from_millis(20), Duration::from_secs(3600));
    let plan = LinkPlan {
        changes: vec![
            Change {
                at: soon,
                state: losing("50%").into_state(),
            },
            Change {
                at: late,
                state: LinkState::default(),
            },
        ],
        ..LinkPlan::default()
    };
    let link = link(&hosts, plan);
    let begin = now();
    link.begin(begin);
    while now() < begin + 25_000_000 {
        thread::yield_now();
    }
    assert!(link.drain(PATIENCE));
    let phases = link.stop().unwrap().phases;
    assert_eq!(phases.len(), 2, "{phases:?}");
    let PhaseBegan { at, .. } = phases[1];
    assert_eq!(at, begin + 20_000_000);
}

trait IntoState {
    fn into_state(self) -> LinkState;
}

impl IntoState for Impairments {
    fn into_state(self) -> LinkState {
        LinkPlan::from(self).start
    }
}

#[test]
fn without_a_beginning_nothing_changes() {
    if !may_make_networks("without_a_beginning_nothing_changes") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let plan = LinkPlan {
        changes: vec![Change {
            at: Duration::ZERO,
            state: losing("100%").into_state(),
        }],
        ..LinkPlan::default()
    };
    let link = link(&hosts, plan);
    let (client, server) = sockets(&hosts);
    client.send(b"x").unwrap();
    server.recv(&mut [0; 1]).unwrap();
    assert!(link.drain(PATIENCE));
    assert_eq!(link.stop().unwrap().phases.len(), 1);
}

#[test]
fn a_duplicate_arrives_twice() {
    if !may_make_networks("a_duplicate_arrives_twice") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let twice = Impairments {
        duplicate: chance("100%"),
        ..Impairments::default()
    };
    let link = link(&hosts, twice.into());
    let (client, server) = sockets(&hosts);
    client.send(b"Michael").unwrap();
    for _ in 0..2 {
        let mut name = [0; 10];
        assert_eq!(server.recv(&mut name).unwrap(), 7);
        assert_eq!(&name[..7], b"Michael");
    }
    let counters = ended(link);
    assert_eq!(
        (counters.offered, counters.duplicated, counters.delivered),
        (1, 1, 2)
    );
}

#[test]
fn a_packet_with_a_flipped_bit_arrives_at_the_interface_and_no_program() {
    if !may_make_networks("a_packet_with_a_flipped_bit_arrives_at_the_interface_and_no_program") {
        return;
    }
    both(|family| {
        const DATAGRAMS: u64 = 50;
        let hosts = two_hosts(family, 1500);
        let flipped = Impairments {
            corrupt: chance("100%"),
            ..Impairments::default()
        };
        let link = link(&hosts, flipped.into());
        let (client, server) = sockets(&hosts);
        for _ in 0..DATAGRAMS {
            client.send(&[0x55; 1000]).unwrap();
        }
        let counters = ended(link);
        assert_eq!(
            (counters.delivered, counters.corrupted),
            (DATAGRAMS, DATAGRAMS)
        );
        // All came, by the right address; checksums tell.
        assert_eq!(hosts[1].frames("eth0").0, DATAGRAMS);
        server.set_nonblocking(true).unwrap();
        let mut buffer = [0; 2000];
        while let Ok(length) = server.recv(&mut buffer) {
            // A bit of the IP header that its checksum does not cover (IPv6 has none).
            assert_eq!(buffer[..length], [0x55; 1000]);
            assert_eq!(family, Family::V6);
        }
    });
}

/// Sends bytes over TCP through a router that takes 600 bytes (IPv6: 1280). Returns what the link
/// counted, and whether they had arrived before patience ran out.
fn stream(family: Family, is_black_hole: bool, patience: Duration) -> (Counters, bool) {
    const BYTES: usize = 50_000;
    let hosts = two_hosts(family, 1500);
    let narrow = Impairments {
        path_mtu: Some(if family == Family::V4 { 600 } else { 1280 }),
        black_hole: is_black_hole,
        ..Impairments::default()
    };
    let links = [
        link(&hosts, narrow.into()),
        hosts[1].link("b", &Impairments::default(), 1),
    ];
    hosts[1].enter();
    let listener = TcpListener::bind(SocketAddr::new(hosts[1].address, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let receiver = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        let mut received = Vec::new();
        match stream.read_to_end(&mut received) {
            Ok(_) => received.len() == BYTES,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                assert!(received.is_empty(), "{} bytes", received.len());
                false
            }
        }
    });
    hosts[0].enter();
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.write_all(&[7; BYTES]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let arrived = receiver.join().unwrap();
    let [counters, _] = links.map(|link| link.stop().unwrap().counters);
    (counters, arrived)
}

#[test]
fn a_router_tells_its_mtu_and_tcp_goes_on_with_smaller_segments() {
    if !may_make_networks("a_router_tells_its_mtu_and_tcp_goes_on_with_smaller_segments") {
        return;
    }
    both(|family| {
        let (counters, arrived) = stream(family, false, PATIENCE);
        assert!(arrived, "{counters:?}");
        assert!(counters.refused > 0, "{counters:?}");
        assert_eq!(counters.fragments, 0);
    });
}

#[test]
fn a_black_hole_says_nothing_and_tcp_stands_still() {
    if !may_make_networks("a_black_hole_says_nothing_and_tcp_stands_still") {
        return;
    }
    both(|family| {
        let (counters, arrived) = stream(family, true, Duration::from_secs(1));
        assert!(!arrived, "{counters:?}");
        assert!(counters.refused > 0, "{counters:?}");
    });
}

#[test]
fn a_router_cuts_datagrams_that_may_be_cut() {
    if !may_make_networks("a_router_cuts_datagrams_that_may_be_cut") {
        return;
    }
    let hosts = two_hosts(Family::V4, 1500);
    let narrow = Impairments {
        path_mtu: Some(600),
        ..Impairments::default()
    };
    let link = link(&hosts, narrow.into());
    support::without_path_mtu_discovery(&hosts[0]);
    let (client, server) = sockets(&hosts);
    let sent: Vec<u8> = (0..3000).map(|n| (n % 251) as u8).collect();
    client.send(&sent).unwrap();
    let mut received = vec![0; 4000];
    let length = server.recv(&mut received).unwrap();
    assert!(received[..length] == sent);
    let counters = ended(link);
    // The host itself cuts 3,008 bytes of payload into 1,480, 1,480 and 48; the router cuts each
    // of the large ones into 576, 576 and 328.
    assert_eq!(
        (counters.offered, counters.fragments, counters.delivered),
        (3, 4, 7)
    );
}
