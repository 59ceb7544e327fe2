//! Every lesson shows what it says, with real hosts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    clippy::print_stderr,
    reason = "what was played again is told in the log"
)]

mod support;

use std::{collections::BTreeSet, fs, path::Path};
use support::{Workshop, assert_exit, namespaces, stdout};

/// Plays a scenario of the catalogue; all that it expects must hold. A run on a busy machine may be
/// inconclusive, which no machine is three times in a row.
fn holds(name: &str) {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let run = || workshop.run(&["run", name, "--backend", "netns"]);
    let inconclusive = |output: &std::process::Output| {
        let is_open = output.status.code() == Some(4);
        if is_open {
            // Whoever reads the tests' log sees that it happened, and why.
            eprintln!("{name} is inconclusive:\n{}", stdout(output));
        }
        is_open
    };
    let output = run();
    let output = if inconclusive(&output) { run() } else { output };
    let output = if inconclusive(&output) { run() } else { output };
    assert_exit(&output, 0);
    assert!(stdout(&output).contains("All expectations held"));
}

/// One test for each scenario, so that they run at the same time.
macro_rules! catalogue {
    ($($test:ident = $name:literal,)*) => {
        $(#[test]
        fn $test() {
            holds($name);
        })*

        const TESTED: &[&str] = &[$($name,)*];
    };
}

catalogue! {
    buffers = "buffers",
    dead_peer = "dead-peer",
    greeting = "greeting",
    http_get = "http-get",
    leftover = "leftover",
    lossy = "lossy",
    nagle_delack = "nagle-delack",
    pmtu_black_hole = "pmtu-black-hole",
    remote_command = "remote-command",
    silly_window_both = "silly-window-both",
    silly_window_receiver = "silly-window-receiver",
    silly_window_sender = "silly-window-sender",
    slow_reader = "slow-reader",
    small_mtu = "small-mtu",
    sticky_backlog = "sticky-backlog",
    sticky_one_write = "sticky-one-write",
    tinygrams = "tinygrams",
    udp_fragments = "udp-fragments",
    udp_greeting = "udp-greeting",
    udp_truncate = "udp-truncate",
    udp_vs_tcp = "udp-vs-tcp",
    your_own = "your-own",
}

/// Those that other tests play.
const ELSEWHERE: [&str; 3] = ["impairments", "partition", "sticky"];

#[test]
fn no_scenario_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let there: BTreeSet<String> = files
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let tested = TESTED
        .iter()
        .chain(&ELSEWHERE)
        .map(|name| (*name).to_owned());
    assert_eq!(there, tested.collect());
}
