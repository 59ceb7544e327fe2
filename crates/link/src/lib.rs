//! Puts a link's impairments into force on a Linux interface.
//!
//! [`UserLink`] needs nothing of the kernel but packet sockets: one thread takes frames from one
//! interface, lets the seeded emulator decide what becomes of them, and sends them out of another.

mod engine;
mod error;
pub mod netem;
mod spec;
mod user;

pub use engine::InForce;
pub use error::LinkError;
pub use spec::{Counters, LinkReport, LinkSpec, PhaseBegan};
pub use user::Link;
