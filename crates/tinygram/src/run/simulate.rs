//! One simulated run: play, record, analyse.

use super::stage::{PlayError, Stage, write_json};
use crate::exit::Failure;
use analysis::Analysis;
use anyhow::Context;
use record::run::Run;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use sim::{Assignment, Simulated};
use std::{
    fs,
    sync::{Arc, atomic::AtomicBool},
};

/// Ends the command at once on Ctrl-C and SIGTERM: there is nothing to take down.
pub(super) fn end_on_signals() -> Result<(), Failure> {
    const INTERRUPTED: i32 = 130;
    for signal in [SIGINT, SIGTERM] {
        let always = Arc::new(AtomicBool::new(true));
        flag::register_conditional_shutdown(signal, INTERRUPTED, always)
            .context("can't listen for Ctrl-C")?;
    }
    Ok(())
}

/// Plays one run with the plan's seed and leaves it in its directory.
pub(super) fn play(stage: &Stage<'_>) -> Result<Analysis, PlayError> {
    let simulated = sim::play(Assignment {
        plan: stage.plan,
        variant: stage.variant,
        seed: stage.plan.seed,
    })?;
    let analysis = analysed(simulated, stage)?;
    write_json(&stage.dir.analysis(), &analysis)?;
    Ok(analysis)
}

fn analysed(simulated: Simulated, stage: &Stage<'_>) -> Result<Analysis, PlayError> {
    let Simulated { mut run, logs } = simulated;
    let analysis = analysis::analyse(&run);
    run.manifest.measured = serde_json::to_value(&analysis.links).ok();
    store(&run, &logs, stage)?;
    Ok(analysis)
}

fn store(run: &Run, logs: &[Vec<String>], stage: &Stage<'_>) -> Result<(), PlayError> {
    let failed = |source| PlayError::Write {
        path: stage.dir.path().to_owned(),
        source,
    };
    run.store(stage.dir).map_err(failed)?;
    for (host, log) in run.hosts.iter().zip(logs) {
        let text: String = log.iter().map(|line| format!("{line}\n")).collect();
        fs::write(stage.dir.log(&host.name), text).map_err(failed)?;
    }
    Ok(())
}
