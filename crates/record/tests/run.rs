//! Loading run directories: what comes back is what was written, damage is named.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use record::{
    event::{Closing, Conn, Event, EventKind},
    layout::RunDir,
    manifest::{self, Manifest, Outcome, Place},
    run::{LoadError, Run, read_events, write_events},
};
use scenario::{
    impairment::Impairments,
    plan::{HostPlan, Mac, Network, VariantPlan},
    text::Text,
};
use std::{fs, net::SocketAddr, time::Duration};

fn manifest() -> Manifest {
    let address = "198.18.0.1".parse().unwrap();
    let host = HostPlan {
        name: "server".to_owned(),
        address,
        mac: Mac::for_address(address),
        link: Impairments::default().into(),
        stack: None,
        sysctls: Default::default(),
        route: Default::default(),
        image: None,
        run: Vec::new(),
    };
    Manifest {
        version: manifest::VERSION,
        tinygram: "0.1.0".to_owned(),
        scenario: "sticky".to_owned(),
        title: Text::default(),
        variant: VariantPlan {
            name: "naive".to_owned(),
            about: Text::default(),
            network: Network {
                subnet: "198.18.0.0".parse().unwrap(),
                prefix: 24,
            },
            deadline: Duration::from_secs(30),
            needs: Vec::new(),
            hosts: vec![host],
            expect: Vec::new(),
        },
        seed: 7,
        place: Place {
            backend: "namespaces".to_owned(),
            kernel: "6.1".to_owned(),
            machine: "x86_64".to_owned(),
        },
        started: 1,
        began: None,
        ended: 2,
        outcome: Outcome::Completed,
        hosts: Vec::new(),
        measured: None,
    }
}

fn event(at: u64, kind: EventKind) -> Event {
    let end = |text: &str| -> SocketAddr { text.parse().unwrap() };
    let conn = Conn {
        local: end("198.18.0.1:9999"),
        remote: end("[fd00::2]:40000"),
    };
    Event {
        at,
        peer: "tcp".to_owned(),
        conn,
        kind,
    }
}

fn run_dir(with: impl FnOnce(&RunDir)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    with(&RunDir::new(folder.path()));
    folder
}

#[test]
fn a_run_comes_back_as_it_was_written() {
    let events = [event(5, EventKind::Accepted), event(3, EventKind::Eof)];
    let folder = run_dir(|dir| {
        fs::write(dir.manifest(), serde_json::to_vec(&manifest()).unwrap()).unwrap();
        fs::write(dir.capture("server"), b"packets").unwrap();
        let mut diary = Vec::new();
        write_events(&events, &mut diary).unwrap();
        fs::write(dir.events("server"), diary).unwrap();
    });
    let run = Run::load(&RunDir::new(folder.path())).unwrap();
    assert_eq!(run.manifest, manifest());
    let server = run.host("server").unwrap();
    assert_eq!(server.capture, b"packets");
    assert_eq!(
        server.events,
        [events[1].clone(), events[0].clone()],
        "sorted by time"
    );
    assert_eq!(server.bad_lines, []);
}

#[test]
fn a_host_that_left_nothing_is_there_and_empty() {
    let folder = run_dir(|dir| {
        fs::write(dir.manifest(), serde_json::to_vec(&manifest()).unwrap()).unwrap();
    });
    let run = Run::load(&RunDir::new(folder.path())).unwrap();
    assert!(run.hosts[0].capture.is_empty() && run.hosts[0].events.is_empty());
}

#[test]
fn a_folder_without_a_manifest_is_no_run() {
    let folder = run_dir(|_| ());
    let error = Run::load(&RunDir::new(folder.path())).unwrap_err();
    assert!(matches!(error, LoadError::NotARun { .. }), "{error}");
}

#[test]
fn another_version_is_named_before_its_fields_are_read() {
    let folder = run_dir(|dir| fs::write(dir.manifest(), br#"{"version": 99}"#).unwrap());
    let error = Run::load(&RunDir::new(folder.path())).unwrap_err();
    assert!(
        matches!(error, LoadError::Version { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn a_damaged_manifest_is_an_error_with_its_source() {
    let folder = run_dir(|dir| fs::write(dir.manifest(), b"{").unwrap());
    let error = Run::load(&RunDir::new(folder.path())).unwrap_err();
    assert!(matches!(error, LoadError::Manifest { .. }), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn bad_lines_are_set_aside_with_their_numbers() {
    let mut diary = Vec::new();
    write_events(&[event(1, EventKind::Accepted)], &mut diary).unwrap();
    diary.extend_from_slice(b"\n{\"at\": 2, \"peer\": \"tcp\", \"local\": \"1.2.3.4:5\", \"remote\": \"1.2.3.4:6\", \"event\": \"from-the-future\"}\n{\"at\": 3, \"pe");
    let (events, bad) = read_events(&diary);
    assert_eq!(events.len(), 1);
    assert_eq!(
        bad.iter().map(|line| line.number).collect::<Vec<_>>(),
        [3, 4]
    );
    assert!(bad[0].error.contains("from-the-future"), "{}", bad[0].error);
}

fn any_kind() -> impl Strategy<Value = EventKind> {
    let range = || {
        (any::<u32>(), any::<u32>()).prop_map(|(a, n)| u64::from(a)..u64::from(a) + u64::from(n))
    };
    prop_oneof![
        any::<u64>().prop_map(|begin| EventKind::Opened { begin }),
        Just(EventKind::Accepted),
        Just(EventKind::Eof),
        Just(EventKind::Closed {
            how: Closing::TimedOut
        }),
        (range(), range()).prop_map(|(range, body)| EventKind::Message { range, body }),
        (range(), range()).prop_map(|(range, body)| EventKind::Understood { range, body }),
        (any::<u64>(), range()).prop_map(|(begin, range)| EventKind::Write { begin, range }),
        (any::<u64>(), range(), any::<u64>()).prop_map(|(begin, range, asked)| EventKind::Read {
            begin,
            range,
            asked
        }),
        any::<String>().prop_map(|error| EventKind::Malformed { error }),
        any::<(u64, u64, u64)>().prop_map(|(begin, len, digest)| EventKind::DatagramSent {
            begin,
            len,
            digest
        }),
        any::<(u64, u64, u64, u64)>().prop_map(|(begin, len, full, digest)| {
            EventKind::DatagramReceived {
                begin,
                len,
                full,
                digest,
            }
        }),
    ]
}

proptest! {
    #[test]
    fn every_event_survives_the_diary(kinds in prop::collection::vec(any_kind(), 0..20)) {
        let events: Vec<_> = (0..).zip(kinds).map(|(at, kind)| event(at, kind)).collect();
        let mut diary = Vec::new();
        write_events(&events, &mut diary).unwrap();
        prop_assert_eq!(read_events(&diary), (events, Vec::new()));
    }

    #[test]
    fn a_diary_of_any_bytes_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        read_events(&bytes);
    }
}
