//! Greeting over streams.

use super::pair::*;
use crate::*;
use std::time::Duration;

#[test]
fn a_conversation_in_turns_without_framing() {
    let [client, server] = greeters("none", Wait::Reply, &["Michael", "exit"]);
    let [client, server] = play(&client, &server, whole);
    assert_eq!(
        client.trace,
        [
            "understood 0..8 0..8",
            "message 0..7 0..7",
            "write Michael",
            "understood 8..23 8..23",
            "message 7..11 7..11",
            "write exit",
            "close",
        ]
    );
    assert_eq!(server.understood, ["Michael", "exit"]);
}

#[test]
fn a_pipelining_client_writes_everything_and_half_closes() {
    let [client, server] = greeters("none", Wait::Never, &["Michael", "Tracy", "Sarah"]);
    let [client, server] = play(&client, &server, whole);
    let writes: Vec<_> = client
        .trace
        .iter()
        .filter(|line| line.starts_with("write"))
        .collect();
    assert_eq!(writes, ["write Michael", "write Tracy", "write Sarah"]);
    assert!(
        client.trace.contains(&"half-close".to_owned()),
        "{:?}",
        client.trace
    );
    assert_eq!(server.trace.last().unwrap(), "close");
}

#[test]
fn a_naive_server_takes_one_read_for_one_message() {
    let [client, server] = greeters("none", Wait::Never, &["Michael", "Tracy", "Sarah"]);
    // The server's reads: what Nagle's algorithm makes of three writes.
    let mut server_side = Side::new(&server);
    server_side.tell(StreamEvent::Opened);
    server_side.write = None;
    server_side.tell(StreamEvent::Wrote);
    for read in [&b"Michael"[..], b"TracySarah"] {
        server_side.heard.extend(read);
        server_side.read = None;
        server_side.tell(StreamEvent::Read(read));
        server_side.write = None;
        server_side.tell(StreamEvent::Wrote);
    }
    assert_eq!(server_side.understood, ["Michael", "TracySarah"]);
    assert!(
        server_side
            .trace
            .contains(&"write Hello, TracySarah!".to_owned())
    );
    assert!(client.problems().is_empty());
}

#[test]
fn until_close_has_one_message_each_way_and_no_welcome() {
    let [client, server] = greeters("until-close", Wait::Reply, &["Michael"]);
    let [client, server] = play(&client, &server, |there| there.min(3));
    assert_eq!(server.understood, ["Michael"]);
    assert_eq!(client.understood, ["Hello, Michael!"]);
}

#[test]
fn nothing_is_answered_after_exit() {
    let [client, server] = greeters("i32", Wait::Never, &["Michael", "exit", "Sarah"]);
    let [client, server] = play(&client, &server, whole);
    assert_eq!(client.understood, ["Welcome!", "Hello, Michael!"]);
    assert_eq!(server.trace.last().unwrap(), "close");
}

#[test]
fn a_thinking_server_answers_in_order() {
    let [client, mut server] = greeters("i32", Wait::Never, &["a", "b", "c"]);
    server.think = Duration::from_millis(5);
    let [client, _] = play(&client, &server, whole);
    assert_eq!(
        client.understood,
        ["Welcome!", "Hello, a!", "Hello, b!", "Hello, c!"]
    );
}

#[test]
fn garbage_is_noted_and_ends_the_connection() {
    let [_, server] = greeters("i32", Wait::Reply, &[]);
    let mut side = Side::new(&server);
    side.tell(StreamEvent::Opened);
    side.read = None;
    side.tell(StreamEvent::Read(b"GET / HTTP/1.1"));
    assert!(side.trace.iter().any(|line| line.starts_with("malformed")));
    assert_eq!(side.read, None);
    side.write = None;
    side.tell(StreamEvent::Wrote);
    assert!(side.closed);
}

/// Whether a message is answered must not depend on whether garbage shares its read.
#[test]
fn what_was_understood_before_garbage_is_answered() {
    let [_, server] = greeters("i32", Wait::Reply, &[]);
    for reads in [
        &[&b"\x01\0\0\0a\xff\xff\xff\xff"[..]][..],
        &[b"\x01\0\0\0a", b"\xff\xff\xff\xff"],
    ] {
        let mut side = Side::new(&server);
        side.tell(StreamEvent::Opened);
        for read in reads {
            side.heard.extend(*read);
            side.read = None;
            side.tell(StreamEvent::Read(read));
        }
        while side.write.take().is_some() {
            side.tell(StreamEvent::Wrote);
        }
        let writes = side.trace.iter().filter(|line| line.starts_with("write"));
        assert_eq!(
            writes.count(),
            2,
            "the welcome and one answer: {:?}",
            side.trace
        );
        assert!(side.closed);
    }
}
