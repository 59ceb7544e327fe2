//! What simulated hosts do, as the captures and diaries show it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use record::{
    event::{Closing, EventKind},
    manifest::Outcome,
    run::Run,
};
use support::{count, events, plan, simulate, value, with_seed};

fn completed(yaml: &str) -> Run {
    let run = simulate(&plan(yaml)).run;
    assert_eq!(run.manifest.outcome, Outcome::Completed);
    run
}

/// A transfer of 100 kB from client to server, with these options and this link.
fn transfer(link: &str, network: &str, server: &str, client: &str) -> String {
    format!(
        "
deadline: 30min
network: {{{network}}}
link: {{{link}}}
hosts:
  server: {{run: {{tcp: {{peer: tcp-server, protocol: sink, read: 4KiB, {server}}}}}}}
  client: {{run: {{tcp: {{peer: tcp-client, to: server, protocol: source, bytes: 100kB, {client}}}}}}}
"
    )
}

fn received(run: &Run) -> u64 {
    let ends = events(run, "server")
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Read { range, .. } => Some(range.end),
            _ => None,
        });
    ends.max().unwrap_or(0)
}

fn closings(run: &Run, host: &str) -> Vec<Closing> {
    let all = events(run, host)
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Closed { how } => Some(how),
            _ => None,
        });
    all.collect()
}

#[test]
fn a_transfer_arrives_whole_over_either_internet_protocol() {
    for network in ["family: ipv4", "family: ipv6"] {
        let run = completed(&transfer(
            "delay: 5ms",
            network,
            "read-pause: 0ms",
            "nodelay: false",
        ));
        assert_eq!(received(&run), 100_000);
        assert_eq!(count(&run, "server", |kind| *kind == EventKind::Eof), 1);
        // Half-closed by the client, closed by both.
        assert_eq!(closings(&run, "server"), [Closing::Finished]);
        assert_eq!(closings(&run, "client"), [Closing::Finished]);
    }
}

#[test]
fn the_mtu_decides_how_large_segments_are() {
    let run = completed(&transfer(
        "mtu: 68",
        "family: ipv4",
        "read-pause: 0ms",
        "nodelay: true",
    ));
    assert_eq!(received(&run), 100_000);
    let analysis = analysis::analyse(&run);
    let client = analysis.links.iter().find(|link| link.host == "client");
    assert_eq!(client.unwrap().largest, Some(68));
    // 68 bytes less 20 of IP and 32 of TCP with time stamps, and less here and there.
    assert!(value(&run, "client.tcp.segments") >= Some(100_000_u64.div_ceil(16)));
}

#[test]
fn small_buffers_make_small_steps_and_lose_nothing() {
    let run = completed(&transfer(
        "delay: 1ms",
        "family: ipv4",
        "rcvbuf: 500B, read-pause: 1ms",
        "sndbuf: 300B",
    ));
    assert_eq!(received(&run), 100_000);
}

/// Old acknowledgments overtake newer ones while the window is small: there smoltcp may forget its
/// data. Without a nudge such a run never ends.
#[test]
fn a_stack_that_forgot_its_data_is_nudged_and_the_nudges_are_counted() {
    let plan = plan(&transfer(
        "delay: 5ms, jitter: 3ms, loss: 20%",
        "family: ipv4",
        "rcvbuf: 600B, read-pause: 2ms",
        "write: 10kB, connect-timeout: 10min",
    ));
    let mut nudges = 0;
    for seed in 1..=150 {
        let run = with_seed(&plan, seed).run;
        assert_eq!(run.manifest.outcome, Outcome::Completed, "seed {seed}");
        assert_eq!(received(&run), 100_000, "seed {seed}");
        let these: u64 = run.manifest.hosts.iter().map(|host| host.nudges).sum();
        let noted = analysis::analyse(&run)
            .notes
            .iter()
            .any(|note| matches!(note, analysis::model::note::Note::Nudged { .. }));
        assert_eq!(noted, these > 0);
        nudges += these;
    }
    assert!(nudges > 0);
}

#[test]
fn a_thousand_connections_of_one_client_are_served() {
    let run = completed(
        "
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
  client: {run: {tcp: {peer: tcp-client, to: server, framing: i32, send: [a, b], connections: 1000}}}
",
    );
    assert_eq!(value(&run, "server.tcp.understood"), Some(2000));
    assert_eq!(
        count(&run, "server", |kind| *kind == EventKind::Accepted),
        1000
    );
}

#[test]
fn a_datagram_larger_than_the_mtu_travels_in_fragments_and_is_cut_by_a_small_buffer() {
    let run = completed(
        "
link: {delay: 1ms}
hosts:
  server: {run: {udp: {peer: udp-peer, protocol: sink, read: 2KiB}}}
  client: {run: {udp: {peer: udp-peer, to: server, protocol: source, bytes: 40kB, write: 20kB}}}
",
    );
    let got = events(&run, "server")
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::DatagramReceived { len, full, .. } => Some((len, full)),
            _ => None,
        });
    assert_eq!(got.collect::<Vec<_>>(), [(2048, 20_000); 2]);
}

#[test]
fn a_corked_burst_leaves_as_one_segment() {
    let scenario = |cork: bool| {
        format!(
            "
link: {{delay: 10ms}}
hosts:
  server: {{run: {{tcp: {{peer: tcp-server, framing: i32}}}}}}
  client:
    run:
      tcp:
        {{peer: tcp-client, to: server, framing: i32, send: [a, b, c], wait: never, nodelay: true, cork: {cork}}}
"
        )
    };
    let segments = |cork| value(&completed(&scenario(cork)), "client.tcp.segments");
    assert_eq!((segments(false), segments(true)), (Some(3), Some(1)));
}

#[test]
fn a_server_of_one_client_at_a_time_lets_the_others_wait() {
    let scenario = |one: bool| {
        format!(
            "
link: {{delay: 10ms}}
hosts:
  server: {{run: {{tcp: {{peer: tcp-server, framing: i32, think: 20ms, one-at-a-time: {one}}}}}}}
  client: {{run: {{tcp: {{peer: tcp-client, to: server, framing: i32, send: [a, exit], connections: 4}}}}}}
"
        )
    };
    // How many connections the server has open at once, at most.
    let most = |one| {
        let run = completed(&scenario(one));
        assert_eq!(value(&run, "server.tcp.understood"), Some(8));
        let changes = events(&run, "server")
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Accepted => Some(1),
                EventKind::Closed { .. } => Some(-1),
                _ => None,
            });
        let open = changes.scan(0, |open, change| {
            *open += change;
            Some(*open)
        });
        open.max()
    };
    assert_eq!((most(false), most(true)), (Some(4), Some(1)));
}

#[test]
fn quick_acknowledgments_do_not_wait() {
    let scenario = |quick: bool| {
        format!(
            "
link: {{delay: 10ms}}
hosts:
  server: {{route: {{quickack: {quick}}}, run: {{tcp: {{peer: tcp-server, framing: i32}}}}}}
  client:
    run: {{tcp: {{peer: tcp-client, to: server, framing: i32, send: [Michael, Tracy], write: 4B}}}}
"
        )
    };
    let elapsed = |quick| value(&completed(&scenario(quick)), "client.tcp.elapsed");
    // Two requests in two writes each: two acknowledgments that are put off for 40 ms.
    assert!(elapsed(false) > elapsed(true).map(|quick| quick + 70_000_000));
}

#[test]
fn a_cut_network_delays_and_loses_nothing() {
    let run = completed(
        "
link: {delay: 10ms}
timeline: [{at: 100ms, host: server, link: down}, {at: 1s, host: server, link: up}]
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
  client:
    run: {tcp: {peer: tcp-client, to: server, framing: i32, send: [a, b, c, d, e], write-pause: 30ms}}
",
    );
    assert_eq!(value(&run, "server.tcp.understood"), Some(5));
    let cut: u64 = run
        .manifest
        .hosts
        .iter()
        .map(|host| host.link.counters.cut)
        .sum();
    assert!(cut > 0);
    assert!(value(&run, "client.tcp.elapsed") > Some(900_000_000));
}

#[test]
fn a_run_that_does_not_end_is_broken_at_the_deadline_in_virtual_time() {
    let yaml = "
deadline: 3h
link: {delay: 1ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, protocol: sink}}}
  client: {run: {tcp: {peer: tcp-client, to: server, framing: i32, send: [a]}}}
";
    // The client waits for a welcome that a sink never says.
    let run = simulate(&plan(yaml)).run;
    let Outcome::Broken { host, reason, .. } = &run.manifest.outcome else {
        panic!("{:?}", run.manifest.outcome);
    };
    assert_eq!(host, "client");
    assert!(
        reason.starts_with("was not done at the deadline"),
        "{reason}"
    );
    assert_eq!(
        run.manifest.ended - run.manifest.started,
        3 * 3600 * 1_000_000_000
    );
}

#[test]
fn a_client_that_nobody_answers_gives_up_when_its_time_is_over() {
    let yaml = "
link: {loss: 100%}
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [a], connect-timeout: 1500ms}}}
";
    let run = simulate(&plan(yaml)).run;
    let Outcome::Broken { reason, log, .. } = &run.manifest.outcome else {
        panic!("{:?}", run.manifest.outcome);
    };
    assert!(
        reason.contains("within 1500 ms: nobody answers"),
        "{reason}"
    );
    assert_eq!(log.len(), 1);
}

#[test]
fn what_arrives_and_what_was_sent_add_up() {
    let run = completed(&transfer(
        "delay: 5ms, loss: 3%, duplicate: 3%",
        "family: ipv4",
        "read-pause: 0ms",
        "nodelay: true",
    ));
    assert_eq!(received(&run), 100_000);
    let analysis = analysis::analyse(&run);
    for link in &analysis.links {
        let host = run
            .manifest
            .hosts
            .iter()
            .find(|host| host.name == link.host)
            .unwrap();
        let counted = host.link.counters;
        assert_eq!(link.sent, counted.offered, "{}", link.host);
        assert_eq!(link.missing, counted.lost, "{}", link.host);
    }
}

#[test]
fn hosts_by_count_all_play() {
    let run = completed(
        "
link: {delay: 5ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
  client: {count: 50, run: {tcp: {peer: tcp-client, to: server, framing: i32, send: [a, b]}}}
",
    );
    assert_eq!(run.hosts.len(), 51);
    assert_eq!(value(&run, "server.tcp.understood"), Some(100));
}

#[test]
fn what_several_hosts_send_by_udp_is_compared_in_sum() {
    let source = "{peer: udp-peer, to: server, protocol: source, bytes: 2kB, write: 200B}";
    let run = completed(&format!(
        "
hosts:
  server: {{run: {{udp: {{peer: udp-peer, protocol: sink}}}}}}
  one: {{run: {{udp: {source}}}}}
  other: {{run: {{udp: {source}}}}}
"
    ));
    let rows = analysis::Comparison::new(&[analysis::analyse(&run)]).rows;
    assert_eq!((rows[0].messages, rows[0].right), (Some(20), Some(20)));
}

/// A server that is cut off for good after a second while it thinks about the reply to the client,
/// which has these options; and how long after its begin the client's connection ended, in ns.
fn dead_peer(client: &str, think: &str, cut: &str) -> (Run, Option<u64>) {
    let run = simulate(&plan(&format!(
        "
deadline: 60s
link: {{delay: 10ms}}
hosts:
  server: {{run: {{tcp: {{peer: tcp-server, framing: i32, think: {think}}}}}}}
  client:
    run: {{tcp: {{peer: tcp-client, to: server, framing: i32, send: [a, b], {client}}}}}
timeline: [{cut}]
"
    )))
    .run;
    let began = events(&run, "client").first().unwrap().at;
    let mut all = events(&run, "client").iter();
    let closed = all.find(|event| {
        let how = Closing::TimedOut;
        event.kind == EventKind::Closed { how }
    });
    let after = closed.map(|event| event.at - began);
    (run, after)
}

const CUT: &str = "{at: 1s, host: server, link: down}";

#[test]
fn keepalives_find_out_that_the_other_side_is_gone() {
    let (_, after) = dead_peer("keepalive: 1s, keepalive-probes: 3", "40s", CUT);
    // The last word came 60 ms after the begin; then probes after 1, 2 and 3 s.
    let after = after.unwrap();
    assert!((4_000_000_000..4_200_000_000).contains(&after), "{after}");
    let (run, after) = dead_peer("nodelay: false", "40s", CUT);
    assert_eq!(after, None, "without them nobody does");
    assert_ne!(run.manifest.outcome, Outcome::Completed);
}

#[test]
fn data_that_stays_unacknowledged_ends_a_connection_after_the_user_timeout() {
    let cut = "{at: 50ms, host: server, link: down}";
    let client = "wait: never, write-pause: 1s, user-timeout: 2s";
    let (_, after) = dead_peer(client, "0s", cut);
    // The first message is written after a round trip, and its acknowledgment meets the cut.
    let after = after.unwrap();
    assert!((2_000_000_000..2_100_000_000).contains(&after), "{after}");
}

#[test]
fn who_only_thinks_is_not_taken_for_dead() {
    for client in ["keepalive: 1s, keepalive-probes: 1", "user-timeout: 2s"] {
        let (run, after) = dead_peer(client, "9s", "");
        assert_eq!((after, &run.manifest.outcome), (None, &Outcome::Completed));
    }
}
