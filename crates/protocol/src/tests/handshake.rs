//! The framing that takes turns.

use super::pair::*;
use crate::*;
use std::time::Duration;

#[test]
fn a_handshake_in_full() {
    let [client, server] = greeters("handshake", Wait::Reply, &["Tracy"]);
    let [client, server] = play(&client, &server, whole);
    assert_eq!(client.sent, b"ready!5Tracyready!");
    assert_eq!(server.sent, b"8Welcome!ready!13Hello, Tracy!");
    // The message's range leaves out the reply before it.
    assert!(
        client.trace.contains(&"message 6..12 7..12".to_owned()),
        "{:?}",
        client.trace
    );
    assert_eq!(server.understood, ["Tracy"]);
    assert_eq!(client.understood, ["Welcome!", "Hello, Tracy!"]);
}

/// Plays a read by hand.
fn read(side: &mut Side, bytes: &[u8]) {
    side.heard.extend(bytes);
    assert!(
        side.read.take().is_some(),
        "it does not read: {:?}",
        side.trace
    );
    side.tell(StreamEvent::Read(bytes));
}

/// Completes writes until there are none, and gives their bytes.
fn written(side: &mut Side) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(write) = side.write.take() {
        bytes.extend(write);
        side.tell(StreamEvent::Wrote);
    }
    bytes
}

fn server(think: Duration) -> Side {
    let [_, mut config] = greeters("handshake", Wait::Reply, &[]);
    config.think = think;
    let mut side = Side::new(&config);
    side.tell(StreamEvent::Opened);
    side
}

#[test]
fn a_reply_may_be_read_before_the_write_of_the_length_returns() {
    let mut side = server(Duration::ZERO);
    assert_eq!(side.write.as_deref(), Some(&b"8"[..]));
    read(&mut side, b"ready!");
    side.write = None;
    side.tell(StreamEvent::Wrote);
    assert_eq!(side.write.as_deref(), Some(&b"Welcome!"[..]));
}

#[test]
fn a_client_that_has_closed_can_not_reply_and_does_not_hold_up_the_server() {
    for think in [Duration::ZERO, Duration::from_millis(5)] {
        let mut side = server(think);
        written(&mut side);
        read(&mut side, b"ready!");
        written(&mut side);
        read(&mut side, b"7");
        assert_eq!(written(&mut side), b"ready!");
        read(&mut side, b"Michael");
        side.read = None;
        side.tell(StreamEvent::Eof);
        if std::mem::take(&mut side.wait) {
            side.tell(StreamEvent::Woke);
        }
        written(&mut side);
        assert!(side.closed, "{:?}", side.trace);
    }
}

/// A client that does not wait for answers can say `exit` while the server thinks.
#[test]
fn the_last_answers_reply_is_read_even_after_exit() {
    let mut side = server(Duration::from_millis(5));
    written(&mut side);
    read(&mut side, b"ready!");
    written(&mut side);
    for message in ["Michael", "exit"] {
        read(&mut side, message.len().to_string().as_bytes());
        assert_eq!(written(&mut side), b"ready!");
        read(&mut side, message.as_bytes());
    }
    side.tell(StreamEvent::Woke);
    assert_eq!(written(&mut side), b"15");
    read(&mut side, b"ready!");
    assert_eq!(written(&mut side), b"Hello, Michael!");
    assert!(side.closed);
}
