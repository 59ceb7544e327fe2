//! What one run needs and may fail by, wherever it is played.

use record::{layout::RunDir, run::LoadError};
use scenario::plan::{Plan, VariantPlan};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What to play, and where its files go.
pub(super) struct Stage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) variant: &'a VariantPlan,
    pub(super) dir: &'a RunDir,
}

/// Why there is no analysis of a run.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlayError {
    #[cfg(kernels)]
    #[error(transparent)]
    Backend(#[from] backend::BackendError),
    #[cfg(kernels)]
    #[error(transparent)]
    Lead(#[from] backend::coordinator::LeadError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Sim(#[from] sim::SimError),
    #[error("can't write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl PlayError {
    /// Whether it was Ctrl-C.
    pub(super) fn is_interrupt(&self) -> bool {
        match self {
            #[cfg(kernels)]
            Self::Lead(backend::coordinator::LeadError::Interrupted) => true,
            _ => false,
        }
    }
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
