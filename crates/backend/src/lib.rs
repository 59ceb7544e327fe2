//! The coordinator, and where agents run.
//!
//! A [`Backend`] brings a [`Lab`] up: a place with one agent a host. The [`coordinator`] leads the
//! agents through one run; what it returns is the run's outcome and what each host reported.

pub mod coordinator;
pub mod docker;
mod error;
pub mod netns;
pub mod uml;

pub use error::BackendError;

use record::layout::RunDir;
use scenario::plan::VariantPlan;
use std::{os::unix::net::UnixStream, path::PathBuf, time::Duration};

/// A place where hosts can be brought up.
pub trait Backend {
    /// Its name in output and in the manifest.
    fn name(&self) -> &str;

    /// All runs have been played: others may play now, while this command tells what came of its own.
    fn played(&self) {}

    /// How long after its hosts have gone this command may be told to end, too: who ends all of them at
    /// once may begin with the hosts.
    fn farewell(&self) -> Duration {
        Duration::ZERO
    }

    /// Brings up the variant's hosts, each with an agent.
    ///
    /// # Errors
    /// This machine can't, or not now.
    fn bring_up(&self, variant: &VariantPlan) -> Result<Box<dyn Lab>, BackendError>;
}

/// Hosts that are up. Dropping it takes them down, whatever they are doing.
pub trait Lab {
    /// The agents' control connections, in the order of the variant's hosts. They can be taken once.
    fn agents(&mut self) -> Vec<UnixStream>;

    /// The folder that hosts write a run's files to, as they know it: the run's directory itself, where
    /// they see the same files as the coordinator.
    fn workplace(&self, dir: &RunDir) -> PathBuf {
        dir.path().to_owned()
    }

    /// Brings the files that hosts have written elsewhere into the run's directory, once their agents
    /// have collected them.
    ///
    /// # Errors
    /// Some did not come; what came is there.
    fn bring_home(&mut self, dir: &RunDir) -> Result<(), BackendError> {
        let _ = dir;
        Ok(())
    }

    /// Waits for the lab's end, which the agents' ends bring about, and says what went wrong in it.
    fn obituary(&mut self) -> Option<BackendError>;
}
