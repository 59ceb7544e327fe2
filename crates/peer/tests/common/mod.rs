//! What the end-to-end tests of peers share.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod python;

use peer::{Diary, Hooks, PeerError, Story, Summary, Witness};
use protocol::{PeerConfig, Role};
use record::event::{Closing, Conn, Event, EventKind};
use std::{
    collections::BTreeMap,
    fs,
    future::Future,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// A server on a free port of this machine.
pub(crate) fn server() -> PeerConfig {
    PeerConfig {
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..PeerConfig::new(Role::TcpServer)
    }
}

/// A client of the server at `to`, which says the three names.
pub(crate) fn client(to: SocketAddr) -> PeerConfig {
    PeerConfig {
        to: Some(to),
        send: ["Michael", "Tracy", "Sarah"].map(String::from).to_vec(),
        ..PeerConfig::new(Role::TcpClient)
    }
}

/// Plays peers in this process and keeps their diaries.
pub(crate) struct Stage {
    folder: TempDir,
}

/// A peer that runs until it is stopped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Played>,
}

/// How a peer ended.
pub(crate) struct Played {
    pub(crate) summary: Result<Summary, PeerError>,
    pub(crate) events: Vec<Event>,
    pub(crate) story: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Plays a peer that ends by itself.
    pub(crate) async fn play(&self, name: &str, config: PeerConfig) -> Played {
        let hooks = Hooks {
            ready: |_| {},
            go: async {},
            stop: std::future::pending(),
            grace: Duration::ZERO,
        };
        play(&self.folder.path().join(name), name, config, hooks).await
    }

    /// Starts a peer that ends when it is stopped.
    pub(crate) async fn start(&self, name: &str, config: PeerConfig) -> Running {
        let (ready, bound) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let path = self.folder.path().join(name);
        let name = name.to_owned();
        let task = tokio::spawn(async move {
            let hooks = Hooks {
                ready: |address: Option<SocketAddr>| ready.send(address.unwrap()).unwrap(),
                go: async {},
                stop: async { stopped.await.unwrap() },
                grace: Duration::from_secs(60),
            };
            play(&path, &name, config, hooks).await
        });
        Running {
            address: bound.await.unwrap(),
            stop,
            task,
        }
    }
}

impl Running {
    /// Stops it; its connections may end first.
    pub(crate) async fn stop(self) -> Played {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

async fn play(
    path: &Path,
    name: &str,
    config: PeerConfig,
    hooks: Hooks<
        impl FnOnce(Option<SocketAddr>) + Send,
        impl Future<Output = ()> + Send,
        impl Future<Output = ()> + Send,
    >,
) -> Played {
    let pad = Pad::default();
    let diary = Diary::open(path, name).unwrap();
    let witness = Witness {
        pen: diary.pen(),
        story: Story::to(pad.clone()),
    };
    let summary = peer::run(config, witness, hooks).await;
    diary.close().unwrap();
    let events = read_diary(path);
    assert!(events.iter().all(|event| event.peer == name));
    let story = String::from_utf8(pad.0.lock().unwrap().clone()).unwrap();
    Played {
        summary,
        events,
        story,
    }
}

#[derive(Clone, Default)]
struct Pad(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Pad {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The events in a diary, by time.
pub(crate) fn read_diary(path: &Path) -> Vec<Event> {
    let text = fs::read_to_string(path).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    let mut events: Vec<Event> = text.lines().map(parse).collect();
    events.sort_by_key(|event| event.at);
    events
}

/// One direction-pair of a connection, as a diary tells it; made by [`connections`], which checks
/// what must hold of every diary.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) written: u64,
    pub(crate) read: u64,
    pub(crate) writes: usize,
    pub(crate) reads: usize,
    pub(crate) messages: Vec<std::ops::Range<u64>>,
    pub(crate) understood: Vec<std::ops::Range<u64>>,
    pub(crate) closing: Option<Closing>,
}

/// Checks a diary connection by connection, and sums it up.
pub(crate) fn connections(events: &[Event]) -> BTreeMap<Conn, Heard> {
    let mut all: BTreeMap<Conn, Heard> = BTreeMap::new();
    for event in events {
        let first = matches!(event.kind, EventKind::Opened { .. } | EventKind::Accepted);
        assert_eq!(
            first,
            !all.contains_key(&event.conn),
            "a connection begins once: {event:?}"
        );
        let told = all.entry(event.conn).or_default();
        assert_eq!(told.closing, None, "nothing after the end: {event:?}");
        match &event.kind {
            EventKind::Opened { begin } => assert!(*begin <= event.at),
            EventKind::Read {
                begin,
                range,
                asked,
            } => {
                assert!(*begin <= event.at, "{event:?}");
                assert_eq!(range.start, told.read, "{event:?}");
                assert!(range.start < range.end && range.end - range.start <= *asked);
                told.read = range.end;
                told.reads += 1;
            }
            EventKind::Write { begin, range } => {
                assert!(*begin <= event.at, "{event:?}");
                assert_eq!(range.start, told.written, "{event:?}");
                assert!(range.start < range.end);
                told.written = range.end;
                told.writes += 1;
            }
            EventKind::Message { range, body } => {
                assert!(range.start <= body.start && body.end <= range.end);
                assert!(
                    range.start >= told.written,
                    "noted before its first byte: {event:?}"
                );
                told.messages.push(range.clone());
            }
            EventKind::Understood { range, body } => {
                assert!(range.start <= body.start && body.end <= range.end);
                let before = told.understood.last().map_or(0, |last| last.end);
                assert!(before <= range.start && range.end <= told.read, "{event:?}");
                told.understood.push(range.clone());
            }
            EventKind::Closed { how } => told.closing = Some(*how),
            _ => {}
        }
    }
    for (conn, told) in &all {
        assert!(told.closing.is_some(), "{conn:?} has no end");
        let written = told
            .messages
            .iter()
            .all(|message| message.end <= told.written);
        assert!(written, "{conn:?} wrote what it meant: {told:?}");
    }
    all
}

/// The same connection seen from its other end.
pub(crate) fn turned(conn: Conn) -> Conn {
    Conn {
        local: conn.remote,
        remote: conn.local,
    }
}

/// A file of this crate's tests/python.
pub(crate) fn python_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(name)
}
