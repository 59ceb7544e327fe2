//! Plays one host: link, capture, programs, reports to the coordinator.
//!
//! [`play()`] takes orders until the coordinator has what it wants or is gone. Everything here
//! blocks; threads wait for the coordinator and for the programs, and one loop hears them all.

mod cast;
mod error;
mod heard;
mod interface;
mod log;
mod outputs;
mod play;
mod probe;
mod programs;
mod sockets;
mod stage;
mod user_stack;

pub use error::AgentError;
pub use play::{Place, Plug, Upbringing, play};
pub use probe::probe;
