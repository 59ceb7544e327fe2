//! The display filter that `inspect` prints for a finding shows that finding in Wireshark, and nothing
//! else.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};
use support::{Workshop, stderr};

/// Simulated variants whose captures have every kind of finding that a capture alone can have.
const VARIANTS: [(&str, &str); 7] = [
    ("crumbs.yaml", "plain"),
    ("silly-window-sender", "slow"),
    ("silly-window-receiver", "naive"),
    ("silly-window-both", "naive"),
    ("slow-reader", "slow"),
    ("small-mtu", "mtu-296"),
    ("lossy", "twenty-percent"),
];

/// Small writes, both ways, of which one is lost and sent again.
const CRUMBS: &str = "
link: {delay: 5ms}
hosts:
  server:
    run: {tcp: {peer: tcp-server, framing: i32, nodelay: true}}
  client:
    link: {loss: {packets: [20]}}
    run:
      tcp:
        peer: tcp-client
        to: server
        framing: i32
        nodelay: true
        wait: never
        write-pause: 2ms
        send: [a, bb, ccc, d, ee, f, gg, hhh, i, jj, kkk, l, mm, nnn, o, pp, q, rr, sss, t, uu, v]
";

/// So many of a kind are looked at in one capture.
const ENOUGH: usize = 2;

const KINDS: [&str; 6] = [
    "tinygram-run",
    "silly-window-sender",
    "silly-window-receiver",
    "zero-window",
    "window-full",
    "small-mss",
];

#[test]
fn filters_show_their_findings() {
    if !testkit::has_program("tshark") {
        return;
    }
    let mut checked: BTreeMap<String, u64> = BTreeMap::new();
    for (scenario, variant) in VARIANTS {
        let workshop = Workshop::new();
        workshop.scenario("crumbs", CRUMBS);
        let run = ["run", scenario, "--variant", variant, "--backend", "sim"];
        let output = workshop.run(&run);
        for host in ["client", "server"] {
            let capture = workshop.latest(variant).join(format!("{host}.pcapng"));
            assert!(capture.is_file(), "{scenario}: {}", stderr(&output));
            let analysis = inspected(&workshop, &capture);
            let mut here: BTreeMap<&str, usize> = BTreeMap::new();
            for finding in analysis["findings"].as_array().unwrap() {
                let code = finding["code"].as_str().unwrap();
                let times = here.entry(code).or_default();
                *times += 1;
                // Each takes a tshark, and a window may close a hundred times.
                if *times <= ENOUGH {
                    check(&capture, &analysis, finding);
                    *checked.entry(code.to_owned()).or_default() += 1;
                }
            }
        }
    }
    let missing: Vec<_> = KINDS
        .iter()
        .filter(|kind| !checked.contains_key(**kind))
        .collect();
    assert!(missing.is_empty(), "not found: {missing:?}; {checked:?}");
}

fn inspected(workshop: &Workshop, capture: &Path) -> Value {
    let output = workshop
        .tinygram(&["inspect", "--json"])
        .arg(capture)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check(capture: &Path, analysis: &Value, finding: &Value) {
    let shown = matching(capture, finding["filter"].as_str().unwrap());
    let frames = finding["frames"].as_array().unwrap();
    let named: BTreeSet<u64> = frames
        .iter()
        .map(|frame| frame["number"].as_u64().unwrap())
        .collect();
    assert!(named.is_subset(&shown), "{named:?} {shown:?} {finding:#}");
    let (first, last) = (*named.first().unwrap(), *named.last().unwrap());
    let ends = |frame: &u64| (first..=last).contains(frame);
    let segments = segments(analysis, &finding["place"]["stream"]);
    let sized = |fits: &dyn Fn(u64) -> bool| -> BTreeSet<u64> {
        let fitting = segments.iter().filter(|(_, len)| fits(*len));
        fitting.map(|(frame, _)| *frame).collect()
    };
    let details = &finding["details"];
    match finding["code"].as_str().unwrap() {
        "tinygram-run" => {
            let details = &details["tinygrams"];
            let largest = details["largest"].as_u64().unwrap();
            let mut expected = sized(&|len| len <= largest);
            expected.retain(ends);
            assert_eq!(shown, expected, "{finding:#}");
            assert_eq!(details["count"], shown.len(), "{finding:#}");
        }
        "silly-window-sender" => {
            let mut expected = sized(&|_| true);
            expected.retain(ends);
            assert_eq!(shown, expected, "{finding:#}");
            let pieces = &details["silly-sender"]["pieces"];
            assert_eq!(pieces["count"], shown.len(), "{finding:#}");
        }
        "silly-window-receiver" => {
            assert!(shown.iter().all(ends), "{finding:#}");
            let pieces = details["silly-receiver"]["pieces"]["count"].as_u64();
            let crumbs = shown.len() as u64 / 2;
            assert!(pieces.is_some_and(|pieces| pieces <= crumbs), "{finding:#}");
        }
        "small-mss" => {
            let largest = details["small-mss"]["largest"].as_u64().unwrap();
            assert_eq!(shown, sized(&|len| len == largest), "{finding:#}");
        }
        "window-full" => {
            assert_eq!(details["window-full"]["times"], shown.len(), "{finding:#}");
        }
        // From the window that closed to the one that opened; to the end, if none did.
        "zero-window" if named.len() > 1 => assert!(shown.iter().all(ends), "{finding:#}"),
        "zero-window" => assert_eq!(shown.first(), Some(&first), "{finding:#}"),
        _ => assert_eq!(shown, named, "{finding:#}"),
    }
}

/// Frames and lengths of what was sent that way.
fn segments(analysis: &Value, place: &Value) -> Vec<(u64, u64)> {
    let connection = place["connection"].as_u64().unwrap() as usize;
    let way = usize::from(place["direction"] == "server-to-client");
    let stream = &analysis["connections"][connection]["streams"][way];
    let number = |value: &Value| value.as_u64().unwrap();
    let segments = stream["segments"].as_array().unwrap().iter();
    segments
        .map(|segment| {
            let range = &segment["range"];
            let len = number(&range["end"]) - number(&range["start"]);
            (number(&segment["frame"]), len)
        })
        .collect()
}

/// The frames of a capture that Wireshark shows with that filter.
fn matching(capture: &Path, filter: &str) -> BTreeSet<u64> {
    let output = Command::new("tshark")
        .args([
            "-n",
            "-Y",
            filter,
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-r",
        ])
        .arg(capture)
        // The user's preferences could change what filters match.
        .env("WIRESHARK_CONFIG_DIR", "/nonexistent")
        .output()
        .unwrap();
    assert!(output.status.success(), "{filter}: {}", stderr(&output));
    let numbers = String::from_utf8(output.stdout).unwrap();
    numbers.lines().map(|line| line.parse().unwrap()).collect()
}
