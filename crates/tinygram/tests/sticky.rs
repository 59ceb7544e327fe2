//! The main job, whole: `tinygram run sticky` on real hosts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use support::{Workshop, assert_exit, namespaces, stdout};

const VARIANTS: [&str; 5] = [
    "naive",
    "nodelay",
    "ping-pong",
    "handshake",
    "length-prefix",
];
const HOSTS: [&str; 3] = ["server", "client", "udp-peer"];

#[test]
fn sticky_holds_and_leaves_complete_runs() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let output = workshop.run(&["run", "sticky", "--backend", "netns"]);
    assert_exit(&output, 0);
    let text = stdout(&output);
    for variant in VARIANTS {
        assert!(text.contains(variant), "{text}");
        let run = workshop.latest(variant);
        for file in ["manifest.json", "analysis.json"] {
            assert!(run.join(file).is_file(), "{variant}/{file}");
        }
        for host in HOSTS {
            assert!(
                run.join(format!("{host}.events.jsonl")).is_file(),
                "{variant}/{host}"
            );
        }
    }
    for line in text.lines() {
        assert!(
            unicode_width::UnicodeWidthStr::width(line) <= 80,
            "wider than 80: {line}"
        );
    }
}

#[test]
fn wireshark_reads_the_captures_without_a_complaint() {
    if !namespaces() || !testkit::has_program("tshark") || !testkit::has_program("capinfos") {
        return;
    }
    let workshop = Workshop::new();
    assert_exit(&workshop.run(&["run", "sticky", "--variant", "naive"]), 0);
    for host in HOSTS {
        let capture = workshop.latest("naive").join(format!("{host}.pcapng"));
        let capinfos = Command::new("capinfos").arg(&capture).output().unwrap();
        assert!(
            capinfos.status.success() && capinfos.stderr.is_empty(),
            "{capinfos:?}"
        );
        // Every frame dissects, with right checksums, and nothing is malformed or out of place.
        let odd = "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 \
                   || udp.checksum.status == 0 || tcp.analysis.ack_lost_segment \
                   || tcp.analysis.lost_segment || arp || icmpv6";
        let tshark = Command::new("tshark")
            .args([
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
            ])
            .args(["-o", "udp.check_checksum:TRUE", "-r"])
            .arg(&capture)
            .args(["-Y", odd])
            .output()
            .unwrap();
        assert!(tshark.status.success(), "{tshark:?}");
        assert_eq!(stdout(&tshark), "", "{host}");
    }
}

#[test]
fn captures_hold_every_connection_from_first_syn_to_last_ack() {
    if !namespaces() || !testkit::has_program("tshark") {
        return;
    }
    let workshop = Workshop::new();
    assert_exit(
        &workshop.run(&["run", "sticky", "--variant", "length-prefix"]),
        0,
    );
    for host in ["server", "client"] {
        let capture = workshop
            .latest("length-prefix")
            .join(format!("{host}.pcapng"));
        let fields = ["-T", "fields", "-e", "tcp.flags.syn", "-e", "tcp.flags.fin"];
        let tshark = Command::new("tshark")
            .arg("-r")
            .arg(&capture)
            .args(["-Y", "tcp", "-e", "tcp.len"])
            .args(fields)
            .output()
            .unwrap();
        let text = stdout(&tshark);
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split('\t').collect())
            .collect();
        assert_eq!(
            rows.first().map(|row| row[1]),
            Some("1"),
            "begins with a SYN: {text}"
        );
        assert_eq!(
            rows.iter().filter(|row| row[2] == "1").count(),
            2,
            "two FINs: {text}"
        );
        assert_eq!(
            rows.last().map(|row| (row[0], row[2])),
            Some(("0", "0")),
            "an ACK: {text}"
        );
    }
}

#[test]
fn a_capture_alone_still_shows_connections_and_coalescing() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    assert_exit(&workshop.run(&["run", "sticky", "--variant", "naive"]), 0);
    let lonely = workshop.path().join("lonely.pcapng");
    std::fs::copy(workshop.latest("naive").join("client.pcapng"), &lonely).unwrap();
    let output = workshop.run(&["inspect", "lonely.pcapng"]);
    assert_exit(&output, 0);
    let text = stdout(&output);
    assert!(text.contains("198.18.0.1:9999"), "{text}");
    assert!(text.contains("nagle"), "{text}");
}

#[test]
fn json_holds_the_same_verdicts() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let output = workshop.run(&["run", "sticky", "--variant", "naive", "--json"]);
    assert_exit(&output, 0);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value.to_string().contains("\"held\""), "{value}");
}
