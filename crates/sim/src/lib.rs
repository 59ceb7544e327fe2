//! The lab in one process: every host on its own stack, links by the emulator, in virtual time.
//!
//! [`play()`] takes a variant and a seed and returns the run that a backend would have left: captures
//! of what each host sent (before the impairment) and of what arrived (after it), diaries, and a
//! manifest. It reads no clock and no file, and asks nobody for chance: the same variant and seed
//! make the same run, byte for byte, on every machine. Time stands in it as if it had begun with the
//! year 2000.
//!
//! ```text
//! host (crate stack) ── sent ──(lanes: crate emulator)── arrived ── host
//!        │ captured: lab0                     │ captured: eth0
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `ability` | what can't be simulated, and why |
//! | `play` | launch, go, settle, stop: what a coordinator does |
//! | `lab` | the discrete-event loop |
//! | `seat` | a host with its link and its capture |

mod ability;
mod capture;
mod error;
mod lab;
mod play;
mod seat;

pub use ability::obstacle;
pub use error::SimError;
pub use play::{Assignment, Simulated, play};

/// When every simulated run begins: 2000-01-01T00:00:00Z, in ns since 1970.
pub const EPOCH: u64 = 946_684_800_000_000_000;
