//! Expectations, doubts, and what follows from them; runs side by side.

#[path = "../support/mod.rs"]
mod support;

mod comparison;
mod evidence;
mod expectations;
mod links;

use analysis::{
    Analysis, Comparison, Verdict,
    model::{
        note::Note,
        verdict::{Doubt, Seen},
    },
};
use record::manifest::{Outcome, ProgramRecord};
use scenario::{
    expectation::{Check, Claim, Condition, Metric, ValuePath},
    finding::{Cause, FindingCode},
    impairment::{Chance, Loss},
    plan::{Command, Program},
    units::Percent,
};
use std::time::Duration;
use support::{CLIENT, DELAY, Lab, SERVER, Side::*, found};

fn finding(
    code: FindingCode,
    cause: Option<Cause>,
    host: Option<&str>,
    count: Option<Check>,
) -> Claim {
    Claim::Finding {
        code,
        cause,
        host: host.map(str::to_owned),
        count,
    }
}

fn value(host: &str, metric: Metric, check: Check) -> Claim {
    let path = ValuePath {
        host: host.to_owned(),
        peer: "tcp".to_owned(),
        metric,
    };
    Claim::Value { path, check }
}

/// Michael alone, then Tracy and Sarah in one segment, one read and one misunderstanding.
fn naive(lab: &mut Lab) {
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp.read_naively(Server, 120_050, 7);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    tcp.read_naively(Server, 160_100, 10);
}

fn judged(lab: &Lab) -> (Vec<Verdict>, Option<Verdict>) {
    let analysis = lab.analyse();
    let each = analysis
        .expectations
        .iter()
        .map(|judgement| judgement.verdict)
        .collect();
    (each, analysis.verdict)
}

/// Ten datagrams from the client; those in `lost` don't arrive.
fn ten(lab: &mut Lab, delay: u64, lost: &[u64]) {
    let mut udp = lab.udp();
    for n in 0..10 {
        let sent = 100_000 + 1_000 * n;
        let arrivals: Vec<u64> = if lost.contains(&n) {
            Vec::new()
        } else {
            vec![sent + delay]
        };
        udp.send_arriving(Client, sent, &[n as u8], &arrivals);
    }
}

fn run(make: impl FnOnce(&mut Lab)) -> Analysis {
    let mut lab = Lab::new();
    make(&mut lab);
    lab.analyse()
}
