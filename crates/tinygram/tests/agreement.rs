//! Namespaces and the simulation side by side: the same verdicts, the same findings, and a list of
//! the differences that last, which docs/sim.md explains.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{Workshop, namespaces, seen::seen};

/// Scenario, variant, finding, host: what one of the two may show and the other not.
const DIFFERENCES: &[[&str; 4]] = &[
    // Linux acknowledges a connection's first segments at once, so Nagle's algorithm lets go before
    // the reply is there; smoltcp's acknowledgment rides on the reply.
    ["sticky", "*", "nagle-delack-stall", "server"],
    ["sticky", "*", "coalesced-segment", "server"],
    ["sticky", "*", "sticky-read", "client"],
    ["lossy", "*", "nagle-delack-stall", "server"],
    // A race on either side: how many segments wait when the program comes to read.
    ["sticky", "nodelay", "sticky-read", "server"],
    ["sticky", "nodelay", "merged-message", "server"],
    ["nagle-delack", "*", "split-read", "server"],
    ["nagle-delack", "*", "sticky-read", "server"],
    // After a timeout smoltcp sends all it has as one segment again, and counts no packets in its
    // congestion window; Linux sends the segments as they were, and gathers what waits behind them.
    ["partition", "cut", "coalesced-segment", "client"],
    ["partition", "cut", "coalesced-segment", "server"],
    ["partition", "cut", "sticky-read", "client"],
    ["partition", "cut", "sticky-read", "server"],
    ["partition", "cut", "split-read", "client"],
    ["partition", "cut", "split-read", "server"],
    ["partition", "cut", "tinygram-run", "server"],
    ["lossy", "*", "tinygram-run", "server"],
    ["lossy", "*", "coalesced-segment", "client"],
    ["lossy", "*", "coalesced-segment", "server"],
    ["lossy", "*", "sticky-read", "client"],
    ["lossy", "*", "sticky-read", "server"],
    ["lossy", "*", "split-read", "server"],
    ["udp-vs-tcp", "*", "coalesced-segment", "client"],
    ["udp-vs-tcp", "*", "coalesced-segment", "server"],
    ["udp-vs-tcp", "*", "sticky-read", "client"],
    ["udp-vs-tcp", "*", "sticky-read", "server"],
    // smoltcp does not learn the path's MTU, so nothing fragmented ever arrives.
    ["impairments", "path-mtu", "datagram-fragmented", "server"],
    // What goes out after a timeout is as small as what was written, and nothing gathers it.
    ["lossy", "*", "silly-window-sender", "client"],
    ["partition", "cut", "silly-window-sender", "client"],
    // A write that fills the window arrives in pieces, which are read as they come.
    ["buffers", "*", "split-read", "server"],
    // The receive buffer is of another size, and the window opens in other steps.
    ["slow-reader", "*", "window-full", "client"],
    // Whether the buffer is full at the very moment is a race of pauses that are exact in one lab only.
    ["silly-window-both", "*", "window-full", "client"],
    ["silly-window-both", "*", "zero-window", "server"],
    [
        "silly-window-receiver",
        "delayed-ack",
        "zero-window",
        "server",
    ],
];

/// Whether a difference is one of those that last. `*` stands for every variant.
fn is_explained([scenario, variant, code, host]: [&str; 4]) -> bool {
    DIFFERENCES.iter().any(|known| {
        known[0] == scenario
            && (known[1] == variant || known[1] == "*")
            && known[2] == code
            && known[3] == host
    })
}

#[test]
fn verdicts_agree_and_findings_but_for_what_is_explained() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let mut compared = 0;
    let mut unexplained = Vec::new();
    for scenario in support::catalogue() {
        let simulated = seen(&workshop, &scenario, "sim");
        if simulated.is_empty() {
            continue;
        }
        let real = seen(&workshop, &scenario, "netns");
        for (variant, (verdict, findings)) in &simulated {
            compared += 1;
            let (real_verdict, real_findings) = &real[variant];
            // A machine that is busy leaves a condition open now and then.
            if real_verdict != "inconclusive" && real_verdict != verdict {
                unexplained.push(format!(
                    "{scenario}/{variant}: {verdict}, not {real_verdict}"
                ));
            }
            for (code, host) in findings.symmetric_difference(real_findings) {
                if !is_explained([&scenario, variant, code, host]) && code != "condition-unproven" {
                    let who = match findings.contains(&(code.clone(), host.clone())) {
                        true => "simulated",
                        false => "real",
                    };
                    unexplained.push(format!("{scenario}/{variant}: {code} of {host}: {who}"));
                }
            }
        }
    }
    assert!(compared > 20, "{compared}");
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}
