//! Plays a case.

use crate::case::{Case, Stack};
use anyhow::{Context, anyhow, ensure};
use record::{layout::RunDir, run::Run};
use sim::Assignment;
use std::{fs, path::Path, process::Command};

/// The run of a case.
pub(crate) fn play(case: &Case, stack: Stack, seed: u64, lab: &Path) -> anyhow::Result<Run> {
    match stack {
        Stack::Smoltcp => simulate(case, seed),
        Stack::Linux => in_namespaces(case, seed, lab),
    }
}

fn simulate(case: &Case, seed: u64) -> anyhow::Result<Run> {
    let plan = scenario::parse("truth", case.yaml.as_bytes(), "truth.yaml", ".")
        .map_err(|diagnostics| anyhow!("{diagnostics}"))?;
    let simulated = sim::play(Assignment {
        plan: &plan,
        variant: &plan.variants[0],
        seed,
    })?;
    Ok(simulated.run)
}

fn in_namespaces(case: &Case, seed: u64, lab: &Path) -> anyhow::Result<Run> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("truth.yaml");
    fs::write(&file, &case.yaml)?;
    let runs = folder.path().join("runs");
    let done = Command::new(lab)
        .args([
            "run",
            "--backend",
            "netns",
            "--seed",
            &seed.to_string(),
            "--runs",
        ])
        .args([&runs, &file])
        .output()
        .with_context(|| format!("can't run {}; make build builds it", lab.display()))?;
    let run = runs.join("latest").join("plain");
    ensure!(
        run.exists(),
        "no run: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(Run::load(&RunDir::new(run))?)
}
