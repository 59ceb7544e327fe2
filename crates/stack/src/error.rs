//! What a host can't be told to run.

use protocol::Problem;

/// A program that can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StackError {
    /// Options that make no sense together.
    #[error(transparent)]
    Options(#[from] Problem),
    /// The options name no address.
    #[error("no address given: {0}")]
    NoAddress(&'static str),
    /// Two programs of a host want the same port.
    #[error("port {0} is in use: give the programs of a host ports of their own")]
    PortInUse(u16),
}
