//! Lessons over IPv6: the same files, with one key set.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{fs, path::Path};
use support::{Workshop, assert_exit, namespaces, stdout};

/// Plays variants of a lesson over IPv6, without its other variants' MTUs that IPv6 does not have. What
/// is inconclusive on a busy machine is played again.
fn holds_over_ipv6(name: &str, variants: &[&str], more: &[(&str, &str)]) {
    if !namespaces() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut text = fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
    for (from, to) in more {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let workshop = Workshop::new();
    workshop.scenario(name, &format!("network: {{family: ipv6}}\n{text}"));
    let file = format!("{name}.yaml");
    let mut arguments = vec!["run", &file, "--backend", "netns"];
    for variant in variants {
        arguments.extend(["--variant", variant]);
    }
    let outputs = (0..3).map(|_| workshop.run(&arguments));
    let output = outputs
        .into_iter()
        .find(|output| output.status.code() != Some(4))
        .unwrap();
    assert_exit(&output, 0);
    assert!(stdout(&output).contains("All expectations held"));
    let manifest = fs::read_to_string(workshop.latest(variants[0]).join("manifest.json")).unwrap();
    assert!(manifest.contains("fd00:74::"), "{manifest}");
}

#[test]
fn sticky() {
    let variants = [
        "naive",
        "nodelay",
        "ping-pong",
        "handshake",
        "length-prefix",
    ];
    holds_over_ipv6("sticky", &variants, &[]);
}

#[test]
fn udp_fragments() {
    holds_over_ipv6("udp-fragments", &["clean", "loss", "small"], &[]);
}

#[test]
fn small_mtu() {
    // Nothing smaller is allowed (RFC 8200, section 5).
    let least = [
        ("{link.mtu: 576}", "{link.mtu: 1280}"),
        (
            "client.tcp.segments, above: 35",
            "client.tcp.segments, above: 16",
        ),
        ("{link.mtu: 296}", "{link.mtu: 1280}"),
        ("{link.mtu: 128}", "{link.mtu: 1280}"),
        ("{link.mtu: 88}", "{link.mtu: 1280}"),
        ("{link.mtu: 68,", "{link.mtu: 1280,"),
    ];
    holds_over_ipv6("small-mtu", &["ethernet", "mtu-576"], &least);
}
