//! docs/wire.md against the machines: every example there is what they say.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use protocol::{Framing, Orders, PeerConfig, ProtocolName, Ran, Role, StreamEvent, stream_peer};
use std::collections::VecDeque;

const PAGE: &str = include_str!("../../../docs/wire.md");

/// The example under the heading: the lines of its `wire` block, as (from the client, bytes).
fn example(heading: &str) -> Vec<(bool, Vec<u8>)> {
    let begin = PAGE.find(&format!("### {heading}\n")).unwrap();
    let block = PAGE[begin..]
        .split("```wire\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    block
        .lines()
        .map(|line| {
            let (arrow, text) = line.split_once(' ').unwrap();
            let text = text.strip_prefix("b\"").unwrap().strip_suffix('"').unwrap();
            (arrow == "→", unescape(text))
        })
        .collect()
}

fn unescape(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        if let Some(hex) = rest.strip_prefix("\\x") {
            bytes.push(u8::from_str_radix(&hex[..2], 16).unwrap());
            rest = &hex[2..];
        } else if let Some(after) = rest.strip_prefix("\\r") {
            bytes.push(b'\r');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\n") {
            bytes.push(b'\n');
            rest = after;
        } else {
            bytes.extend(first.to_string().bytes());
            rest = &rest[first.len_utf8()..];
        }
    }
    bytes
}

/// What the two machines say to each other, every write delivered whole by one read.
fn conversation(client: &PeerConfig, server: &PeerConfig) -> Vec<(bool, Vec<u8>)> {
    let mut machines = [stream_peer(client), stream_peer(server)];
    let mut said = Vec::new();
    // What is to happen, to whom: bytes, or a side's close.
    let mut ahead: VecDeque<(usize, Option<Vec<u8>>)> = VecDeque::new();
    let mut tell = |at: usize, event: StreamEvent<'_>, ahead: &mut VecDeque<_>| {
        let mut event = Some(event);
        while let Some(now) = event.take() {
            let mut orders = Orders::default();
            machines[at].on(now, &mut orders);
            if let Some(bytes) = orders.write {
                said.push((at == 0, bytes.clone()));
                ahead.push_back((1 - at, Some(bytes)));
                event = Some(StreamEvent::Wrote);
            }
            if let Some(command) = orders.run {
                assert_eq!(command.argv, ["echo", "Michael"]);
                event = Some(StreamEvent::Ran(Ran::Ended {
                    status: Some(0),
                    stdout: b"Michael\n",
                    stderr: b"",
                }));
            }
            if orders.end.is_some() {
                ahead.push_back((1 - at, None));
            }
        }
    };
    tell(0, StreamEvent::Opened, &mut ahead);
    tell(1, StreamEvent::Opened, &mut ahead);
    for _ in 0..100 {
        match ahead.pop_front() {
            Some((at, Some(bytes))) => tell(at, StreamEvent::Read(&bytes), &mut ahead),
            Some((at, None)) => tell(at, StreamEvent::Eof, &mut ahead),
            None => break,
        }
    }
    said
}

/// A client and a server of this protocol.
fn pair(protocol: ProtocolName, framing: &str, send: &str) -> [PeerConfig; 2] {
    let mut client = PeerConfig::new(Role::TcpClient);
    client.protocol = protocol;
    client.framing = framing.parse::<Framing>().unwrap();
    client.to = Some("127.0.0.1:9999".parse().unwrap());
    client.send = vec![send.into()];
    let mut server = PeerConfig::new(Role::TcpServer);
    server.protocol = protocol;
    server.framing = client.framing.clone();
    [client, server]
}

#[test]
fn http_and_commands_are_what_the_machines_say() {
    for framing in ["until-close", "content-length", "chunked"] {
        let [client, mut server] = pair(ProtocolName::Http, framing, "/");
        server.bytes = 9;
        let heading = format!("http {framing}");
        assert_eq!(
            conversation(&client, &server),
            example(&heading),
            "{framing}"
        );
    }
    let [client, mut server] = pair(ProtocolName::Command, "i32", "echo Michael");
    server.allow = client.send.clone();
    assert_eq!(conversation(&client, &server), example("command i32"));
}

#[test]
fn every_example_is_what_the_machines_say() {
    for framing in [
        "none",
        "handshake",
        "i32",
        "u16",
        "u32",
        "delimiter:\\n",
        "content-length",
        "chunked",
        "fixed:7",
        "until-close",
    ] {
        let [client, server] = pair(ProtocolName::Greeting, framing, "Michael");
        assert_eq!(
            conversation(&client, &server),
            example(framing),
            "{framing}"
        );
    }
}
