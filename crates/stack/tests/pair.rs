//! Two hosts that hand each other their packets.

use protocol::{PeerConfig, Role};
use stack::{Host, Identity, Nanos};
use std::net::IpAddr;

const SECOND: Nanos = 1_000_000_000;

fn host(number: u8) -> Host {
    let identity = Identity {
        address: IpAddr::from([198, 18, 0, number]),
        prefix: 24,
        mtu: 1500,
        quick_ack: false,
    };
    Host::new(identity, u64::from(number))
}

/// Plays until neither has anything due within a minute.
fn play(hosts: &mut [Host; 2]) {
    let mut now = SECOND;
    while now < 60 * SECOND {
        let [one, other] = hosts;
        let (from_one, from_other): (Vec<_>, Vec<_>) =
            (one.sent().collect(), other.sent().collect());
        if from_one.is_empty() && from_other.is_empty() {
            let due = [one.next_due(), other.next_due()];
            match due.into_iter().flatten().min() {
                Some(due) => now = now.max(due),
                None => return,
            }
        }
        now += 1_000;
        from_one
            .into_iter()
            .for_each(|packet| other.receive(now, packet));
        from_other
            .into_iter()
            .for_each(|packet| one.receive(now, packet));
        for host in &mut *hosts {
            while host.next_due().is_some_and(|due| due <= now) {
                host.run(now);
            }
        }
    }
}

#[test]
fn connections_that_have_ended_are_not_open() {
    let mut hosts = [host(1), host(2)];
    let [server, client] = &mut hosts;
    let serving = PeerConfig {
        listen: Some("198.18.0.1:9999".parse().unwrap()),
        ..PeerConfig::new(Role::TcpServer)
    };
    let asking = PeerConfig {
        to: Some("198.18.0.1:9999".parse().unwrap()),
        send: vec!["Michael".to_owned()],
        ..PeerConfig::new(Role::TcpClient)
    };
    server.launch("tcp", &serving, SECOND).unwrap();
    client.launch("tcp", &asking, SECOND).unwrap();
    hosts.iter_mut().for_each(|host| host.go(SECOND));
    play(&mut hosts);
    hosts.iter_mut().for_each(|host| host.stop(60 * SECOND));
    assert!(hosts.iter().all(Host::is_finished));
    assert_eq!(hosts.each_ref().map(Host::open_connections), [0, 0]);
}
