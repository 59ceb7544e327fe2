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
    env, fs,
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

/// Leaves out the variants that have an obstacle. None may be left.
pub(super) fn leave_out(
    plan: &mut Plan,
    obstacle: impl Fn(&VariantPlan) -> Option<String>,
) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    plan.variants.retain(|variant| match obstacle(variant) {
        None => true,
        Some(reason) => {
            skipped.push(Skipped {
                variant: variant.name.clone(),
                reason,
            });
            false
        }
    });
    skipped
}

/// Says which variants are not played, and why.
pub(super) fn tell_skipped(skipped: &[Skipped]) {
    for Skipped { variant, reason } in skipped {
        anstream::eprintln!("skipped: {variant}: {reason}");
    }
}

/// None of the scenario's variants can be played.
pub(super) fn nothing_left(plan: &Plan) -> Failure {
    anyhow!("none of {}'s variants can be played here", plan.name).into()
}

/// That a file which was asked for can be written: better known before the run than after it.
pub(super) fn writable(file: &Path) -> Result<(), Failure> {
    let opened = fs::OpenOptions::new().append(true).create(true).open(file);
    let opened = opened.with_context(|| format!("can't write {}", file.display()));
    opened
        .map(drop)
        .map_err(|error| Failure::new(Exit::Wrong, error))
}

/// Makes the batch's folder below `runs`, or, where nothing can be written, below a temporary one.
pub(super) fn batch(arguments: &RunArgs, scenario: &str) -> Result<Batch, Failure> {
    let runs = arguments.runs.as_path();
    // The memory of compose's coordinator goes with it.
    #[cfg(kernels)]
    let has_elsewhere = !arguments.inside_compose;
    #[cfg(not(kernels))]
    let has_elsewhere = true;
    let now = SystemTime::now();
    match Batch::create(runs, scenario, now) {
        Err(error)
            if [
                io::ErrorKind::PermissionDenied,
                io::ErrorKind::ReadOnlyFilesystem,
            ]
            .contains(&error.kind())
                && has_elsewhere =>
        {
            let (folder, created) = elsewhere(scenario, now)
                .with_context(|| {
                    format!(
                        "can't write to {} ({error}), nor to a temporary folder; `--runs DIR` names another",
                        runs.display()
                    )
                })?;
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

/// What a line holds.
const COLUMNS: usize = 80;

/// Between a folder and the command that opens it.
const GAP: &str = "     ";

/// Says where the runs lie, and what to open them with.
pub(super) fn show(batch: &Batch, runs: &Path, output: &mut dyn Write) -> io::Result<()> {
    let here = if batch.path().starts_with(runs) {
        runs.join("latest")
    } else {
        batch.path().into()
    };
    let (here, inspect) = (here.display().to_string(), "tinygram inspect ");
    if 2 * here.len() + GAP.len() + inspect.len() <= COLUMNS {
        writeln!(output, "{here}{GAP}{inspect}{here}")
    } else {
        writeln!(output, "{here}\n{inspect}{here}")
    }
}
