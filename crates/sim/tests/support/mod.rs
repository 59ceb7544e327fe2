//! What the tests of the simulation share.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its part"
)]

use record::{
    event::{Event, EventKind, digest},
    run::{Run, write_events},
};
use scenario::plan::Plan;
use sim::{Assignment, Simulated, play};

/// A scenario of that text.
pub fn plan(yaml: &str) -> Plan {
    scenario::parse("test", yaml.as_bytes(), "test.yaml", ".")
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// The first variant, simulated with the plan's seed.
pub fn simulate(plan: &Plan) -> Simulated {
    with_seed(plan, plan.seed)
}

pub fn with_seed(plan: &Plan, seed: u64) -> Simulated {
    let variant = &plan.variants[0];
    play(Assignment {
        plan,
        variant,
        seed,
    })
    .unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that a run leaves, as bytes: captures, diaries, manifest, analysis.
pub fn all_bytes(simulated: &Simulated) -> Vec<u8> {
    let Simulated { run, logs } = simulated;
    let mut bytes = Vec::new();
    for host in &run.hosts {
        bytes.extend(&host.capture);
        write_events(&host.events, &mut bytes).unwrap();
    }
    bytes.extend(serde_json::to_vec(&run.manifest).unwrap());
    bytes.extend(serde_json::to_vec(&analysis::analyse(run)).unwrap());
    bytes.extend(logs.iter().flatten().flat_map(|line| line.bytes()));
    bytes
}

/// A hash of everything that a run leaves.
pub fn fingerprint(simulated: &Simulated) -> u64 {
    digest(&all_bytes(simulated))
}

/// The diary of a host.
pub fn events<'a>(run: &'a Run, host: &str) -> &'a [Event] {
    &run.host(host).unwrap().events
}

/// How many events of a host are like that.
pub fn count(run: &Run, host: &str, is_like: impl Fn(&EventKind) -> bool) -> usize {
    let events = events(run, host).iter();
    events.filter(|event| is_like(&event.kind)).count()
}

/// A measured value.
pub fn value(run: &Run, path: &str) -> Option<u64> {
    let [host, peer, metric] = path.split('.').collect::<Vec<_>>()[..] else {
        panic!("{path} is HOST.PROGRAM.METRIC");
    };
    let path = scenario::expectation::ValuePath {
        host: host.to_owned(),
        peer: peer.to_owned(),
        metric: metric.parse().unwrap(),
    };
    analysis::analyse(run).value(&path)
}
