#![allow(clippy::unwrap_used, reason = "a test may panic")]
//! What links do later, and toward whom.

use proptest::prelude::*;
use scenario::{
    impairment::Impairments,
    plan::{LinkPlan, LinkState, Plan},
};
use std::{collections::BTreeSet, time::Duration};

const TRIO: &str = "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [hi]}}}
  other: {}
";

#[track_caller]
fn plan(text: &str) -> Plan {
    scenario::parse("test", text.as_bytes(), "test.yaml", "/lab")
        .unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The host's link in the scenario of three hosts with `more`.
#[track_caller]
fn link(more: &str, host: &str) -> LinkPlan {
    let plan = plan(&format!("{TRIO}{more}"));
    plan.variants[0].host(host).unwrap().link.clone()
}

/// When a link's phases begin, in seconds, and something of each.
fn phases<T>(link: &LinkPlan, of: impl Fn(&LinkState) -> T) -> Vec<(u64, T)> {
    link.phases()
        .map(|(at, state)| (at.as_secs(), of(state)))
        .collect()
}

fn delay(impairments: &Impairments) -> u128 {
    impairments.delay.as_millis()
}

fn cut(state: &LinkState) -> String {
    state.cut.iter().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_that_are_given_change_and_the_others_stay() {
    let link = link(
        "link: {delay: 20ms, mtu: 576}
timeline:
  - {at: 2s, host: server, link: {loss: 5%}}
  - {at: 1s, host: server, link: {delay: 100ms}}
  - {at: 3s, host: client, link: {delay: 1s}}
",
        "server",
    );
    let seen = phases(&link, |state| {
        let egress = &state.egress;
        (delay(egress), egress.has_chance(), egress.mtu)
    });
    assert_eq!(
        seen,
        [
            (0, (20, false, 576)),
            (1, (100, false, 576)),
            (2, (100, true, 576))
        ]
    );
}

#[test]
fn what_has_the_same_time_is_one_phase_and_the_later_line_wins() {
    let link = link(
        "timeline:
  - {at: 1s, link: {delay: 10ms}}
  - {at: 1000ms, host: server, link: {delay: 20ms}}
  - {at: 1s, host: server, link: {corrupt: 1%}}
",
        "server",
    );
    let seen = phases(&link, |state| {
        (delay(&state.egress), state.egress.corrupt.is_never())
    });
    assert_eq!(seen, [(0, (0, true)), (1, (20, false))]);
}

#[test]
fn what_happens_at_zero_holds_from_the_beginning() {
    let link = link("timeline: [{at: 0s, link: {delay: 10ms}}]\n", "client");
    assert_eq!(phases(&link, |state| delay(&state.egress)), [(0, 10)]);
}

#[test]
fn what_changes_nothing_begins_no_phase() {
    let more = "link: {delay: 10ms}\ntimeline: [{at: 1s, link: {delay: 10ms}}]\n";
    assert_eq!(link(more, "client").changes, []);
}

#[test]
fn toward_a_host_only_the_keys_that_are_given_differ() {
    let text = "link: {delay: 20ms, toward: {server: {corrupt: 1%}}}
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client:
    link: {delay: 30ms, toward: {server: {duplicate: 1%}}}
    run: {tcp: {peer: tcp-client, to: server, send: [hi]}}
timeline:
  - {at: 1s, host: client, link: {delay: 40ms}}
  - {at: 2s, host: client, toward: server, link: {delay: 50ms}}
  - {at: 3s, host: client, link: {delay: 60ms, corrupt: 0%}}
";
    let plan = plan(text);
    let link = |host: &str| &plan.variants[0].host(host).unwrap().link;
    let seen = phases(link("client"), |state| {
        let server = state.impairments("server");
        assert!(!server.corrupt.is_never() && !server.duplicate.is_never());
        assert!(state.egress.duplicate.is_never());
        (delay(&state.egress), delay(server))
    });
    assert_eq!(
        seen,
        [(0, (30, 30)), (1, (40, 40)), (2, (40, 50)), (3, (60, 50))]
    );
    // The server has nobody to send to that is itself.
    assert_eq!(link("server").start.toward.len(), 0);
}

#[test]
fn whoever_is_told_apart_later_is_so_from_the_beginning() {
    let link = link(
        "timeline: [{at: 1s, toward: server, link: {loss: 5%}}]\n",
        "client",
    );
    let seen = phases(&link, |state| {
        let loses = |impairments: &Impairments| impairments.has_chance();
        let toward: Vec<_> = state
            .toward
            .iter()
            .map(|(host, of)| (host.clone(), loses(of)))
            .collect();
        (loses(&state.egress), toward)
    });
    let server = |loses| vec![("server".to_owned(), loses)];
    assert_eq!(
        seen,
        [(0, (false, server(false))), (1, (false, server(true)))]
    );
}

#[test]
fn a_host_that_is_down_is_cut_off_both_ways() {
    let more = "timeline:
  - {at: 1s, host: server, link: down}
  - {at: 2s, host: other, link: down}
  - {at: 3s, host: server, link: up}
  - {at: 4s, host: other, link: up}
";
    let seen = |host| phases(&link(more, host), cut);
    let is = |states: &[&str]| -> Vec<(u64, String)> {
        let numbered = states.iter().enumerate();
        numbered
            .map(|(at, cut)| (at as u64, (*cut).to_owned()))
            .collect()
    };
    assert_eq!(
        seen("client"),
        is(&["", "server", "other server", "other", ""])
    );
    // Who is down already notices nothing when another one goes, or comes back.
    let [other, server] = [seen("other"), seen("server")];
    let times = |phases: &[(u64, String)]| phases.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(
        (times(&other), times(&server)),
        (vec![0, 1, 2, 4], vec![0, 1, 3, 4])
    );
    assert_eq!(other[2].1, "client server");
    assert_eq!([&server[1].1, &server[2].1], ["client other", "other"]);
}

#[test]
fn down_toward_a_host_is_one_way() {
    let more = "timeline:
  - {at: 1s, host: client, toward: server, link: down}
  - {at: 2s, host: client, toward: server, link: up}
  - {at: 3s, toward: other, link: down}
";
    let seen = |host| phases(&link(more, host), cut);
    let cut = |at, cut: &str| (at, cut.to_owned());
    assert_eq!(
        seen("client"),
        [cut(0, ""), cut(1, "server"), cut(2, ""), cut(3, "other")]
    );
    assert_eq!(seen("server"), [cut(0, ""), cut(3, "other")]);
    assert_eq!(seen("other"), [cut(0, "")]);
}

#[test]
fn healing_leaves_everything_else_as_it_was() {
    let more = "link: {delay: 20ms}
timeline:
  - {at: 1s, host: client, link: {delay: 50ms}}
  - {at: 2s, link: down}
  - {at: 3s, host: client, link: {corrupt: 1%}}
  - {at: 4s, link: up}
";
    let seen = phases(&link(more, "client"), |state| {
        let egress = &state.egress;
        (delay(egress), egress.corrupt.is_never(), state.cut.len())
    });
    assert_eq!(
        seen,
        [
            (0, (20, true, 0)),
            (1, (50, true, 0)),
            (2, (50, true, 2)),
            (3, (50, false, 2)),
            (4, (50, false, 0))
        ]
    );
}

#[test]
fn a_variant_sets_the_timeline_as_a_whole() {
    let text = format!(
        "{TRIO}timeline: [{{at: 1s, host: client, link: down}}]
variants:
  cut: {{}}
  uncut: {{set: {{timeline: []}}}}
  slow: {{set: {{client.link.toward.server.delay: 7ms, client.link.jitter: {{spread: 1ms, truncate: true}}}}}}
"
    );
    let plan = plan(&text);
    let seen: Vec<_> = plan
        .variants
        .iter()
        .map(|variant| {
            let link = &variant.host("client").unwrap().link;
            let start = &link.start;
            (
                link.changes.len(),
                delay(start.impairments("server")),
                start.egress.jitter.is_some(),
            )
        })
        .collect();
    assert_eq!(seen, [(1, 0, false), (0, 0, false), (1, 7, true)]);
}

#[test]
fn more_changes_than_memory_has_room_for_are_refused() {
    let hosts: String = (0..900).map(|n| format!("  h{n}: {{}}\n")).collect();
    let items: String = (1..=900)
        .map(|n| format!("  - {{at: {n}ms, link: {}}}\n", ["up", "down"][n % 2]))
        .collect();
    let text = format!("network: {{subnet: 10.0.0.0/8}}\n{TRIO}{hosts}timeline:\n{items}");
    let wrong = scenario::parse("x", text.as_bytes(), "x.yaml", "/").unwrap_err();
    assert!(
        wrong.to_string().contains("can't change so often"),
        "{wrong}"
    );
}

#[test]
fn a_timeline_has_a_thousand_items_at_most() {
    let items = |number| "  - {at: 5s, link: {delay: 5ms}}\n".repeat(number);
    let read = |number| {
        let text = format!("{TRIO}timeline:\n{}", items(number));
        scenario::parse("x", text.as_bytes(), "x.yaml", "/")
    };
    read(1_000).unwrap();
    let wrong = read(1_001).unwrap_err().to_string();
    assert!(wrong.contains("at most 1000 are possible"), "{wrong}");
}

fn item() -> impl Strategy<Value = String> {
    let host = || prop_oneof![Just(None), "server|client|other".prop_map(Some)];
    let link = "down|up|\\{delay: [1-9]ms\\}|\\{loss: [0-9]%, rate: [1-9]mbit\\}|\\{rate: none\\}";
    (0..5u32, host(), host(), link).prop_map(|(at, host, toward, link)| {
        let key = |name, host: Option<String>| {
            host.map_or_else(String::new, |host| format!(", {name}: {host}"))
        };
        let (host, toward) = (key("host", host), key("toward", toward));
        format!("  - {{at: {at}s{host}{toward}, link: {link}}}\n")
    })
}

proptest! {
    /// A timeline is refused, or comes to phases that follow each other and differ.
    #[test]
    fn any_timeline(items in proptest::collection::vec(item(), 0..8)) {
        let text = format!("{TRIO}timeline:\n{}  - {{at: 9s, link: {{delay: 1s}}}}\n", items.concat());
        let Ok(plan) = scenario::parse("any", text.as_bytes(), "any.yaml", "/") else {
            return Ok(());
        };
        for host in &plan.variants[0].hosts {
            let phases: Vec<_> = host.link.phases().collect();
            for pair in phases.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0, "{text}");
                prop_assert!(pair[0].1 != pair[1].1, "{text}");
            }
            let (last, state) = phases[phases.len() - 1];
            prop_assert_eq!(last, Duration::from_secs(9));
            prop_assert_eq!(state.egress.delay, Duration::from_secs(1));
            let classes: BTreeSet<Vec<&String>> =
                phases.iter().map(|(_, state)| state.toward.keys().collect()).collect();
            prop_assert_eq!(classes.len(), 1);
            for (_, state) in &phases {
                prop_assert!(!state.cut.contains(&host.name) && !state.toward.contains_key(&host.name));
            }
        }
    }
}
