//! One run: bring up, lead, record, analyse.

use crate::run::{
    progress::Bar,
    stage::{PlayError, Stage, write_json},
};
use analysis::Analysis;
use backend::{
    Backend,
    coordinator::{Assignment, Interrupter, lead},
};
use record::{
    manifest::{self, Manifest, Place},
    run::Run,
};
use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// Plays one run. The lab comes down while its captures are being analysed.
pub(super) fn play(
    stage: &Stage<'_>,
    backend: &dyn Backend,
    interrupter: &Interrupter,
    bar: &Bar,
) -> Result<Analysis, PlayError> {
    let started = now();
    let mut lab = backend.bring_up(stage.variant)?;
    let assignment = Assignment {
        variant: stage.variant,
        seed: stage.plan.seed,
        dir: stage.dir,
    };
    let show = |phase| bar.show(phase);
    let played = lead(lab.as_mut(), assignment, interrupter, &show)?;
    bar.analysing();
    let manifest = Manifest {
        version: manifest::VERSION,
        tinygram: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: stage.plan.name.clone(),
        title: stage.plan.title.clone(),
        variant: stage.variant.clone(),
        seed: stage.plan.seed,
        place: place(backend.name()),
        started,
        ended: now(),
        began: played.began,
        outcome: played.outcome,
        hosts: played.hosts,
        measured: None,
    };
    drop(lab);
    write_json(&stage.dir.manifest(), &manifest)?;
    let run = Run::load(stage.dir)?;
    let analysis = analysis::analyse(&run);
    write_json(&stage.dir.analysis(), &analysis)?;
    let measured = serde_json::to_value(&analysis.links).ok();
    write_json(
        &stage.dir.manifest(),
        &Manifest {
            measured,
            ..manifest
        },
    )?;
    Ok(analysis)
}

fn place(backend: &str) -> Place {
    // A kernel that hides its release is still a kernel.
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Place {
        backend: backend.to_owned(),
        kernel: format!("Linux {}", kernel.trim()),
        machine: std::env::consts::ARCH.to_owned(),
    }
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
