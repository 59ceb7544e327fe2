//! Our peers against each other on loopback, in every framing; what they understood must agree
//! with their diaries, and the diaries with each other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Played, Stage, client, connections, server, turned};
use protocol::{Framing, PeerConfig, ProtocolName, Role, Wait};
use record::event::{Closing, EventKind};
use std::time::Duration;

const FRAMINGS: [&str; 5] = ["handshake", "i32", "u16", "u32", "delimiter:\\n"];

/// Replies in the order they were understood, from lines like `127.0.0.1:9 "Hello" (5 bytes)`.
fn said(story: &str) -> Vec<&str> {
    story
        .lines()
        .filter_map(|line| line.split('"').nth(1))
        .collect()
}

/// Both diaries of one run tell the same bytes and, where a framing marks them, the same messages.
fn agree(server: &Played, client: &Played) {
    let (servers, clients) = (connections(&server.events), connections(&client.events));
    assert_eq!(servers.len(), clients.len());
    for (conn, ours) in clients {
        let theirs = &servers[&turned(conn)];
        assert_eq!((ours.read, ours.written), (theirs.written, theirs.read));
        assert_eq!(ours.understood, theirs.messages, "{conn:?}");
        assert_eq!(theirs.understood, ours.messages, "{conn:?}");
        assert_eq!(ours.closing, Some(Closing::Finished));
        assert_eq!(theirs.closing, Some(Closing::Finished));
    }
}

#[tokio::test]
async fn every_framing_keeps_messages_apart_waiting_or_not() {
    for framing in FRAMINGS {
        for wait in [Wait::Never, Wait::Reply] {
            let framing: Framing = framing.parse().unwrap();
            if framing == Framing::Handshake && wait == Wait::Never {
                continue; // its sender waits by itself, and the options refuse it
            }
            let stage = Stage::new();
            let serving = PeerConfig {
                framing: framing.clone(),
                ..server()
            };
            let serving = stage.start("server", serving).await;
            let asking = PeerConfig {
                framing: framing.clone(),
                wait,
                ..client(serving.address)
            };
            let asked = stage.play("client", asking).await;
            let served = serving.stop().await;
            let context = format!("{framing} {wait:?}\n{}", asked.story);
            assert!(asked.summary.as_ref().unwrap().went_well(), "{context}");
            assert!(served.summary.as_ref().unwrap().went_well(), "{context}");
            assert_eq!(
                said(&served.story),
                ["Michael", "Tracy", "Sarah"],
                "{context}"
            );
            let replies = [
                "Welcome!",
                "Hello, Michael!",
                "Hello, Tracy!",
                "Hello, Sarah!",
            ];
            assert_eq!(said(&asked.story), replies, "{context}");
            agree(&served, &asked);
        }
    }
}

#[tokio::test]
async fn fixed_size_and_until_close_carry_what_they_can() {
    let cases: [(&str, &[&str], &[&str]); 2] = [
        ("fixed:5", &["Tracy", "Sarah"], &["Welco", "Hello", "Hello"]),
        ("until-close", &["Michael"], &["Hello, Michael!"]),
    ];
    for (framing, names, replies) in cases {
        let framing: Framing = framing.parse().unwrap();
        let stage = Stage::new();
        let serving = PeerConfig {
            framing: framing.clone(),
            ..server()
        };
        let serving = stage.start("server", serving).await;
        let asking = PeerConfig {
            framing,
            send: names.iter().map(|name| String::from(*name)).collect(),
            ..client(serving.address)
        };
        let asked = stage.play("client", asking).await;
        let served = serving.stop().await;
        assert_eq!(said(&served.story), names);
        assert_eq!(said(&asked.story), replies);
        agree(&served, &asked);
    }
}

#[tokio::test]
async fn options_that_make_no_sense_together_are_refused() {
    let config = PeerConfig {
        wait: Wait::Never,
        framing: Framing::Handshake,
        ..client(([127, 0, 0, 1], 1).into())
    };
    let played = Stage::new().play("client", config).await;
    let error = played.summary.unwrap_err();
    assert!(matches!(error, peer::PeerError::Options(_)), "{error}");
}

#[tokio::test]
async fn small_writes_and_pauses_are_made_as_ordered() {
    let stage = Stage::new();
    let serving = PeerConfig {
        framing: "i32".parse().unwrap(),
        read: 3,
        ..server()
    };
    let serving = stage.start("server", serving).await;
    let pause = Duration::from_micros(300);
    let asking = PeerConfig {
        framing: "i32".parse().unwrap(),
        write: Some(2),
        write_pause: pause,
        cork: true,
        ..client(serving.address)
    };
    let asked = stage.play("client", asking).await;
    let served = serving.stop().await;
    assert_eq!(said(&served.story), ["Michael", "Tracy", "Sarah"]);
    agree(&served, &asked);
    let mut before: Option<u64> = None;
    for event in &asked.events {
        if let EventKind::Write { begin, range } = &event.kind {
            assert!(range.end - range.start <= 2);
            let waited = before.map_or(Duration::MAX, |at| Duration::from_nanos(begin - at));
            assert!(waited >= pause, "{waited:?} between writes");
            before = Some(event.at);
        }
    }
}

#[tokio::test]
async fn without_framing_waiting_keeps_messages_apart() {
    let stage = Stage::new();
    let serving = stage.start("server", server()).await;
    let asked = stage.play("client", client(serving.address)).await;
    let served = serving.stop().await;
    assert_eq!(said(&served.story), ["Michael", "Tracy", "Sarah"]);
    agree(&served, &asked);
}

#[tokio::test]
async fn without_framing_a_busy_server_merges_what_it_was_sent_meanwhile() {
    let stage = Stage::new();
    let slow = PeerConfig {
        read_pause: Duration::from_millis(20),
        ..server()
    };
    let serving = stage.start("server", slow).await;
    let asking = PeerConfig {
        wait: Wait::Never,
        nodelay: true,
        ..client(serving.address)
    };
    let asked = stage.play("client", asking).await;
    let served = serving.stop().await;
    // How many merge is a matter of time; that no byte is lost or made up is not.
    assert_eq!(said(&served.story).concat(), "MichaelTracySarah");
    let heard = connections(&served.events);
    let heard = heard.values().next().unwrap();
    assert_eq!(heard.reads, heard.understood.len(), "a read is a message");
    assert!(asked.summary.unwrap().went_well());
}

#[tokio::test]
async fn many_clients_are_served_at_once() {
    const CLIENTS: u32 = 50;
    let stage = Stage::new();
    let framing: Framing = "u32".parse().unwrap();
    let serving = PeerConfig {
        framing: framing.clone(),
        think: Duration::from_millis(50),
        ..server()
    };
    let serving = stage.start("server", serving).await;
    let asking = PeerConfig {
        framing,
        connections: CLIENTS,
        ..client(serving.address)
    };
    let asked = stage.play("client", asking).await;
    let served = serving.stop().await;
    assert_eq!(
        served.summary.as_ref().unwrap().understood,
        u64::from(3 * CLIENTS)
    );
    assert_eq!(
        asked.summary.as_ref().unwrap().connections,
        u64::from(CLIENTS)
    );
    agree(&served, &asked);
    // At once: every connection was accepted before the first was done.
    let time = |wanted: fn(&EventKind) -> bool| {
        let events = served
            .events
            .iter()
            .filter(move |event| wanted(&event.kind));
        events.map(|event| event.at).collect::<Vec<_>>()
    };
    let accepted = time(|kind| matches!(kind, EventKind::Accepted));
    let closed = time(|kind| matches!(kind, EventKind::Closed { .. }));
    assert!(accepted.iter().max() < closed.iter().min());
}

#[tokio::test]
async fn bulk_arrives_whole_and_in_order_either_way() {
    const BYTES: u64 = 10_000_000;
    for client_sends in [true, false] {
        let role = |sends| {
            if sends {
                ProtocolName::Source
            } else {
                ProtocolName::Sink
            }
        };
        let stage = Stage::new();
        let bulk = |config: PeerConfig, sends| PeerConfig {
            protocol: role(sends),
            bytes: if sends { BYTES } else { 0 },
            framing: Framing::None,
            read: 64 << 10,
            send: Vec::new(),
            ..config
        };
        let serving = stage.start("server", bulk(server(), !client_sends)).await;
        let asked = stage
            .play("client", bulk(client(serving.address), client_sends))
            .await;
        let served = serving.stop().await;
        let sink = if client_sends { &served } else { &asked };
        let heard = connections(&sink.events);
        assert_eq!(heard.values().next().unwrap().read, BYTES);
        assert!(asked.summary.unwrap().went_well());
    }
}

#[tokio::test]
async fn datagrams_keep_messages_apart() {
    let stage = Stage::new();
    for wait in [Wait::Never, Wait::Reply] {
        let serving = PeerConfig {
            role: Role::UdpPeer,
            ..server()
        };
        let serving = stage.start(&format!("server-{wait:?}"), serving).await;
        let asking = PeerConfig {
            role: Role::UdpPeer,
            wait,
            ..client(serving.address)
        };
        let address = serving.address;
        let asked = stage.play(&format!("client-{wait:?}"), asking).await;
        let served = serving.stop().await;
        assert_eq!(said(&served.story), ["Michael", "Tracy", "Sarah"]);
        assert_eq!(
            said(&asked.story),
            ["Hello, Michael!", "Hello, Tracy!", "Hello, Sarah!"]
        );
        assert_eq!(asked.summary.unwrap().understood, 3);
        let mut sent = Vec::new();
        let mut received = Vec::new();
        for event in served.events.iter().chain(&asked.events) {
            assert!([event.conn.local, event.conn.remote].contains(&address));
            assert!(!event.conn.local.ip().is_unspecified());
            match event.kind {
                EventKind::DatagramSent { len, digest, .. } => {
                    sent.push((event.conn, len, digest));
                }
                EventKind::DatagramReceived {
                    len, full, digest, ..
                } => {
                    assert_eq!(len, full);
                    received.push((turned(event.conn), len, digest));
                }
                _ => panic!("{event:?}"),
            }
        }
        sent.sort();
        received.sort();
        assert_eq!(sent.len(), 6);
        assert_eq!(sent, received);
    }
}

#[tokio::test]
async fn a_datagram_that_does_not_fit_is_cut_and_its_length_told() {
    let stage = Stage::new();
    let serving = PeerConfig {
        role: Role::UdpPeer,
        read: 4,
        ..server()
    };
    let serving = stage.start("server", serving).await;
    let asking = PeerConfig {
        role: Role::UdpPeer,
        ..client(serving.address)
    };
    let asked = stage.play("client", asking).await;
    let served = serving.stop().await;
    assert_eq!(
        said(&asked.story),
        ["Hello, Mich!", "Hello, Trac!", "Hello, Sara!"]
    );
    let cut = served.events.iter().filter_map(|event| match event.kind {
        EventKind::DatagramReceived { len, full, .. } => Some((len, full)),
        _ => None,
    });
    assert_eq!(cut.collect::<Vec<_>>(), [(4, 7), (4, 5), (4, 5)]);
}

#[tokio::test]
async fn a_sender_outlives_that_nobody_listens() {
    let stage = Stage::new();
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let asking = PeerConfig {
        role: Role::UdpPeer,
        reply_timeout: Duration::from_millis(10),
        ..client(address)
    };
    let asked = stage.play("client", asking).await;
    assert_eq!(asked.summary.unwrap().understood, 0);
    assert!(asked.story.contains("did not arrive"), "{}", asked.story);
    let sent = |kind: &EventKind| matches!(kind, EventKind::DatagramSent { .. });
    let sent = asked.events.iter().filter(|event| sent(&event.kind));
    assert_eq!(sent.count(), 3);
}

/// One thread plays everything: nothing that happens before the next `await` is heard of by tokio.
#[tokio::test]
async fn who_is_told_to_stop_reads_what_has_come_before() {
    let stage = Stage::new();
    let serving = PeerConfig {
        role: Role::UdpPeer,
        ..server()
    };
    let serving = stage.start("server", serving).await;
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for name in ["Michael", "Tracy"] {
        socket.send_to(name.as_bytes(), serving.address).unwrap();
    }
    let served = serving.stop().await;
    assert_eq!(said(&served.story), ["Michael", "Tracy"]);
}

#[tokio::test]
async fn who_has_connected_before_the_server_was_told_to_stop_is_served() {
    let stage = Stage::new();
    let serving = stage.start("server", server()).await;
    let mut stream = std::net::TcpStream::connect(serving.address).unwrap();
    std::io::Write::write_all(&mut stream, b"Michael").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let served = serving.stop().await;
    assert_eq!(said(&served.story), ["Michael"]);
}
