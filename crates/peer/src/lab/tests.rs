use super::*;
use protocol::Role;
use record::event::{Event, EventKind};
use std::{
    fs,
    io::{BufReader, PipeReader, PipeWriter},
    path::Path,
    thread::JoinHandle,
};

/// A peer in this process, with the agent's ends of its pipes.
struct Led {
    agent: PipeWriter,
    replies: BufReader<PipeReader>,
    peer: JoinHandle<Result<(), LabError>>,
}

impl Led {
    fn start(line: &str) -> Self {
        let (stdin, mut agent) = io::pipe().unwrap();
        let (replies, stdout) = io::pipe().unwrap();
        let peer = thread::spawn(move || play(BufReader::new(stdin), stdout));
        writeln!(agent, "{line}").unwrap();
        let replies = BufReader::new(replies);
        Self {
            agent,
            replies,
            peer,
        }
    }

    fn task(config: PeerConfig, events: &Path) -> Self {
        let task = Task {
            name: "tcp".into(),
            config,
            events: Some(events.to_owned()),
            tell: false,
        };
        Self::start(&serde_json::to_string(&task).unwrap())
    }

    fn say(&mut self, word: &str) {
        writeln!(self.agent, "{word}").unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.replies.read_line(&mut line).unwrap();
        line
    }

    fn end(self) -> Result<(), LabError> {
        drop(self.agent);
        self.peer.join().unwrap()
    }
}

fn server() -> PeerConfig {
    PeerConfig {
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..PeerConfig::new(Role::TcpServer)
    }
}

fn kinds(path: &Path) -> Vec<EventKind> {
    let text = fs::read_to_string(path).unwrap();
    let parse = |line: &str| serde_json::from_str::<Event>(line).unwrap();
    let events = text.lines().map(parse);
    events
        .inspect(|event| assert_eq!(event.peer, "tcp"))
        .map(|event| event.kind)
        .collect()
}

#[test]
fn an_agent_leads_a_server_and_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, ours) = (folder.path().join("server"), folder.path().join("client"));
    let mut server = Led::task(server(), &theirs);
    let ready = server.hear();
    let address = ready.strip_prefix("ready ").unwrap().trim();

    let mut client = Led::task(
        PeerConfig {
            to: Some(address.parse().unwrap()),
            send: vec!["Michael".into()],
            ..PeerConfig::new(Role::TcpClient)
        },
        &ours,
    );
    assert_eq!(client.hear(), "ready\n");
    assert_eq!(kinds(&ours), [], "a client waits for its go");
    client.say(GO);
    client.peer.join().unwrap().unwrap();
    drop(client.agent);

    server.say(GO);
    server.say(STOP);
    server.end().unwrap();
    let understood = |kind: &EventKind| matches!(kind, EventKind::Understood { .. });
    assert_eq!(kinds(&theirs).iter().filter(|k| understood(k)).count(), 1);
    assert_eq!(kinds(&ours).iter().filter(|k| understood(k)).count(), 2);
}

#[test]
fn a_peer_whose_agent_is_gone_ends() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events");
    let mut led = Led::task(server(), &events);
    assert!(led.hear().starts_with(READY));
    led.end().unwrap();
}

#[test]
fn a_client_that_is_stopped_before_its_go_connects_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = PeerConfig {
        to: Some(listener.local_addr().unwrap()),
        ..PeerConfig::new(Role::TcpClient)
    };
    let mut led = Led::task(config, &events);
    assert_eq!(led.hear(), "ready\n");
    led.say(STOP);
    led.end().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(
        listener.accept().unwrap_err().kind(),
        io::ErrorKind::WouldBlock
    );
}

#[test]
fn what_is_no_task_is_refused() {
    for line in ["", "{}", "tcp-server"] {
        let error = Led::start(line).end().unwrap_err();
        assert!(matches!(error, LabError::Task(_)), "{line}: {error}");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error_before_ready() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = PeerConfig {
        listen: Some(taken.local_addr().unwrap()),
        ..server()
    };
    let folder = tempfile::tempdir().unwrap();
    let error = Led::task(config, &folder.path().join("events")).end();
    let error = error.unwrap_err();
    assert!(
        matches!(error, LabError::Peer(PeerError::Listen { .. })),
        "{error}"
    );
}
