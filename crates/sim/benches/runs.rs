//! What a simulated run costs.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use record::{manifest::Outcome, run::Run};
use scenario::{catalogue, plan::Plan};
use sim::{Assignment, play};
use std::{fmt::Write, hint::black_box};

fn run(plan: &Plan, seed: u64) -> Run {
    let variant = &plan.variants[0];
    let simulated = play(Assignment {
        plan,
        variant,
        seed,
    });
    let run = simulated.unwrap().run;
    assert_eq!(run.manifest.outcome, Outcome::Completed);
    run
}

fn parsed(yaml: &str) -> Plan {
    scenario::parse("bench", yaml.as_bytes(), "bench.yaml", ".").unwrap()
}

/// Sticky's naive variant, as `--seeds` plays it.
fn sticky(criterion: &mut Criterion) {
    let plan = catalogue::find("sticky").unwrap().load().unwrap();
    let mut group = criterion.benchmark_group("sticky naive");
    group.throughput(Throughput::Elements(1));
    let mut seed = 0;
    group.bench_function("simulated", |bencher| {
        bencher.iter(|| {
            seed += 1;
            black_box(run(&plan, seed))
        });
    });
    group.bench_function("simulated and analysed", |bencher| {
        bencher.iter(|| {
            seed += 1;
            black_box(analysis::analyse(&run(&plan, seed)))
        });
    });
    group.finish();
}

/// Few runs, each long.
fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("large");
    group.sample_size(10);
    let plan = thousand_hosts();
    group.bench_function(
        "1,000 hosts, 999 of them greet one server 20 times",
        |bencher| {
            bencher.iter(|| black_box(run(&plan, 1)));
        },
    );
    let plan = parsed(
        "
deadline: 10min
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, protocol: sink, read: 64KiB}}}
  client:
    run: {tcp: {peer: tcp-client, to: server, protocol: source, bytes: 100MB, write: 64KiB}}
",
    );
    let took = run(&plan, 1).manifest;
    let virtual_time = (took.ended - took.started) as f64 / 1e9;
    group.bench_function(
        format!("100 MB over 10 ms ({virtual_time:.1} s of virtual time)"),
        |bencher| bencher.iter(|| black_box(run(&plan, 1))),
    );
    let plan = parsed(
        "
deadline: 10min
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
  client:
    run:
      tcp:
        {peer: tcp-client, to: server, framing: i32, send: [a, b], write-pause: 60s, keepalive: 1s}
",
    );
    group.bench_function(
        "a connection idle for 60 s, with a keepalive each second",
        |bencher| {
            bencher.iter(|| black_box(run(&plan, 1)));
        },
    );
    group.finish();
}

fn thousand_hosts() -> Plan {
    let mut yaml = String::from(
        "
deadline: 10min
network: {subnet: 198.18.0.0/20}
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
",
    );
    let names: Vec<String> = (0..20).map(|n| format!("name{n}")).collect();
    for host in 0..999 {
        writeln!(
            yaml,
            "  h{host}: {{run: {{tcp: {{peer: tcp-client, to: server, framing: i32, send: [{}]}}}}}}",
            names.join(", ")
        )
        .unwrap();
    }
    parsed(&yaml)
}

criterion_group!(benches, sticky, large);
criterion_main!(benches);
