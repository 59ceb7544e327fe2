//! The coordinator, and where agents run.
//!
//! A [`Backend`] brings a [`Lab`] up: a place with one agent a host. The [`coordinator`] leads the
//! agents through one run; what it returns is the run's outcome and what each host reported.

pub mod coordinator;
mod error;
pub mod netns;
pub mod uml;

pub use error::BackendError;

use std::os::unix::net::UnixStream;

/// A place where hosts can be brought up.
pub trait Backend {
    /// Its name in output and in the manifest.
    fn name(&self) -> &'static str;

    /// Brings up these hosts, each with an agent.
    ///
    /// # Errors
    /// This machine can't, or not now.
    fn bring_up(&self, hosts: &[&str]) -> Result<Box<dyn Lab>, BackendError>;
}

/// Hosts that are up. Dropping it takes them down, whatever they are doing.
pub trait Lab {
    /// The agents' control connections, in the order the hosts were named. They can be taken once.
    fn agents(&mut self) -> Vec<UnixStream>;

    /// Waits for the lab's end, which the agents' ends bring about, and says what went wrong in it.
    fn obituary(&mut self) -> Option<BackendError>;
}
