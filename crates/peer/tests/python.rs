//! Our peers against plain Python socket programs, written from docs/wire.md, both ways round.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Played, Stage, client, connections, python_file, server};
use protocol::{PeerConfig, Role};
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

const FRAMINGS: [&str; 6] = ["none", "handshake", "i32", "u16", "u32", "delimiter:\\n"];
const NAMES: [&str; 3] = ["Michael", "Tracy", "Sarah"];

struct Python {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Python {
    fn start(file: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("python3");
        command.arg(python_file(file)).args(arguments);
        command.stdout(Stdio::piped()).kill_on_drop(true);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The address a server prints first.
    async fn address(&mut self) -> std::net::SocketAddr {
        let mut line = String::new();
        self.stdout.read_line(&mut line).await.unwrap();
        line.trim_end().parse().unwrap()
    }

    /// What it printed, line by line, once it has ended well.
    async fn end(mut self) -> Vec<String> {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.unwrap();
        assert!(self.child.wait().await.unwrap().success());
        rest.lines().map(String::from).collect()
    }
}

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
