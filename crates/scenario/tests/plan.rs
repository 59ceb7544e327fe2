//! What scenarios come to.

use scenario::{
    catalogue,
    plan::{HostPlan, Plan, Program, VariantPlan},
};
use std::{fs, net::IpAddr, path::Path};

const PAIR: &str = "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [hi]}}}
";

fn plan(text: &str) -> Plan {
    scenario::parse("test", text.as_bytes(), "test.yaml", "/lab")
        .unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn only(plan: &Plan) -> &VariantPlan {
    let [variant] = &plan.variants[..] else {
        panic!("{} variants", plan.variants.len());
    };
    variant
}

fn addresses(variant: &VariantPlan) -> Vec<String> {
    variant
        .hosts
        .iter()
        .map(|host| host.address.to_string())
        .collect()
}

/// The configuration of one of the host's peers.
#[track_caller]
fn peer<'a>(host: &'a HostPlan, name: &str) -> &'a protocol::PeerConfig {
    let Some(program) = host.run.iter().find(|program| program.name == name) else {
        panic!("{} runs no {name}", host.name);
    };
    match &program.program {
        Program::Peer(config) => config,
        Program::Command(command) => panic!("{command:?}"),
    }
}

#[test]
fn the_first_scenario() {
    let sticky = catalogue::find("sticky").unwrap().load().unwrap();
    insta::assert_json_snapshot!(sticky);
}

#[test]
fn every_key() {
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid/everything.yaml"),
    );
    insta::assert_json_snapshot!(plan(&text.unwrap()));
}

#[test]
fn a_plan_survives_json() {
    let sticky = catalogue::find("sticky").unwrap().load().unwrap();
    let json = serde_json::to_string(&sticky).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), sticky);
}

#[test]
fn without_variants_there_is_a_plain_one() {
    let plan = plan(PAIR);
    assert_eq!(only(&plan).name, "plain");
    assert_eq!((plan.seed, plan.title.en.as_str()), (1, "test"));
    assert_eq!(only(&plan).network.subnet, IpAddr::from([198, 18, 0, 0]));
}

#[test]
fn hosts_get_the_lowest_free_addresses_in_order() {
    let text = "network: {subnet: 10.1.0.0/29}
hosts:
  a: {run: {tcp: {peer: tcp-client, to: b}}}
  b: {address: 10.1.0.2, run: {tcp: {peer: tcp-server}}}
  c: {}
  d: {address: 10.1.0.1}
  e: {}
  f: {}
";
    let expected = [
        "10.1.0.3", "10.1.0.2", "10.1.0.4", "10.1.0.1", "10.1.0.5", "10.1.0.6",
    ];
    assert_eq!(addresses(only(&plan(text))), expected);
}

#[test]
fn ipv6_has_a_subnet_of_its_own() {
    let plan = plan(&format!("network: {{family: ipv6}}\n{PAIR}"));
    assert_eq!(addresses(only(&plan)), ["fd00:74::1", "fd00:74::2"]);
    let client = peer(only(&plan).host("client").unwrap(), "tcp");
    assert_eq!(client.to.unwrap().to_string(), "[fd00:74::1]:9999");
}

#[test]
fn a_host_overrides_the_link_key_by_key() {
    let text = "link: {delay: 20ms, loss: 1%}
hosts:
  server: {link: {loss: 0%}, run: {tcp: {peer: tcp-server}}}
  client: {link: {delay: 5ms, mtu: 576}, run: {tcp: {peer: tcp-client, to: server}}}
";
    let plan = plan(text);
    let links: Vec<_> = only(&plan)
        .hosts
        .iter()
        .map(|host| {
            serde_json::to_value(&host.link.start.egress)
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(
        links,
        [
            r#"{"delay":"20ms","loss":"none","mtu":1500}"#,
            r#"{"delay":"5ms","loss":{"independent":{"share":"1%"}},"mtu":576}"#,
        ]
    );
}

/// tc-netem(8): "the others will be set to the default values r=1-p, 1-h=1 and 1-k=0".
#[test]
fn gilbert_elliotts_defaults_are_tcs() {
    let plan = plan(&format!(
        "link: {{loss: {{gilbert-elliott: {{p: 30%}}}}}}\n{PAIR}"
    ));
    let loss = &only(&plan).hosts[0].link.start.egress.loss;
    let json = serde_json::to_value(loss).unwrap();
    assert_eq!(
        json["gilbert-elliott"].to_string(),
        r#"{"bad-loss":"100%","good-loss":"0%","p":"30%","r":"70%"}"#
    );
}

#[test]
fn none_takes_away_what_would_hold_for_every_host() {
    let text = "link: {rate: 1mbit, queue: {packets: 9}, path-mtu: 600, black-hole: true}
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client:
    link: {rate: none, queue: none, path-mtu: none}
    run: {tcp: {peer: tcp-client, to: server, send: [hi]}}
";
    let plan = plan(text);
    let link = |host: &str| &only(&plan).host(host).unwrap().link.start.egress;
    assert_eq!(
        *link("client"),
        scenario::impairment::Impairments::default()
    );
    assert_eq!(link("server").path_mtu, Some(600));
    assert!(link("server").black_hole);
}

#[test]
fn a_client_goes_to_the_port_that_the_other_host_serves() {
    let text = "hosts:
  server:
    run:
      tcp: {peer: tcp-server, port: 7}
      udp: {peer: udp-peer, port: 8}
  other: {run: {web: {command: [httpd], listens: tcp/80}}}
  client:
    run:
      by-default: {peer: tcp-client, to: server}
      by-port: {peer: tcp-client, to: server, port: 9}
      by-goal: {peer: tcp-client, to: 'server:10'}
      command: {peer: tcp-client, to: other}
      udp: {peer: udp-peer, to: server}
";
    let plan = plan(text);
    let client = only(&plan).host("client").unwrap();
    let to = |name| peer(client, name).to.unwrap().to_string();
    assert_eq!(to("by-default"), "198.18.0.1:7");
    assert_eq!(to("by-port"), "198.18.0.1:9");
    assert_eq!(to("by-goal"), "198.18.0.1:10");
    assert_eq!(to("command"), "198.18.0.2:80");
    assert_eq!(to("udp"), "198.18.0.1:8");
    assert_eq!(
        peer(client, "udp").listen.unwrap().to_string(),
        "198.18.0.3:0"
    );
    assert_eq!(peer(client, "by-default").listen, None);
    let server = only(&plan).host("server").unwrap();
    assert_eq!(
        peer(server, "tcp").listen.unwrap().to_string(),
        "198.18.0.1:7"
    );
}

#[test]
fn what_a_variant_sets_holds_in_that_variant_only() {
    let text = format!(
        "{PAIR}variants:
  before: {{}}
  changed:
    set: {{client.tcp.nodelay: true, client.link.delay: 7ms, link.mtu: 576, deadline: 3s}}
  after: {{}}
"
    );
    let plan = plan(&text);
    let seen: Vec<_> = plan
        .variants
        .iter()
        .map(|variant| {
            let (server, client) = (
                variant.host("server").unwrap(),
                variant.host("client").unwrap(),
            );
            let nodelay = peer(client, "tcp").nodelay;
            (
                nodelay,
                client.link.start.egress.delay.as_millis(),
                server.link.mtu(),
                variant.deadline.as_secs(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (false, 0, 1500, 30),
            (true, 7, 576, 3),
            (false, 0, 1500, 30)
        ]
    );
}

#[test]
fn a_variant_may_mend_what_would_be_wrong_without_it() {
    let text = "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client}}}
variants:
  one: {set: {client.tcp.to: server}}
";
    assert!(
        peer(only(&plan(text)).host("client").unwrap(), "tcp")
            .to
            .is_some()
    );
}

#[test]
fn expectations_of_the_scenario_come_before_the_variants_own() {
    let text = format!(
        "{PAIR}expect: [{{finding: merged-message, count: 0}}]
variants:
  one: {{expect: [{{value: client.tcp.elapsed, between: [40ms, 0.1s]}}]}}
  two: {{}}
"
    );
    let plan = plan(&text);
    let written = |index: usize| -> Vec<&str> {
        plan.variants[index]
            .expect
            .iter()
            .map(|expectation| expectation.written.as_str())
            .collect()
    };
    let always = "merged-message, count is 0";
    assert_eq!(
        written(0),
        [always, "client.tcp.elapsed between 40ms and 0.1s"]
    );
    assert_eq!(written(1), [always]);
}

#[test]
fn an_accepted_peer_has_no_problem_of_its_own() {
    let everything = include_str!("valid/everything.yaml");
    let sticky = include_str!("../../../scenarios/sticky.yaml");
    for variant in [plan(everything), plan(sticky)]
        .iter()
        .flat_map(|plan| &plan.variants)
    {
        for program in variant.hosts.iter().flat_map(|host| &host.run) {
            if let Program::Peer(config) = &program.program {
                assert_eq!(
                    config.problems(),
                    [],
                    "{} in {}",
                    program.name,
                    variant.name
                );
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_character_of_the_scenario() {
    assert_eq!(plan(&format!("\u{feff}{PAIR}")), plan(PAIR));
    let wrong = scenario::parse("x", "\u{feff}tilte: 1".as_bytes(), "x.yaml", "/").unwrap_err();
    let places: Vec<_> = wrong
        .iter()
        .filter_map(|wrong| wrong.location.as_ref())
        .map(|at| at.column)
        .collect();
    assert_eq!(places, [1, 1]);
}

#[test]
fn a_count_makes_hosts_of_their_own() {
    let plan = plan(
        "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {count: 3, run: {tcp: {peer: tcp-client, to: server, send: [hi]}}}
expect: [{value: client-2.tcp.understood, is: 2}]
variants:
  few: {}
  many: {set: {client.count: 200}}
",
    );
    let names: Vec<&str> = plan.variants[0]
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    assert_eq!(names, ["server", "client-1", "client-2", "client-3"]);
    assert_eq!(
        addresses(&plan.variants[0]),
        ["198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.4"]
    );
    let programs = |name: &str| plan.variants[0].host(name).map(|host| host.run.clone());
    assert_eq!(programs("client-1"), programs("client-3"));
    assert_eq!(plan.variants[1].hosts.len(), 201);
}
