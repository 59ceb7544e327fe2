//! Why there is no simulated run.

use packet::pcapng::WriteError;

/// Why there is no simulated run.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// Time stands still: hosts and links keep each other busy at one instant. It is a fault of the
    /// simulation, not of the scenario.
    #[error(
        "the simulation of {variant} with seed {seed} is stuck {after} ns after its beginning; \
         please report it with the scenario:\n{state}"
    )]
    Livelock {
        /// The variant.
        variant: String,
        /// Where all chance came from.
        seed: u64,
        /// When, from the run's beginning.
        after: u64,
        /// How the hosts stand, a line each.
        state: String,
    },
    /// A program's options make no sense on its host.
    #[error("host {host} can't run {program}")]
    Program {
        /// The host.
        host: String,
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: stack::StackError,
    },
    /// A capture can't be put together.
    #[error("the capture of host {host} can't be put together")]
    Capture {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: WriteError,
    },
}
