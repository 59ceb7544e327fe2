//! What can be played where, and where its files go.

use crate::{
    cli::{BackendArg, RunArgs},
    exit::{Exit, Failure},
};
use analysis::{Analysis, Skipped};
use anyhow::{Context, anyhow};
use record::batch::Batch;
use scenario::plan::{Plan, VariantPlan};
use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Says in one line why links are not the kernel's netem, where that had been tried first; each
/// reason once.
pub(super) fn tell_engine(analysis: &Analysis, told: &mut Vec<String>) {
    for reason in analysis
        .links
        .iter()
        .filter_map(|link| link.instead.clone())
    {
        if !told.contains(&reason) {
            anstream::eprintln!("links: user-space ({reason})");
            told.push(reason);
        }
    }
}

/// Only what is simulated is the same for a seed every time, and fast enough to search seeds.
pub(super) fn needs_simulation(arguments: &RunArgs) -> Result<(), Failure> {
    if arguments.backend == BackendArg::Sim {
        return Ok(());
    }
    let error = anyhow!("--seeds searches simulated runs: add `--backend sim`");
    Err(Failure::new(Exit::Wrong, error))
}

/// Leaves out the variants that have an obstacle, and says which.
pub(super) fn leave_out(
    plan: &mut Plan,
    obstacle: impl Fn(&VariantPlan) -> Option<String>,
) -> Result<Vec<Skipped>, Failure> {
    let mut skipped = Vec::new();
    plan.variants.retain(|variant| match obstacle(variant) {
        None => true,
        Some(reason) => {
            anstream::eprintln!("skipped: {}: {reason}", variant.name);
            skipped.push(Skipped {
                variant: variant.name.clone(),
                reason,
            });
            false
        }
    });
    if plan.variants.is_empty() {
        return Err(anyhow!("none of {}'s variants can be played here", plan.name).into());
    }
    Ok(skipped)
}

/// Makes the batch's folder below `runs`, or, where nothing can be written, below a temporary one.
pub(super) fn batch(runs: &Path, scenario: &str) -> Result<Batch, Failure> {
    let now = SystemTime::now();
    match Batch::create(runs, scenario, now) {
        Err(error)
            if [
                io::ErrorKind::PermissionDenied,
                io::ErrorKind::ReadOnlyFilesystem,
            ]
            .contains(&error.kind()) =>
        {
            let (folder, created) = elsewhere(scenario, now)
                .with_context(|| format!("can't write to {}: {error}", runs.display()))?;
            anstream::eprintln!(
                "can't write to {} ({error}): runs go to {}",
                runs.display(),
                folder.display()
            );
            Ok(created)
        }
        created => Ok(created.with_context(|| format!("can't write to {}", runs.display()))?),
    }
}

/// A batch in a folder of its own, wherever temporary files may lie: a container with a read-only root
/// still has /dev/shm.
fn elsewhere(scenario: &str, now: SystemTime) -> io::Result<(PathBuf, Batch)> {
    const SHARED_MEMORY: &str = "/dev/shm";
    let make = |place: &Path| {
        let folder = tempfile::Builder::new()
            .prefix("tinygram-runs-")
            .tempdir_in(place)?;
        let batch = Batch::create(folder.path(), scenario, now)?;
        Ok((folder.keep(), batch))
    };
    let usual = env::temp_dir();
    // Of two errors the one about the usual place says more.
    make(&usual).or_else(|error| make(Path::new(SHARED_MEMORY)).map_err(|_: io::Error| error))
}

/// Says where the runs lie, and what to open them with.
pub(super) fn show(batch: &Batch, runs: &Path, output: &mut dyn Write) -> io::Result<()> {
    let here = if batch.path().starts_with(runs) {
        runs.join("latest")
    } else {
        batch.path().into()
    };
    let here = here.display();
    writeln!(output, "{here}     tinygram inspect {here}")
}
