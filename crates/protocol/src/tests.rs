//! Two machines talk over a pair of byte queues; reads are cut as the test likes.

use super::*;
use proptest::prelude::*;
use std::{collections::VecDeque, time::Duration};

/// One machine, its outstanding orders, and what has happened to it.
struct Side {
    machine: Box<dyn StreamPeer + Send>,
    read: Option<usize>,
    write: Option<Vec<u8>>,
    wait: bool,
    incoming: VecDeque<u8>,
    peer_closed: bool,
    half_closed: bool,
    closed: bool,
    trace: Vec<String>,
    understood: Vec<String>,
    sent: Vec<u8>,
    heard: Vec<u8>,
}

impl Side {
    fn new(config: &PeerConfig) -> Self {
        Self {
            machine: stream_peer(config),
            read: None,
            write: None,
            wait: false,
            incoming: VecDeque::new(),
            peer_closed: false,
            half_closed: false,
            closed: false,
            trace: Vec::new(),
            understood: Vec::new(),
            sent: Vec::new(),
            heard: Vec::new(),
        }
    }

    fn tell(&mut self, event: StreamEvent<'_>) {
        let mut orders = Orders::default();
        self.machine.on(event, &mut orders);
        if let Some(read) = orders.read {
            assert!(self.read.replace(read).is_none(), "two reads at once");
        }
        if orders.wait.is_some() {
            assert!(!self.wait, "two waits at once");
            self.wait = true;
        }
        for note in orders.notes {
            if let Note::Understood { body, .. } = &note {
                let bytes = &self.heard[body.start as usize..body.end as usize];
                self.understood
                    .push(String::from_utf8_lossy(bytes).into_owned());
            }
            self.trace.push(match note {
                Note::Message { range, body } => format!("message {range:?} {body:?}"),
                Note::Understood { range, body } => format!("understood {range:?} {body:?}"),
                Note::Malformed(error) => format!("malformed: {error}"),
            });
        }
        if let Some(write) = orders.write {
            self.trace.push(format!(
                "write {}",
                String::from_utf8_lossy(&write).escape_debug()
            ));
            assert!(self.write.replace(write).is_none(), "two writes at once");
        }
        match orders.end {
            Some(End::HalfClose) => {
                self.trace.push("half-close".into());
                self.half_closed = true;
            }
            Some(End::Close | End::Abort) => {
                self.trace.push("close".into());
                self.closed = true;
            }
            None => {}
        }
    }
}

/// Plays both sides until nothing more happens. `cut` says how many of the bytes that are there a
/// read returns.
fn play(
    client: &PeerConfig,
    server: &PeerConfig,
    mut cut: impl FnMut(usize) -> usize,
) -> [Side; 2] {
    let mut sides = [Side::new(client), Side::new(server)];
    for side in &mut sides {
        side.tell(StreamEvent::Opened);
    }
    for _ in 0..100_000 {
        let mut happened = false;
        for at in [0, 1] {
            let (left, right) = sides.split_at_mut(1);
            let (me, other) = if at == 0 {
                (&mut left[0], &mut right[0])
            } else {
                (&mut right[0], &mut left[0])
            };
            if let Some(bytes) = me.write.take() {
                me.sent.extend(&bytes);
                other.incoming.extend(bytes);
                me.tell(StreamEvent::Wrote);
                happened = true;
            }
            if (me.half_closed || me.closed) && me.write.is_none() && !other.peer_closed {
                other.peer_closed = true;
                happened = true;
            }
            if me.closed {
                continue;
            }
            if std::mem::take(&mut me.wait) {
                me.tell(StreamEvent::Woke);
                happened = true;
            }
            if let Some(asked) = me.read.filter(|_| !me.closed) {
                if !me.incoming.is_empty() {
                    let there = me.incoming.len().min(asked);
                    let bytes: Vec<u8> = me.incoming.drain(..cut(there).clamp(1, there)).collect();
                    me.heard.extend(&bytes);
                    me.read = None;
                    me.tell(StreamEvent::Read(&bytes));
                    happened = true;
                } else if me.peer_closed {
                    me.read = None;
                    me.tell(StreamEvent::Eof);
                    happened = true;
                }
            }
        }
        if !happened {
            return sides;
        }
    }
    panic!("they never come to an end");
}

fn greeters(framing: &str, wait: Wait, names: &[&str]) -> [PeerConfig; 2] {
    let mut client = PeerConfig::new(Role::TcpClient);
    client.framing = framing.parse().unwrap();
    client.wait = wait;
    client.to = Some("127.0.0.1:9999".parse().unwrap());
    client.send = names.iter().map(ToString::to_string).collect();
    let mut server = PeerConfig::new(Role::TcpServer);
    server.framing = client.framing.clone();
    [client, server]
}

fn whole(there: usize) -> usize {
    there
}

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
fn small_writes_are_cut_and_paused() {
    let [mut client, _] = greeters("i32", Wait::Never, &["Michael"]);
    client.write = Some(4);
    client.write_pause = Duration::from_millis(1);
    let mut machine = stream_peer(&client);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Opened, &mut orders);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Read(b"\x08\0\0\0Welcome!"), &mut orders);
    assert_eq!(orders.write.as_deref(), Some(&b"\x07\0\0\0"[..]));
    assert_eq!(orders.write_pause, Duration::ZERO);
    let mut orders = Orders::default();
    machine.on(StreamEvent::Wrote, &mut orders);
    assert_eq!(orders.write.as_deref(), Some(&b"Mich"[..]));
    assert_eq!(orders.write_pause, Duration::from_millis(1));
}

#[test]
fn a_corked_burst_is_corked_once_and_let_go_at_its_end() {
    let [mut client, _] = greeters("none", Wait::Never, &["a", "b"]);
    client.cork = true;
    let mut machine = stream_peer(&client);
    machine.on(StreamEvent::Opened, &mut Orders::default());
    let mut corks = Vec::new();
    for event in [
        StreamEvent::Read(b"Welcome!"),
        StreamEvent::Wrote,
        StreamEvent::Wrote,
    ] {
        let mut orders = Orders::default();
        machine.on(event, &mut orders);
        corks.push(orders.cork);
    }
    assert_eq!(corks, [Some(true), None, Some(false)]);
}

#[test]
fn garbage_is_noted_and_ends_the_connection() {
    let [_, server] = greeters("i32", Wait::Reply, &[]);
    let mut side = Side::new(&server);
    side.tell(StreamEvent::Opened);
    side.read = None;
    side.tell(StreamEvent::Read(b"GET / HTTP/1.1"));
    assert!(
        side.trace.iter().any(|line| line.starts_with("malformed")),
        "{:?}",
        side.trace
    );
    assert!(side.closed);
}

#[test]
fn what_makes_no_sense_is_named() {
    let [mut client, _] = greeters("handshake", Wait::Never, &["a", "b"]);
    assert_eq!(client.problems(), [Problem::PipelinedHandshake]);
    client.framing = "until-close".parse().unwrap();
    assert_eq!(
        client.problems(),
        [Problem::SeveralUntilClose { messages: 2 }]
    );
    client.framing = "fixed:1".parse().unwrap();
    assert_eq!(client.problems(), []);
    client.send = vec!["ab".into()];
    client.to = None;
    client.read = 0;
    assert_eq!(client.problems().len(), 3);
    let mut udp = PeerConfig::new(Role::UdpPeer);
    assert_eq!(udp.problems(), []);
    udp.send = vec!["a".into()];
    assert_eq!(udp.problems(), [Problem::NoReceiver]);
}

#[test]
fn a_source_and_a_sink_agree_on_every_byte() {
    for bytes in [0, 1, 1000, 100_000] {
        let [mut source, mut sink] = greeters("none", Wait::Never, &[]);
        source.protocol = ProtocolName::Source;
        source.bytes = bytes;
        source.write = Some(777);
        sink.protocol = ProtocolName::Sink;
        let [source, sink] = play(&source, &sink, whole);
        assert!(source.closed && sink.closed);
        let pattern: Vec<u8> = (0..bytes).map(bulk::byte).collect();
        assert!(sink.heard == pattern);
        assert_eq!(sink.understood.len(), usize::from(bytes > 0));
    }
}

#[test]
fn a_udp_client_waits_for_each_reply_or_gives_it_up() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into(), "b".into()];
    let from = "127.0.0.1:9999".parse().unwrap();
    let mut machine = datagram_peer(&config);
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert_eq!(
        tell(DatagramEvent::Opened).send,
        Some((None, b"a".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).wait, Some(config.reply_timeout));
    let orders = tell(DatagramEvent::Received {
        from,
        bytes: b"Hello, a!",
    });
    assert_eq!(orders.send, Some((None, b"b".to_vec())));
    assert!(!tell(DatagramEvent::Sent).end);
    assert!(tell(DatagramEvent::Woke).end);
}

#[test]
fn a_udp_client_that_does_not_wait_sends_all_and_then_hears_all() {
    let mut config = PeerConfig::new(Role::UdpPeer);
    config.to = Some("127.0.0.1:9999".parse().unwrap());
    config.send = vec!["a".into(), "b".into()];
    config.wait = Wait::Never;
    let from = "127.0.0.1:9999".parse().unwrap();
    let mut machine = datagram_peer(&config);
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert_eq!(
        tell(DatagramEvent::Opened).send,
        Some((None, b"a".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).send, Some((None, b"b".to_vec())));
    assert!(
        !tell(DatagramEvent::Received {
            from,
            bytes: b"Hello, a!"
        })
        .end
    );
    assert_eq!(tell(DatagramEvent::Sent).wait, Some(config.reply_timeout));
    assert!(
        tell(DatagramEvent::Received {
            from,
            bytes: b"Hello, b!"
        })
        .end
    );
}

#[test]
fn a_udp_server_answers_each_sender_in_order() {
    let mut machine = datagram_peer(&PeerConfig::new(Role::UdpPeer));
    let (a, b) = (
        "127.0.0.1:1".parse().unwrap(),
        "127.0.0.1:2".parse().unwrap(),
    );
    let mut tell = |event| {
        let mut orders = DatagramOrders::default();
        machine.on(event, &mut orders);
        orders
    };
    assert!(tell(DatagramEvent::Opened).receive.is_some());
    let orders = tell(DatagramEvent::Received {
        from: a,
        bytes: b"A",
    });
    assert_eq!(orders.send, Some((Some(a), b"Hello, A!".to_vec())));
    assert_eq!(
        tell(DatagramEvent::Received {
            from: b,
            bytes: b"B"
        })
        .send,
        None
    );
    assert_eq!(
        tell(DatagramEvent::Sent).send,
        Some((Some(b), b"Hello, B!".to_vec()))
    );
    assert_eq!(tell(DatagramEvent::Sent).send, None);
}

proptest! {
    /// With any framing that has marks, every message is understood and answered in order, however
    /// reads are cut. A handshake's lengths come whole: nothing else is under way with them.
    #[test]
    fn framed_messages_survive_any_cut(
        which in 0..6usize,
        pipelined: bool,
        names in prop::collection::vec("[a-z]{1,12}", 0..6),
        write in prop::option::of(1..20usize),
        cuts in prop::collection::vec(1..30usize, 1..20),
    ) {
        let framing = ["handshake", "i32", "u16", "u32", "delimiter:\\n", "delimiter:ab!"][which];
        prop_assume!(names.iter().all(|name| name != "exit" && !name.contains("ab")));
        let wait = if pipelined { Wait::Never } else { Wait::Reply };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let [mut client, server] = greeters(framing, wait, &names);
        if which > 0 {
            client.write = write;
        }
        let mut cuts = cuts.into_iter().cycle();
        let cut = |there| match which {
            0 => there,
            _ => cuts.next().unwrap_or(there),
        };
        let [client, server] = play(&client, &server, cut);
        prop_assert_eq!(&server.understood, &names);
        let greetings = names.iter().map(|name| format!("Hello, {name}!"));
        let replies: Vec<String> = std::iter::once("Welcome!".to_owned()).chain(greetings).collect();
        prop_assert_eq!(&client.understood, &replies);
        prop_assert!(client.closed && server.closed);
    }
}
