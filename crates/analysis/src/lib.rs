//! A run or a capture to streams, provenance, findings and a verdict.
//!
//! ```text
//! captures ── frame ── wire ──┐                 ┌── findings ──┐
//!                             ├── join, flows ──┼── values ────┼── judge ── Analysis
//! diaries ──────── diary ─────┘                 └── links ─────┘
//! ```
//!
//! Nothing here reads a clock or a file: a [`Run`] goes in, an [`Analysis`] comes out, the same
//! one every time. [`analyse`] takes runs of the lab, [`summarise`] and [`inspect`] any capture,
//! [`Inspection`] one of any size, and [`BatchAnalysis`] puts runs side by side.
//!
//! What is claimed is proven. Causes come from what captures and diaries show, never from what the
//! plan says the programs were told; where that does not decide, the cause is `undetermined`.

mod chunks;
mod comparison;
mod diary;
mod ends;
mod exchanges;
mod filter;
mod findings;
mod flows;
mod frame;
mod hold;
mod holes;
mod inspection;
mod join;
mod judge;
mod kernel;
mod links;
pub mod model;
mod notes;
mod programs;
mod queues;
mod sequence;
mod span;
mod spread;
mod statistics;
mod summary;
pub mod tcp_flags;
mod track;
mod trips;
mod values;
mod wire;

pub use comparison::{
    BatchAnalysis, Comparison, Percentiles, Price, Row, Skipped, Spread,
    VERSION as COMPARISON_VERSION, main_direction, misunderstands,
};
pub use exchanges::VariantExchanges;
pub use inspection::{Inspection, inspect, inspect_connection};
pub use model::{Analysis, verdict::Verdict};
pub use summary::{Listing, summarise};

pub use packet::capture::ReadError;

use diary::Diary;
use frame::Frames;
use model::{CaptureSummary, RunSubject, Subject, note::Note};
use programs::Programs;
use record::{
    manifest::HostRecord,
    run::{HostData, Run},
};
use scenario::expectation::{Expectation, Stack};
use std::collections::BTreeMap;
use wire::{Capture, CaptureHost, arrivals::Arrivals, datagrams};

/// Analyses a run of the lab.
pub fn analyse(run: &Run) -> Analysis {
    let manifest = &run.manifest;
    let variant = &manifest.variant;
    let programs = Programs::new(variant);
    let mut noted = Vec::new();
    let mut captures = Vec::new();
    let mut diary = Diary::default();
    for plan in &variant.hosts {
        let Some(data) = run.host(&plan.name) else {
            continue;
        };
        let host = CaptureHost {
            name: plan.name.clone(),
            address: plan.address,
        };
        captures.push(Capture {
            host: Some(host),
            frames: frames_of(data),
        });
        diary.add(plan, &data.events);
        noted.extend(notes::bad_lines(data));
    }
    noted.extend(warnings(&captures));
    noted.extend(diary.malformed());
    noted.extend(notes::nudged(&manifest.hosts));

    let links::Measured { links, fates } = links::measure(run);
    let arrivals = Arrivals::new(&captures, |name, number| {
        fates.arrived_flipped(name, number)
    });
    let doubts = links::doubts(run, &links);
    noted.extend(links::too_few(&links));
    let joined = join::connections(&captures, &arrivals, &mut diary, &programs);
    noted.extend(joined.iter().flat_map(join::Joined::given_up));
    let mut flows = datagrams::flows(&captures, &arrivals);
    flows::tell(&mut flows, &diary, &programs);
    let flows: Vec<_> = flows.into_iter().map(|each| each.flow).collect();

    let mut findings = findings::in_connections(&joined, &programs);
    let known = findings::Known {
        is_captured: &|name| is_captured(&captures, name),
        loses_as_asked: &|name| doubts.is_empty() && links::may_lose(&links, name),
        drops_only: &|name| links::drops_only(&links, name),
        fates: &fates,
    };
    findings.extend(findings::in_flows(&flows, &known));
    findings.extend(findings::unproven(&doubts, manifest.ended));
    let values = values::values(manifest, &joined, &flows, &diary);
    let stack = match manifest.place.is_simulated() {
        true => Stack::Smoltcp,
        false => Stack::Linux,
    };
    let is_about = |expectation: &Expectation| match &expectation.on {
        Some(only) => only.stack == stack,
        None => true,
    };
    let (judged, not_judged): (Vec<_>, Vec<_>) = variant.expect.iter().cloned().partition(is_about);
    let commands = programs::commands(run, &diary);
    let expectations = judge::judge(&judged, &findings, &values, &links, &commands, &doubts);
    Analysis {
        version: model::VERSION,
        subject: Subject::Run(Box::new(RunSubject {
            scenario: manifest.scenario.clone(),
            title: manifest.title.clone(),
            variant: variant.name.clone(),
            about: variant.about.clone(),
            seed: manifest.seed,
            began: run.manifest.began,
            place: manifest.place.clone(),
            stacks: stacks(&manifest.hosts),
            left_to_kernel: kernel::left_to_it(manifest),
            outcome: manifest.outcome.clone(),
        })),
        captures: captures.iter().map(summary).collect(),
        connections: joined.into_iter().map(|each| each.connection).collect(),
        flows,
        links,
        findings,
        values,
        programs: commands,
        verdict: Some(judge::verdict(&expectations, &doubts)),
        expectations,
        not_judged,
        doubts,
        notes: noted,
    }
}

/// A host that left no capture, because its run broke, has an empty one; so has one whose capture
/// is not readable, and a warning says why.
fn frames_of(data: &HostData) -> Frames<'_> {
    match frame::read(&data.capture) {
        Ok(frames) => frames,
        Err(ReadError::Empty) => Frames::default(),
        Err(error) => Frames {
            warnings: vec![error.to_string()],
            ..Frames::default()
        },
    }
}

fn is_captured(captures: &[Capture<'_>], name: &str) -> bool {
    let is_there = |capture: &Capture<'_>| {
        let host = capture.host.as_ref();
        capture.frames.is_there && host.is_some_and(|host| host.name == name)
    };
    captures.iter().any(is_there)
}

fn summary(capture: &Capture<'_>) -> CaptureSummary {
    let host = capture.host.as_ref().map(|host| host.name.clone());
    CaptureSummary::of(host, &capture.frames)
}

fn warnings(captures: &[Capture<'_>]) -> impl Iterator<Item = Note> {
    captures.iter().flat_map(|capture| {
        let host = capture.host.as_ref().map(|host| host.name.clone());
        notes::damage(host, &capture.frames)
    })
}

fn stacks(hosts: &[HostRecord]) -> BTreeMap<String, String> {
    let own = hosts.iter().filter_map(|host| {
        let stack = host.stack.clone()?;
        Some((host.name.clone(), stack))
    });
    own.collect()
}
