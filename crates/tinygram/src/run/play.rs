//! One run: bring up, lead, record, analyse.

use super::progress::Bar;
use analysis::Analysis;
use backend::{
    Backend, BackendError,
    coordinator::{Assignment, Interrupter, LeadError, lead},
};
use record::{
    layout::RunDir,
    manifest::{self, Manifest, Place},
    run::{LoadError, Run},
};
use scenario::plan::{Plan, VariantPlan};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// What to play, and where its files go.
pub(super) struct Stage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) variant: &'a VariantPlan,
    pub(super) dir: &'a RunDir,
    pub(super) repetition: u32,
}

/// Why there is no analysis of a run.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlayError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Lead(#[from] LeadError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Sim(#[from] sim::SimError),
    #[error("can't write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Plays one run. The lab comes down while its captures are being analysed.
pub(super) fn play(
    stage: &Stage<'_>,
    backend: &dyn Backend,
    interrupter: &Interrupter,
    bar: &Bar,
) -> Result<Analysis, PlayError> {
    let started = now();
    let hosts: Vec<&str> = stage
        .variant
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    let mut lab = backend.bring_up(&hosts)?;
    let assignment = Assignment {
        variant: stage.variant,
        seed: stage.plan.seed,
        dir: stage.dir,
    };
    let show = |phase| bar.show(phase, stage.repetition);
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

pub(super) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), PlayError> {
    let failed = |source| PlayError::Write {
        path: path.to_owned(),
        source,
    };
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    fs::write(path, text).map_err(failed)
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
