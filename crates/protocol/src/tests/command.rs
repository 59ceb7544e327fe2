//! Remote commands. Nothing is run here: what a command says is told to the machine.

use super::pair::*;
use crate::*;
use std::time::Duration;

fn server(allow: &[&str]) -> PeerConfig {
    let mut server = PeerConfig::new(Role::TcpServer);
    server.protocol = ProtocolName::Command;
    server.framing = "i32".parse().unwrap();
    server.allow = allow.iter().map(|line| String::from(*line)).collect();
    server
}

/// Asks for this and plays the processes; what the server answers.
fn asked(config: &PeerConfig, line: &str, ran: Ran<'_>) -> (Option<Command>, Vec<u8>) {
    assert_eq!(config.problems(), []);
    let mut machine = stream_peer(config);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Opened, &mut orders);
    let mut orders = Orders::default();
    let said = config.encoding.encode(line);
    let mut message = (said.len() as u32).to_le_bytes().to_vec();
    message.extend(said);
    machine.on(StreamEvent::Read(&message), &mut orders);
    let command = orders.run.take();
    if command.is_some() {
        assert_eq!(orders.write, None, "an answer before the command has ended");
        machine.on(StreamEvent::Ran(ran), &mut orders);
    }
    (command, orders.write.unwrap().split_off(4))
}

fn said<'a>(stdout: &'a str, stderr: &'a str, status: Option<i32>) -> Ran<'a> {
    Ran::Ended {
        status,
        stdout: stdout.as_bytes(),
        stderr: stderr.as_bytes(),
    }
}

#[test]
fn output_is_the_answer_and_stderr_goes_before_it() {
    let server = server(&["seq 400"]);
    for (ran, answer) in [
        (said("one\n", "", Some(0)), "one\n"),
        (said("one\n", "oh\n", Some(0)), "oh\n"),
        (said("", "", Some(0)), "action success!"),
        (said("", "", Some(3)), "exit status 3: seq 400"),
        (said("", "", None), "ended by a signal: seq 400"),
        (Ran::TookTooLong, "killed after 5s: seq 400"),
        (Ran::NotStarted("no"), "can't run seq 400: no"),
    ] {
        let (command, said) = asked(&server, "seq 400", ran);
        assert_eq!(command.unwrap().argv, ["seq", "400"]);
        assert_eq!(String::from_utf8(said).unwrap(), answer);
    }
}

#[test]
fn what_is_not_on_the_list_is_not_run() {
    let listed = server(&["seq 400", "whoami"]);
    for line in ["seq 4000", "seq", "whoami; reboot", " whoami", "seq  400"] {
        let (command, said) = asked(&listed, line, Ran::TookTooLong);
        assert_eq!(command, None, "{line}");
        let answer = format!("not allowed here: {line}");
        assert_eq!(String::from_utf8(said).unwrap(), answer);
    }
    let mut open = server(&[]);
    assert_eq!(open.problems(), [Problem::NothingAllowed]);
    open.shell = true;
    let (command, _) = asked(&open, "echo a; echo b", said("a", "", Some(0)));
    assert_eq!(command.unwrap().argv, ["sh", "-c", "echo a; echo b"]);
}

#[test]
fn text_is_gbk_on_the_wire_where_it_is_asked_for() {
    let mut server = server(&["echo 你好"]);
    server.encoding = Encoding::Gbk;
    let (command, answer) = asked(&server, "echo 你好", said("你好\n", "", Some(0)));
    assert_eq!(command.unwrap().argv, ["echo", "你好"]);
    assert_eq!(answer, b"\xc4\xe3\xba\xc3\n");
}

#[test]
fn an_answer_that_can_not_be_framed_is_still_an_answer() {
    let mut server = server(&["seq 400"]);
    server.max_message = 100;
    let long = "x".repeat(101);
    let (_, answer) = asked(&server, "seq 400", said(&long, "", Some(0)));
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("the answer can't be sent: "), "{answer}");
}

#[test]
fn a_command_is_answered_before_the_next_is_begun_and_exit_closes() {
    let mut machine = stream_peer(&server(&["a", "b"]));
    let mut orders = Orders::default();
    machine.on(StreamEvent::Opened, &mut orders);
    let three = b"\x01\0\0\0a\x01\0\0\0b\x04\0\0\0exit";
    let mut orders = Orders::default();
    machine.on(StreamEvent::Read(three), &mut orders);
    assert_eq!(orders.run.unwrap().argv, ["a"]);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Ran(said("A", "", Some(0))), &mut orders);
    assert_eq!(orders.run.unwrap().argv, ["b"]);
    assert!(orders.write.is_some() && orders.end.is_none());
    let mut orders = Orders::default();
    machine.on(StreamEvent::Wrote, &mut orders);
    assert_eq!(orders, Orders::default());
    machine.on(StreamEvent::Ran(said("B", "", Some(0))), &mut orders);
    assert!(orders.write.is_some() && orders.end.is_none());
    let mut orders = Orders::default();
    machine.on(StreamEvent::Wrote, &mut orders);
    assert_eq!(orders.end, Some(End::Close));
}

/// The client that the article has: one read for the four bytes of the length.
#[test]
fn a_length_that_comes_in_pieces_tears_what_is_read_at_once() {
    let mut client = PeerConfig::new(Role::TcpClient);
    client.protocol = ProtocolName::Command;
    client.framing = "i32-one-read".parse().unwrap();
    client.to = Some("127.0.0.1:9999".parse().unwrap());
    client.send = vec!["whoami".into()];
    let mut side = Side::new(&client);
    side.tell(StreamEvent::Opened);
    assert_eq!(side.write.take().unwrap(), b"\x06\0\0\0whoami");
    side.tell(StreamEvent::Wrote);
    let mut whole = Vec::from(*b"\x05\0\0\0root\n");
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    while let (Some(asked), false) = (side.read.take(), whole.is_empty()) {
        let rest = whole.split_off(1.min(asked));
        side.heard.extend(&whole);
        pieces.push(whole.clone());
        side.tell(StreamEvent::Read(&whole));
        whole = rest;
    }
    assert_eq!(side.understood, ["\0\0\0ro"]);
}

#[test]
fn lists_that_make_no_sense_are_refused() {
    let mut server = server(&["", " whoami"]);
    assert_eq!(server.problems(), [Problem::EmptyCommand]);
    server.allow.clear();
    server.shell = true;
    server.time_limit = Duration::ZERO;
    assert_eq!(server.problems(), [Problem::NoTime]);
}
