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

/// The exit code of what was interrupted.
const INTERRUPTED: i32 = 130;

/// Ends the command at once on Ctrl-C and SIGTERM: there is nothing to take down.
pub(super) fn end_on_signals() -> Result<(), Failure> {
    for signal in [SIGINT, SIGTERM] {
        let always = Arc::new(AtomicBool::new(true));
        flag::register_conditional_shutdown(signal, INTERRUPTED, always)
            .context("can't listen for Ctrl-C")?;
    }
    Ok(())
}

/// The first Ctrl-C or SIGTERM only sets what is returned; another one ends the command at once.
pub(super) fn note_signals() -> Result<Arc<AtomicBool>, Failure> {
    let noted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal must find it unset.
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&noted))
            .and_then(|_| flag::register(signal, Arc::clone(&noted)))
            .context("can't listen for Ctrl-C")?;
    }
    Ok(noted)
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
