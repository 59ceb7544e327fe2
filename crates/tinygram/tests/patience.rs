//! How long a connection waits for an other side that is gone, on a real kernel.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::fs;
use support::{Workshop, namespaces};

/// A server that is cut off for good after half a second, while the client waits for its reply to one
/// message or goes on writing.
const CUT: &str = "
deadline: 9s
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32, think: 30s}}}
  client:
    run: {tcp: {peer: tcp-client, to: server, framing: i32, send: [a, b]}}
timeline: [{at: 500ms, host: server, link: down}]
variants:
  keepalive: {set: {client.tcp.keepalive: 1s, client.tcp.keepalive-probes: 2}}
  user-timeout:
    set: {client.tcp.wait: never, client.tcp.write-pause: 1s, client.tcp.user-timeout: 1500ms}
";

#[test]
fn keepalives_and_the_user_timeout_end_a_connection_whose_other_side_is_gone() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let file = workshop.scenario("cut", CUT);
    workshop.run(&["run", file.to_str().unwrap(), "--backend", "netns"]);
    for variant in ["keepalive", "user-timeout"] {
        let diary = workshop.latest(variant).join("client.events.jsonl");
        let diary = fs::read_to_string(diary).unwrap();
        let events: Vec<Value> = diary
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let closed = events.iter().find(|event| event["how"] == "timed-out");
        let closed = closed.unwrap_or_else(|| panic!("{variant}: {diary}"));
        let took = closed["at"].as_u64().unwrap() - events[0]["at"].as_u64().unwrap();
        // Never earlier than it was told; a busy machine may be late.
        assert!(took >= 2_000_000_000, "{variant}: {took}");
    }
}
