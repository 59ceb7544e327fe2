//! The user-space link on real hosts: delay, loss and MTU do what the scenario says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::fs;
use support::{Workshop, assert_exit, namespaces};

fn json(path: impl AsRef<std::path::Path>) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A host's diary.
fn events(workshop: &Workshop, host: &str) -> Vec<Value> {
    let path = workshop
        .latest("plain")
        .join(format!("{host}.events.jsonl"));
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn link(workshop: &Workshop, host: &str) -> Value {
    let manifest = json(workshop.latest("plain").join("manifest.json"));
    let hosts = manifest["hosts"].as_array().unwrap();
    hosts.iter().find(|record| record["name"] == host).unwrap()["link"].clone()
}

/// A source sends 200 datagrams over a link that loses one in five.
fn lossy(seed: u64) -> (Vec<Value>, Value) {
    let workshop = Workshop::new();
    workshop.scenario(
        "lossy",
        "hosts:\n  sink:\n    run:\n      udp: {peer: udp-peer, protocol: sink, port: 9999}\n  \
         source:\n    link: {loss: 20%, delay: 5ms}\n    run:\n      \
         udp: {peer: udp-peer, protocol: source, to: 'sink:9999', bytes: 20000B, write: 100B, write-pause: 100us}\n",
    );
    assert_exit(
        &workshop.run(&["run", "lossy.yaml", "--seed", &seed.to_string()]),
        0,
    );
    let received = events(&workshop, "sink")
        .into_iter()
        .filter(|event| event["event"] == "datagram-received")
        .map(|event| event["digest"].clone())
        .collect();
    (received, link(&workshop, "source"))
}

#[test]
fn a_seed_loses_the_same_packets_every_time() {
    if !namespaces() {
        return;
    }
    let (received, link) = lossy(3);
    let (again, _) = lossy(3);
    assert_eq!(received, again);
    let (other, _) = lossy(4);
    assert_ne!(received, other);
    let count = |name: &str| link[name].as_u64().unwrap();
    assert_eq!((count("offered"), count("overrun")), (200, 0));
    assert_eq!(count("delivered") + count("lost"), 200);
    assert_eq!(received.len() as u64, count("delivered"));
    // 200 draws of one in five: 40, and outside of 16..64 once in 70,000 seeds.
    assert!((16..64).contains(&count("lost")), "{link}");
}

#[test]
fn a_small_mtu_makes_small_segments() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "small",
        "link: {mtu: 576}\nhosts:\n  sink:\n    run:\n      tcp: {peer: tcp-server, protocol: sink}\n  \
         source:\n    run:\n      tcp: {peer: tcp-client, to: sink, protocol: source, bytes: 52400B}\n\
         expect:\n  - {value: source.tcp.segments, is: 100}\n",
    );
    // 576 bytes less IP and TCP headers with time stamps: 524 bytes a segment.
    assert_exit(&workshop.run(&["run", "small.yaml"]), 0);
}

#[test]
fn large_packets_pass_a_large_mtu() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "large",
        "link: {mtu: 65535}\nhosts:\n  sink:\n    run:\n      udp: {peer: udp-peer, protocol: sink, port: 9999, read: 64KiB}\n  \
         source:\n    run:\n      udp: {peer: udp-peer, protocol: source, to: 'sink:9999', bytes: 60000B, write: 60000B}\n",
    );
    assert_exit(&workshop.run(&["run", "large.yaml"]), 0);
    let lengths: Vec<Value> = events(&workshop, "sink")
        .into_iter()
        .filter(|event| event["event"] == "datagram-received")
        .map(|event| event["len"].clone())
        .collect();
    assert_eq!(lengths, [60_000]);
}

#[test]
fn ipv6_works_as_ipv4_does() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "six",
        "network: {family: ipv6}\nlink: {delay: 10ms}\nhosts:\n  server:\n    run:\n      tcp: {peer: tcp-server}\n      udp: {peer: udp-peer}\n  \
         client:\n    run:\n      tcp: {peer: tcp-client, to: server, send: [Michael, Tracy]}\n      \
         udp: {peer: udp-peer, to: server, send: [Sarah]}\n\
         expect:\n  - {value: server.tcp.understood, is: 2}\n  - {value: server.udp.understood, is: 1}\n",
    );
    assert_exit(&workshop.run(&["run", "six.yaml"]), 0);
    // Only the programs' packets pass the link: the same number every time.
    let first = link(&workshop, "client")["offered"].clone();
    assert_exit(&workshop.run(&["run", "six.yaml"]), 0);
    assert_eq!(link(&workshop, "client")["offered"], first);
}
