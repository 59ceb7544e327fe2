//! The three programs as a user starts them: what they print, when and how they end.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{connections, read_diary};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use record::event::Closing;
use socket2::{Domain, SockRef, Socket, Type};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// A program of this crate that was started.
struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let path = match name {
            "tcp-server" => env!("CARGO_BIN_EXE_tcp-server"),
            "tcp-client" => env!("CARGO_BIN_EXE_tcp-client"),
            _ => env!("CARGO_BIN_EXE_udp-peer"),
        };
        let mut command = Command::new(path);
        command.args(arguments).env("RUST_LOG", "debug");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The next line on stdout.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The address in the line that says where it can be reached.
    fn address(&mut self) -> String {
        self.line().rsplit(' ').next().unwrap().to_owned()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Exit code, the rest of stdout, stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        let mut pipe = self.child.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stdout, stderr)
    }
}

#[test]
fn a_server_ends_well_by_sigterm_and_its_diary_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("events.jsonl");
    let events = diary.to_str().unwrap();
    let mut server = Program::start(
        "tcp-server",
        &["--listen", "127.0.0.1:0", "--events", events],
    );
    let mut client = TcpStream::connect(server.address()).unwrap();
    let mut welcome = [0; 8];
    client.read_exact(&mut welcome).unwrap();
    assert_eq!(&welcome, b"Welcome!");
    assert!(server.line().ends_with("connected"));
    server.signal(Signal::SIGTERM);
    let (code, stdout, stderr) = server.end();
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let told = connections(&read_diary(&diary));
    let told = told.values().next().unwrap();
    assert_eq!((told.written, told.closing), (8, Some(Closing::Stopped)));
}

#[test]
fn a_client_prints_the_replies_and_ends_well() {
    let mut server = Program::start(
        "tcp-server",
        &["--listen", "127.0.0.1:0", "--framing", "i32"],
    );
    let address = server.address();
    let names = ["--send", "Michael", "--send", "Tracy"];
    let arguments = [&["--to", &address, "--framing", "i32"], &names[..]].concat();
    let client = Program::start("tcp-client", &arguments);
    let (code, stdout, stderr) = client.end();
    assert_eq!(code, Some(0), "{stderr}");
    let story = stdout.replace(&address, "SERVER");
    insta::assert_snapshot!(story);
    server.signal(Signal::SIGINT);
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn a_client_that_is_interrupted_says_so_by_its_code() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = Program::start("tcp-client", &["--to", &address, "--send", "Michael"]);
    assert!(client.line().ends_with("connected"));
    client.signal(Signal::SIGINT);
    assert_eq!(client.end().0, Some(130));
}

#[test]
fn a_reset_in_the_middle_is_told_and_fails_the_client() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let client = Program::start("tcp-client", &["--to", &address, "--send", "Michael"]);
    let (mut server, _) = listener.accept().unwrap();
    server.write_all(b"Welcome!").unwrap();
    server.read_exact(&mut [0; 7]).unwrap();
    SockRef::from(&server)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(server);
    let (code, stdout, _) = client.end();
    assert_eq!(code, Some(1));
    assert!(stdout.contains("\"Welcome!\""), "{stdout}");
    assert!(stdout.contains("reset by the other side"), "{stdout}");
    assert!(
        stdout.ends_with("1 connection, 1 message understood, 1 broken\n"),
        "{stdout}"
    );
}

/// An address that refuses connections, and a socket that keeps it from everybody else.
fn refusing() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any.into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

#[test]
fn a_client_tries_again_until_its_server_is_there() {
    let (socket, address) = refusing();
    let to = address.to_string();
    let arguments = ["--to", &to, "--send", "Michael", "--connect-timeout", "60s"];
    let mut client = Program::start("tcp-client", &arguments);
    let stderr = BufReader::new(client.child.stderr.as_mut().unwrap());
    let mut log = stderr.lines().map(Result::unwrap);
    assert!(log.any(|line| line.contains("not connected yet")));
    socket.listen(1).unwrap();
    let (mut server, _) = TcpListener::from(socket).accept().unwrap();
    server.write_all(b"Welcome!").unwrap();
    server.read_exact(&mut [0; 7]).unwrap();
    server.write_all(b"Hello, Michael!").unwrap();
    drop(log);
    drop(server);
    let (_, stdout, _) = client.end();
    assert!(stdout.contains("\"Hello, Michael!\""), "{stdout}");
}

#[test]
fn a_client_gives_up_at_its_deadline() {
    let (_socket, address) = refusing();
    let to = address.to_string();
    let client = Program::start("tcp-client", &["--to", &to, "--connect-timeout", "30ms"]);
    let (code, _, stderr) = client.end();
    assert_eq!(code, Some(1));
    let told = stderr.lines().last().unwrap().replace(&to, "SERVER");
    insta::assert_snapshot!(told);
}

#[test]
fn a_full_disk_ends_a_server_with_the_reason() {
    let arguments = ["--listen", "127.0.0.1:0", "--events", "/dev/full"];
    let mut server = Program::start("tcp-server", &arguments);
    let client = TcpStream::connect(server.address()).unwrap();
    let (code, _, stderr) = server.end();
    drop(client);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(stderr.lines().last().unwrap());
}

#[test]
fn a_udp_peer_answers_from_the_address_it_was_asked_at() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("events.jsonl");
    let events = diary.to_str().unwrap();
    let mut server = Program::start("udp-peer", &["--listen", "0.0.0.0:0", "--events", events]);
    let port: u16 = server
        .address()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let client = UdpSocket::bind("0.0.0.0:0").unwrap();
    client.connect(("127.0.0.2", port)).unwrap();
    client.send(b"Michael").unwrap();
    let mut reply = [0; 100];
    let len = client.recv(&mut reply).unwrap();
    assert_eq!(&reply[..len], b"Hello, Michael!");
    server.signal(Signal::SIGTERM);
    assert_eq!(server.end().0, Some(0));
    let events = read_diary(&diary);
    let local = SocketAddr::from(([127, 0, 0, 2], port));
    assert_eq!(events.len(), 2);
    assert!(
        events.iter().all(|event| event.conn.local == local),
        "{events:?}"
    );
}

#[test]
fn wrong_options_are_explained() {
    let wrong: [&[&str]; 4] = [
        &["--framing", "i16"],
        &["--read", "64K"],
        &["--read", "17MiB"],
        &["--think", "20"],
    ];
    let told = wrong.map(|options| {
        let (code, _, stderr) = Program::start("tcp-server", options).end();
        assert_eq!(code, Some(2));
        stderr.lines().next().unwrap().to_owned()
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn help_gives_every_option_with_unit_and_default() {
    for name in ["tcp-server", "tcp-client", "udp-peer"] {
        let (code, help, _) = Program::start(name, &["--help"]).end();
        assert_eq!(code, Some(0));
        insta::assert_snapshot!(format!("help-{name}"), help);
    }
}
