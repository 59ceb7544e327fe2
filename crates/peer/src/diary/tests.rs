use super::*;
use std::fs;

fn conn() -> Conn {
    Conn {
        local: ([127, 0, 0, 1], 9999).into(),
        remote: ([127, 0, 0, 1], 41414).into(),
    }
}

fn read(n: u64) -> EventKind {
    EventKind::Read {
        begin: n,
        range: n..n + 1,
        asked: 1024,
    }
}

fn lines(path: &Path) -> Vec<Event> {
    let text = fs::read_to_string(path).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap();
    text.lines().map(parse).collect()
}

#[test]
fn every_entry_of_several_peers_is_a_whole_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.events.jsonl");
    const EACH: u64 = 3 * BATCH as u64 + 7;
    std::thread::scope(|scope| {
        for peer in ["tcp", "udp"] {
            let path = &path;
            scope.spawn(move || {
                let diary = Diary::open(path, peer).unwrap();
                let pen = diary.pen();
                (0..EACH).for_each(|n| pen.note(n, conn(), read(n)));
                diary.close().unwrap();
            });
        }
    });
    let events = lines(&path);
    for peer in ["tcp", "udp"] {
        let of_peer = events.iter().filter(|event| event.peer == peer);
        let numbers: Vec<u64> = of_peer.map(|event| event.at).collect();
        assert_eq!(numbers, (0..EACH).collect::<Vec<_>>());
    }
}

#[test]
fn a_diary_that_is_dropped_keeps_what_was_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diary");
    let diary = Diary::open(&path, "tcp").unwrap();
    diary.pen().note(1, conn(), EventKind::Eof);
    drop(diary);
    assert_eq!(lines(&path).len(), 1);
}

#[tokio::test]
async fn a_full_disk_is_told_at_once_and_by_close() {
    let diary = Diary::open(Path::new("/dev/full"), "tcp").unwrap();
    let pen = diary.pen();
    (0..BATCH as u64).for_each(|n| pen.note(n, conn(), read(n)));
    pen.failed().await;
    // Notes after that must not pile up, nor wait for room that never comes.
    (0..2 * HELD as u64).for_each(|n| pen.note(n, conn(), read(n)));
    let error = diary.close().unwrap_err();
    assert!(matches!(error, DiaryError::Write { .. }));
    assert_eq!(
        error.to_string(),
        "can't write the diary /dev/full: make room on its disk"
    );
}

#[test]
fn a_folder_that_is_missing_is_an_error() {
    let error = Diary::open(Path::new("/nowhere/diary"), "tcp").unwrap_err();
    assert!(matches!(error, DiaryError::Open { .. }));
}
