//! Where a run takes place, and where its files go.

use crate::{cli::BackendArg, exit::Failure};
use anyhow::Context;
use backend::{Backend, netns::Namespaces};
use record::batch::Batch;
use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    time::SystemTime,
};

/// Picks the backend; says so where the choice was left to us.
pub(super) fn choose(asked: BackendArg) -> Box<dyn Backend> {
    if asked == BackendArg::Auto {
        anstream::eprintln!("backend: namespaces (the one there is in this version)");
    }
    Box::new(Namespaces::default())
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
            let elsewhere = env::temp_dir().join(format!("tinygram-runs-{}", std::process::id()));
            fs::create_dir_all(&elsewhere)
                .with_context(|| format!("can't write to {}", elsewhere.display()))?;
            anstream::eprintln!(
                "can't write to {} ({error}): runs go to {}",
                runs.display(),
                elsewhere.display()
            );
            Ok(Batch::create(&elsewhere, scenario, now)
                .with_context(|| format!("can't write to {}", elsewhere.display()))?)
        }
        created => Ok(created.with_context(|| format!("can't write to {}", runs.display()))?),
    }
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
