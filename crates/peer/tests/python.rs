//! Our peers against plain Python socket programs, written from docs/wire.md, both ways round.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Played, Stage, client, connections, python::Python, server};
use protocol::{Cut, Encoding, PeerConfig, ProtocolName, Role};

const FRAMINGS: [&str; 8] = [
    "none",
    "handshake",
    "i32",
    "u16",
    "u32",
    "delimiter:\\n",
    "content-length",
    "chunked",
];
const NAMES: [&str; 3] = ["Michael", "Tracy", "Sarah"];

fn framed(framing: &str, config: PeerConfig) -> PeerConfig {
    let framing = framing.parse().unwrap();
    PeerConfig { framing, ..config }
}

/// What our side understood, in order.
fn understood(played: &Played) -> Vec<&str> {
    connections(&played.events);
    let lines = played.story.lines();
    lines.filter_map(|line| line.split('"').nth(1)).collect()
}

fn replies() -> Vec<String> {
    NAMES.map(|name| format!("Hello, {name}!")).to_vec()
}

#[tokio::test]
async fn our_client_talks_to_a_python_server() {
    if !testkit::has_program("python3") {
        return;
    }
    for framing in FRAMINGS {
        let mut python = Python::start("greeting_server.py", &[framing, "1"]);
        let asking = framed(framing, client(python.address().await));
        let asked = Stage::new().play("client", asking).await;
        assert!(
            asked.summary.as_ref().unwrap().went_well(),
            "{framing}: {}",
            asked.story
        );
        let heard = understood(&asked);
        assert_eq!(heard[0], "Welcome!", "{framing}");
        assert_eq!(heard[1..], replies(), "{framing}");
        assert_eq!(python.end().await, NAMES, "{framing}");
    }
}

#[tokio::test]
async fn a_python_client_talks_to_our_server() {
    if !testkit::has_program("python3") {
        return;
    }
    for framing in FRAMINGS {
        let stage = Stage::new();
        let serving = stage.start("server", framed(framing, server())).await;
        let address = serving.address.to_string();
        let arguments = [&[framing, &address], &NAMES[..]].concat();
        let printed = Python::start("greeting_client.py", &arguments).end().await;
        let served = serving.stop().await;
        assert_eq!(printed[0], "Welcome!", "{framing}");
        assert_eq!(printed[1..], replies(), "{framing}");
        assert_eq!(understood(&served), NAMES, "{framing}");
        assert!(served.summary.unwrap().went_well(), "{framing}");
    }
}

#[tokio::test]
async fn fixed_size_and_until_close_are_understood_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    let cases: [(&str, &[&str], &[&str]); 2] = [
        ("fixed:5", &["Tracy", "Sarah"], &["Welco", "Hello", "Hello"]),
        ("until-close", &["Michael"], &["Hello, Michael!"]),
    ];
    for (framing, names, replies) in cases {
        let stage = Stage::new();
        let mut python = Python::start("greeting_server.py", &[framing, "1"]);
        let asking = PeerConfig {
            send: names.iter().map(|name| String::from(*name)).collect(),
            ..framed(framing, client(python.address().await))
        };
        let asked = stage.play("client", asking).await;
        assert_eq!(understood(&asked), replies);
        assert_eq!(python.end().await, names);

        let serving = stage.start("server", framed(framing, server())).await;
        let address = serving.address.to_string();
        let arguments = [&[framing, &address], names].concat();
        let python = Python::start("greeting_client.py", &arguments);
        assert_eq!(python.end().await, replies);
        assert_eq!(understood(&serving.stop().await), names);
    }
}

#[tokio::test]
async fn exit_closes_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    for framing in FRAMINGS {
        let stage = Stage::new();
        let serving = stage.start("server", framed(framing, server())).await;
        let address = serving.address.to_string();
        let python = Python::start("greeting_client.py", &[framing, &address, "Tracy", "exit"]);
        assert_eq!(
            python.end().await,
            ["Welcome!", "Hello, Tracy!", "closed"],
            "{framing}"
        );
        serving.stop().await.summary.unwrap();

        let mut python = Python::start("greeting_server.py", &[framing, "1"]);
        let asking = PeerConfig {
            send: ["Tracy", "exit"].map(String::from).to_vec(),
            ..framed(framing, client(python.address().await))
        };
        let asked = stage.play("client", asking).await;
        assert_eq!(
            understood(&asked),
            ["Welcome!", "Hello, Tracy!"],
            "{framing}"
        );
        assert!(asked.summary.unwrap().went_well(), "{framing}");
        assert_eq!(python.end().await, ["Tracy", "exit"], "{framing}");
    }
}

#[tokio::test]
async fn datagrams_are_understood_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    let udp = |config| PeerConfig {
        role: Role::UdpPeer,
        ..config
    };
    let stage = Stage::new();
    let mut python = Python::start("udp_server.py", &["3"]);
    let asked = stage
        .play("client", udp(client(python.address().await)))
        .await;
    assert_eq!(
        asked.story.matches("\"Hello, ").count(),
        3,
        "{}",
        asked.story
    );
    assert_eq!(python.end().await, NAMES);

    let serving = stage.start("server", udp(server())).await;
    let address = serving.address.to_string();
    let arguments = [&[&address[..]], &NAMES[..]].concat();
    let python = Python::start("udp_client.py", &arguments);
    assert_eq!(python.end().await, replies());
    serving.stop().await.summary.unwrap();
}

fn of(protocol: ProtocolName, config: PeerConfig) -> PeerConfig {
    PeerConfig {
        protocol,
        send: Vec::new(),
        ..config
    }
}

#[tokio::test]
async fn pages_are_fetched_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    let stage = Stage::new();
    for framing in ["until-close", "content-length", "chunked"] {
        for bytes in [0, 5000] {
            let config = PeerConfig {
                bytes,
                ..framed(framing, of(ProtocolName::Http, server()))
            };
            let name = format!("server-{framing}-{bytes}");
            let serving = stage.start(&name, config).await;
            let address = serving.address.to_string();
            let printed = Python::start("http_get.py", &[&address, "/any"])
                .end()
                .await;
            assert_eq!(printed, [format!("200 {bytes}")], "{framing}");
            assert!(serving.stop().await.summary.unwrap().went_well());
        }
        let mut python = Python::start("http_server.py", &[framing, "5000"]);
        let asking = of(ProtocolName::Http, client(python.address().await));
        let asked = stage.play(&format!("client-{framing}"), asking).await;
        assert!(asked.summary.as_ref().unwrap().went_well(), "{framing}");
        assert_eq!(asked.summary.unwrap().understood, 1, "{framing}");
        assert!(
            asked.story.contains("a message of 5000 bytes"),
            "{framing}: {}",
            asked.story
        );
        assert_eq!(python.end().await, ["GET / HTTP/1.1"]);
    }
}

/// Python's own client finds what ours does: only the end of the stream can be mistaken.
#[tokio::test]
async fn a_page_that_is_cut_is_told_where_it_can_be() {
    if !testkit::has_program("python3") {
        return;
    }
    let stage = Stage::new();
    let cases = [
        ("until-close", Cut::Fin, "200 2500"),
        ("content-length", Cut::Fin, "IncompleteRead"),
        ("chunked", Cut::Fin, "IncompleteRead"),
        ("until-close", Cut::Rst, "ConnectionResetError"),
        ("content-length", Cut::Rst, "ConnectionResetError"),
        ("chunked", Cut::Rst, "ConnectionResetError"),
    ];
    for (framing, cut, told) in cases {
        let config = PeerConfig {
            bytes: 5000,
            cut: Some(cut),
            ..framed(framing, of(ProtocolName::Http, server()))
        };
        let serving = stage.start(&format!("{framing}-{cut:?}"), config).await;
        let address = serving.address.to_string();
        let printed = Python::start("http_get.py", &[&address, "/"]).end().await;
        assert_eq!(printed, [told], "{framing} {cut:?}");
        serving.stop().await.summary.unwrap();
    }
}

#[tokio::test]
async fn commands_are_answered_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    let lines = ["echo 你好", "true", "ls /no/such/folder"].map(String::from);
    let is_answer = |number: usize, text: &str| match number {
        0 => text == "你好",
        1 => text == "action success!",
        _ => text.contains("/no/such/folder"),
    };
    let stage = Stage::new();
    // A line each can't carry what ends with a line feed.
    for framing in [
        "handshake",
        "i32",
        "u16",
        "u32",
        "content-length",
        "chunked",
    ] {
        for encoding in [Encoding::Utf8, Encoding::Gbk] {
            let word = serde_json::to_value(encoding).unwrap();
            let word = word.as_str().unwrap();
            let config = |config| PeerConfig {
                encoding,
                ..framed(framing, of(ProtocolName::Command, config))
            };
            let serving = PeerConfig {
                allow: lines.to_vec(),
                ..config(server())
            };
            let serving = stage
                .start(&format!("server-{framing}-{word}"), serving)
                .await;
            let address = serving.address.to_string();
            let mut arguments = vec![framing, word, &address];
            arguments.extend(lines.iter().map(String::as_str));
            arguments.push("rm -rf /");
            let printed = Python::start("command_client.py", &arguments).end().await;
            let answers: Vec<&str> = printed.iter().map(String::as_str).collect();
            assert_eq!(answers.len(), 4, "{framing} {word}: {answers:?}");
            for (number, answer) in answers[..3].iter().enumerate() {
                assert!(is_answer(number, answer), "{framing} {word}: {answer}");
            }
            assert_eq!(answers[3], "not allowed here: rm -rf /");
            assert!(serving.stop().await.summary.unwrap().went_well());

            let mut arguments = vec![framing, word];
            arguments.extend(lines.iter().map(String::as_str));
            let mut python = Python::start("command_server.py", &arguments);
            let asking = PeerConfig {
                send: lines.to_vec(),
                ..config(client(python.address().await))
            };
            let asked = stage
                .play(&format!("client-{framing}-{word}"), asking)
                .await;
            assert_eq!(asked.summary.unwrap().understood, 3, "{framing} {word}");
            if encoding == Encoding::Utf8 {
                let heard = asked
                    .story
                    .lines()
                    .filter_map(|line| line.split('"').nth(1));
                for (number, answer) in heard.enumerate() {
                    assert!(
                        is_answer(number, answer.trim_end_matches("\\n")),
                        "{answer}"
                    );
                }
            }
            assert_eq!(python.end().await, lines);
        }
    }
}

#[tokio::test]
async fn bulk_is_moved_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    const BYTES: u64 = 1_000_000;
    let stage = Stage::new();
    // Ours sends, then Python does; as the client, then as the server.
    let source = |config| PeerConfig {
        bytes: BYTES,
        ..of(ProtocolName::Source, config)
    };
    let mut python = Python::start("bulk.py", &["listen", "sink"]);
    let address = python.address().await;
    let played = stage.play("source-client", source(client(address))).await;
    assert!(played.summary.unwrap().went_well());
    assert_eq!(python.end().await, ["1000000 as counted"]);

    let serving = stage.start("source-server", source(server())).await;
    let address = serving.address.to_string();
    let python = Python::start("bulk.py", &[&address, "sink"]);
    assert_eq!(python.end().await, ["1000000 as counted"]);
    assert!(serving.stop().await.summary.unwrap().went_well());

    let mut python = Python::start("bulk.py", &["listen", "source", "1000000"]);
    let sink = of(ProtocolName::Sink, client(python.address().await));
    let played = stage.play("sink-client", sink).await;
    assert_eq!(read_in_all(&played), BYTES);
    assert!(python.end().await.is_empty());

    let sink = of(ProtocolName::Sink, server());
    let serving = stage.start("sink-server", sink).await;
    let address = serving.address.to_string();
    let python = Python::start("bulk.py", &[&address, "source", "1000000"]);
    assert!(python.end().await.is_empty());
    assert_eq!(read_in_all(&serving.stop().await), BYTES);
}

fn read_in_all(played: &Played) -> u64 {
    let heard = connections(&played.events);
    heard.values().map(|each| each.read).sum()
}

#[tokio::test]
async fn datagrams_in_bulk_are_counted_either_way_round() {
    if !testkit::has_program("python3") {
        return;
    }
    let udp = |protocol, config| PeerConfig {
        role: Role::UdpPeer,
        ..of(protocol, config)
    };
    let stage = Stage::new();
    let mut python = Python::start("udp_bulk.py", &["sink", "10000"]);
    let source = PeerConfig {
        bytes: 10_000,
        ..udp(ProtocolName::Source, client(python.address().await))
    };
    stage.play("source", source).await.summary.unwrap();
    assert_eq!(python.end().await, ["10 datagrams, as counted"]);

    let sink = udp(ProtocolName::Sink, server());
    let serving = stage.start("sink", sink).await;
    let address = serving.address.to_string();
    let python = Python::start("udp_bulk.py", &["source", "10000", &address]);
    assert!(python.end().await.is_empty());
    assert_eq!(serving.stop().await.summary.unwrap().understood, 10);
}
