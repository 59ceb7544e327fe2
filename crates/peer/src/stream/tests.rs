use super::*;
use crate::{Diary, Story, Witness};
use protocol::Note;
use record::event::{Conn, Event, EventKind};
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream as Plain},
};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// A machine that is a function.
struct Script<F>(F);

impl<F: FnMut(StreamEvent<'_>, &mut Orders)> StreamPeer for Script<F> {
    fn on(&mut self, event: StreamEvent<'_>, orders: &mut Orders) {
        (self.0)(event, orders);
    }
}

/// Both ends of a connection: ours, and one for the test to play.
struct Pair {
    ours: Plain,
    theirs: Plain,
}

impl Pair {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = Plain::connect(listener.local_addr().unwrap()).unwrap();
        let (theirs, _) = listener.accept().unwrap();
        Self { ours, theirs }
    }
}

/// Plays a script on a connection, with a diary.
struct Stage {
    folder: TempDir,
    cut: watch::Sender<bool>,
}

impl Stage {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            cut: watch::Sender::new(false),
        }
    }

    async fn play(
        &self,
        ours: Plain,
        script: impl FnMut(StreamEvent<'_>, &mut Orders) + Send + 'static,
    ) -> Vec<EventKind> {
        let path = self.folder.path().join("diary");
        let diary = Diary::open(&path, "tcp").unwrap();
        let witness = Witness {
            pen: diary.pen(),
            story: Story::off(),
        };
        ours.set_nonblocking(true).unwrap();
        let conn = Conn {
            local: ours.local_addr().unwrap(),
            // A connection that was reset does not know its other end any more.
            remote: ours
                .peer_addr()
                .unwrap_or_else(|_| ours.local_addr().unwrap()),
        };
        let journal = Journal::opened(witness, conn, now(), now());
        let stream = TcpStream::from_std(ours).unwrap();
        let machine = Box::new(Script(script));
        drive(stream, machine, journal, None, self.cut.subscribe())
            .await
            .unwrap();
        diary.close().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let parse = |line: &str| serde_json::from_str::<Event>(line).unwrap();
        let events: Vec<Event> = text.lines().map(parse).collect();
        assert!(events.iter().all(|event| event.conn == conn));
        assert!(events.is_sorted_by_key(|event| event.at));
        events.into_iter().map(|event| event.kind).collect()
    }
}

fn closing(kinds: &[EventKind]) -> Closing {
    match kinds.last() {
        Some(EventKind::Closed { how }) => *how,
        other => panic!("no end: {other:?}"),
    }
}

#[tokio::test]
async fn each_read_order_is_one_read_of_at_most_what_was_asked() {
    let Pair { ours, mut theirs } = Pair::new();
    theirs.write_all(b"MichaelTracy").unwrap();
    theirs.shutdown(Shutdown::Write).unwrap();
    let kinds = Stage::new()
        .play(ours, |event, orders| match event {
            StreamEvent::Eof => orders.end = Some(End::Close),
            _ => orders.read = Some(5),
        })
        .await;
    let reads = kinds.iter().filter_map(|kind| match kind {
        EventKind::Read {
            range, asked: 5, ..
        } => Some(range.clone()),
        _ => None,
    });
    assert_eq!(reads.collect::<Vec<_>>(), [0..5, 5..10, 10..12]);
    assert_eq!(closing(&kinds), Closing::Finished);
}

#[tokio::test]
async fn a_write_the_kernel_takes_in_pieces_is_one_write_of_the_diary() {
    const BYTES: usize = 8 << 20;
    let Pair { ours, mut theirs } = Pair::new();
    let reader = spawn_blocking(move || theirs.read_to_end(&mut Vec::new()).unwrap());
    let kinds = Stage::new()
        .play(ours, |event, orders| match event {
            StreamEvent::Opened => {
                orders.write = Some(vec![7; BYTES]);
                let all = 0..BYTES as u64;
                let (range, body) = (all.clone(), all);
                orders.notes.push(Note::Message { range, body });
            }
            StreamEvent::Wrote => orders.end = Some(End::Close),
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(reader.await.unwrap(), BYTES);
    let all = 0..BYTES as u64;
    assert!(matches!(&kinds[..], [
        EventKind::Opened { .. },
        EventKind::Message { range: message, .. },
        EventKind::Write { range, .. },
        EventKind::Closed { how: Closing::Closed },
    ] if *range == all && *message == all));
}

#[tokio::test]
async fn reads_go_on_while_a_write_is_stuck() {
    let Pair { ours, mut theirs } = Pair::new();
    // It sends first and reads only what is left when our write has been stuck all along.
    theirs.write_all(&[1; 1000]).unwrap();
    let (drain, drained) = std::sync::mpsc::channel();
    let reader = spawn_blocking(move || {
        drained.recv().unwrap();
        theirs.read_to_end(&mut Vec::new()).unwrap()
    });
    let mut arrived = 0;
    Stage::new()
        .play(ours, move |event, orders| match event {
            StreamEvent::Opened => {
                orders.write = Some(vec![0; 32 << 20]);
                orders.read = Some(10);
            }
            StreamEvent::Read(bytes) => {
                arrived += bytes.len();
                match arrived {
                    1000 => drain.send(()).unwrap(),
                    _ => orders.read = Some(10),
                }
            }
            StreamEvent::Wrote => {
                assert_eq!(arrived, 1000);
                orders.end = Some(End::Close);
            }
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(reader.await.unwrap(), 32 << 20);
}

/// The state column of /proc/net/tcp, proc_net_tcp(5): 01 established, 04 FIN-WAIT-1.
fn tcp_state(local: SocketAddr) -> String {
    let port = format!(":{:04X}", local.port());
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let mut rows = table
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row[1].ends_with(&port)).unwrap();
    row[3].to_owned()
}

#[tokio::test]
async fn a_half_close_waits_until_all_is_acknowledged() {
    let Pair { ours, mut theirs } = Pair::new();
    let local = ours.local_addr().unwrap();
    let (drain, drained) = std::sync::mpsc::channel();
    let reader = spawn_blocking(move || {
        drained.recv().unwrap();
        let read = theirs.read_to_end(&mut Vec::new()).unwrap();
        theirs.write_all(b"got it").unwrap();
        read
    });
    // More than the receiver's kernel takes unread, and less than ours takes unsent.
    SockRef::from(&ours).set_send_buffer_size(8 << 20).unwrap();
    let filling = vec![0; 64 << 10];
    let mut written = 0;
    let stuck = {
        let mut probe = &ours;
        ours.set_nonblocking(true).unwrap();
        while sys::socket::unacknowledged(&ours).unwrap() < 128 << 10 {
            written += probe.write(&filling).unwrap();
        }
        written
    };
    let mut polls = 0;
    let kinds = Stage::new()
        .play(ours, move |event, orders| match event {
            StreamEvent::Opened => {
                orders.end = Some(End::HalfClose);
                orders.read = Some(100);
                orders.wait = Some(5 * QUEUE_POLL);
            }
            StreamEvent::Woke => {
                polls += 1;
                assert_eq!(tcp_state(local), "01", "FIN is still to come");
                match polls {
                    3 => drain.send(()).unwrap(),
                    _ => orders.wait = Some(QUEUE_POLL),
                }
            }
            StreamEvent::Read(_) => orders.read = Some(100),
            StreamEvent::Eof => orders.end = Some(End::Close),
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(reader.await.unwrap(), stuck);
    assert_eq!(closing(&kinds), Closing::Finished);
}

#[tokio::test]
async fn what_arrived_before_a_reset_is_read_though_a_write_failed() {
    let Pair { ours, mut theirs } = Pair::new();
    theirs.write_all(b"bye").unwrap();
    SockRef::from(&theirs)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(theirs);
    let (tell, told) = std::sync::mpsc::channel();
    let kinds = Stage::new()
        .play(ours, move |event, orders| match event {
            // The pause keeps the connection until the machine is ready to read.
            StreamEvent::Opened => {
                orders.write = Some(b"hello".to_vec());
                orders.wait = Some(Duration::from_millis(2));
            }
            StreamEvent::Woke | StreamEvent::Read(_) => orders.read = Some(100),
            StreamEvent::Broken(reason) => tell.send(reason).unwrap(),
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(told.recv(), Ok(Broken::Reset));
    assert!(matches!(&kinds[..], [
        EventKind::Opened { .. },
        EventKind::Read { range, .. },
        EventKind::Closed { how: Closing::Reset },
    ] if *range == (0..3)));
}

#[tokio::test]
async fn a_half_close_on_a_dead_connection_ends_without_a_read() {
    let Pair { ours, theirs } = Pair::new();
    ours.set_nonblocking(true).unwrap();
    while (&ours).write(&[0; 65536]).is_ok() {}
    drop(theirs); // with bytes unread: a reset
    let kinds = Stage::new()
        .play(ours, |event, orders| match event {
            StreamEvent::Opened => orders.end = Some(End::HalfClose),
            StreamEvent::Broken(Broken::Reset) => {}
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(closing(&kinds), Closing::Reset);
}

#[tokio::test]
async fn abort_resets() {
    let Pair { ours, mut theirs } = Pair::new();
    let kinds = Stage::new()
        .play(ours, |_, orders| orders.end = Some(End::Abort))
        .await;
    assert_eq!(closing(&kinds), Closing::Aborted);
    let error = theirs.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_cut_reaches_the_machine_and_the_diary() {
    let Pair { ours, theirs } = Pair::new();
    let stage = Stage::new();
    let cut = stage.cut.clone();
    let kinds = stage
        .play(ours, move |event, orders| match event {
            StreamEvent::Opened => {
                orders.read = Some(1);
                cut.send_replace(true);
            }
            StreamEvent::Broken(Broken::Stopped) => {}
            other => panic!("{other:?}"),
        })
        .await;
    assert_eq!(closing(&kinds), Closing::Stopped);
    drop(theirs);
}
