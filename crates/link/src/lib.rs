//! Puts a link's impairments into force on a Linux interface.
//!
//! A [`Link`] is one thread that takes frames from one interface and sends them out of another. What
//! becomes of them between is decided by the seeded emulator, which needs nothing of the kernel but
//! packet sockets, or by the kernel's own [`netem`] on the second interface.

mod engine;
mod error;
pub mod netem;
mod spec;
mod user;

pub use engine::InForce;
pub use error::LinkError;
pub use spec::{Counters, LinkReport, LinkSpec};

/// A phase that a link came to; its time is the wall clock's, in ns since 1970.
pub use emulator::lanes::PhaseBegan;
pub use user::Link;
