//! Hosts on smoltcp beside hosts on Linux's stack, on one lab network.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::fs;
use support::{Workshop, assert_exit, namespaces, stderr, stdout};

/// TCP and UDP, either way round, with links and MTUs that matter.
const BOTH_WAYS: &str = "
link: {delay: 5ms}
hosts:
  server:
    run:
      tcp: {peer: tcp-server, protocol: greeting, framing: i32}
      udp: {peer: udp-peer, protocol: greeting}
  client:
    link: {mtu: 1280}
    run:
      tcp:
        peer: tcp-client
        to: server
        protocol: greeting
        framing: i32
        send: [Michael, Tracy, Sarah]
        wait: reply
  udp-peer:
    run:
      udp: {peer: udp-peer, to: server, protocol: greeting, send: [Michael, Tracy, Sarah]}
variants:
  server-on-smoltcp:
    set: {server.stack: smoltcp}
  clients-on-smoltcp:
    set: {client.stack: smoltcp, udp-peer.stack: smoltcp}
  over-ipv6:
    set: {server.stack: smoltcp, network.family: ipv6}
expect:
  - {value: server.tcp.understood, is: 3}
  # And the welcome.
  - {value: client.tcp.understood, is: 4}
  - {value: server.udp.understood, is: 3}
  - {value: udp-peer.udp.understood, is: 3}
  - {condition: delay}
";

#[test]
fn hosts_on_smoltcp_and_on_linux_talk_to_each_other() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario("both-ways", BOTH_WAYS);
    let output = workshop.run(&["run", "both-ways.yaml", "--backend", "netns"]);
    assert_exit(&output, 0);
    let text = stdout(&output);
    let on_smoltcp = |hosts: &str| text.contains(&format!("a stack in user space: {hosts}."));
    assert!(
        on_smoltcp("server") && on_smoltcp("client, udp-peer"),
        "{text}"
    );
    let manifest = fs::read(workshop.latest("server-on-smoltcp").join("manifest.json"));
    let manifest: Value = serde_json::from_slice(&manifest.unwrap()).unwrap();
    let stacks = manifest["hosts"].as_array().unwrap().iter();
    let stacks: Vec<bool> = stacks.map(|host| host["stack"].is_string()).collect();
    assert_eq!(stacks, [true, false, false]);
}

#[test]
fn a_program_that_can_not_connect_from_smoltcp_breaks_the_run_and_says_so() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "alone",
        "
hosts:
  server: {run: {udp: {peer: udp-peer}}}
  client:
    stack: smoltcp
    run: {tcp: {peer: tcp-client, to: server, port: 9, send: [hi], connect-timeout: 200ms}}
",
    );
    let output = workshop.run(&["run", "alone.yaml", "--backend", "netns"]);
    assert_exit(&output, 1);
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains("tcp failed: "), "{said}");
}

#[test]
fn what_needs_linux_is_skipped_in_the_simulation_and_the_rest_is_played() {
    let workshop = Workshop::new();
    workshop.scenario("both-ways", BOTH_WAYS);
    let sim = ["run", "both-ways.yaml", "--backend", "sim"];
    assert_exit(&workshop.run(&sim), 0);
    let on_linux = BOTH_WAYS.replace("{server.stack: smoltcp}", "{server.stack: linux}");
    workshop.scenario("both-ways", &on_linux);
    let output = workshop.run(&sim);
    assert_exit(&output, 0);
    let said = stdout(&output) + &stderr(&output);
    assert!(
        said.contains("server-on-smoltcp: host server is on Linux's stack"),
        "{said}"
    );
}
