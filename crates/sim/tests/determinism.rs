//! The same scenario and seed make the same run, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::prelude::*;
use record::{event::digest, run::write_events};
use scenario::catalogue;
use support::{all_bytes, fingerprint, plan, simulate, with_seed};

/// Of captures and diaries of sticky's naive variant, seed 7. It changes only where smoltcp, the
/// emulator, or what the peers do and cost changes: then look at the run before you write it anew.
const STICKY: u64 = 0xc1af_333d_88c2_ea29;

#[test]
fn sticky_is_what_it_was() {
    let plan = catalogue::find("sticky").unwrap().load().unwrap();
    let run = simulate(&plan).run;
    let mut bytes = Vec::new();
    for host in &run.hosts {
        bytes.extend(&host.capture);
        write_events(&host.events, &mut bytes).unwrap();
    }
    assert_eq!(digest(&bytes), STICKY, "{:#x}", digest(&bytes));
}

/// Loss, jitter, duplicates and reordering, so that everything that draws takes part.
const ROUGH: &str = "
link: {delay: 5ms, jitter: 2ms, loss: 5%, duplicate: 5%, corrupt: 2%, reorder: 5%}
deadline: 10min
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}, udp: {peer: udp-peer}}}
  client:
    run:
      tcp: {peer: tcp-client, to: server, framing: i32, send: [a, b, c], connections: 3}
      udp: {peer: udp-peer, to: server, send: [x, y, z]}
";

#[test]
fn every_seed_makes_a_run_of_its_own_on_any_thread() {
    let plan = plan(ROUGH);
    let prints = || -> Vec<u64> {
        let seeds = 1..=40;
        seeds
            .map(|seed| fingerprint(&with_seed(&plan, seed)))
            .collect()
    };
    let here = prints();
    std::thread::scope(|scope| {
        for there in [scope.spawn(prints), scope.spawn(prints)] {
            assert_eq!(there.join().unwrap(), here);
        }
    });
    let mut unlike = here.clone();
    unlike.sort_unstable();
    unlike.dedup();
    assert_eq!(unlike.len(), here.len());
}

prop_compose! {
    fn any_scenario()(
        family in prop_oneof![Just("ipv4"), Just("ipv6")],
        framing in prop_oneof![Just("i32"), Just("none"), Just("{delimiter: \"\\n\"}")],
        (delay, jitter, loss, duplicate, corrupt) in (0..50u32, 0..20u32, 0..30u32, 0..20u32, 0..10u32),
        (read, rcvbuf, sndbuf) in (1..2000u32, 200..70_000u32, 200..70_000u32),
        nodelay: bool,
        cork: bool,
        connections in 1..5u32,
        messages in prop::collection::vec("\"[a-z]{1,40}\"", 1..8),
        (wait, think, pause) in (any::<bool>(), 0..50u32, 0..50u32),
        seed: u64,
    ) -> String {
        let wait = if wait { "reply" } else { "never" };
        let send = messages.join(", ");
        let jitter = jitter.min(delay);
        format!("
seed: {seed}
deadline: 2min
network: {{family: {family}}}
link: {{delay: {delay}ms, jitter: {jitter}ms, loss: {loss}%, duplicate: {duplicate}%, corrupt: {corrupt}%}}
hosts:
  server:
    run:
      tcp: {{peer: tcp-server, framing: {framing}, read: {read}B, rcvbuf: {rcvbuf}B, think: {think}ms}}
      udp: {{peer: udp-peer}}
  client:
    run:
      tcp:
        peer: tcp-client
        to: server
        framing: {framing}
        send: [{send}]
        wait: {wait}
        sndbuf: {sndbuf}B
        nodelay: {nodelay}
        cork: {cork}
        connections: {connections}
        write-pause: {pause}ms
      udp: {{peer: udp-peer, to: server, send: [{send}], wait: {wait}}}
")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_runs_twice_alike_and_comes_to_an_end(yaml in any_scenario()) {
        let plan = plan(&yaml);
        let (one, other) = (simulate(&plan), simulate(&plan));
        prop_assert_eq!(all_bytes(&one), all_bytes(&other));
    }
}
