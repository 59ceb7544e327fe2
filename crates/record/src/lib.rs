//! A run, on disk or in memory: manifest, events (JSON Lines), captures, paths.
//!
//! The live half of the lab writes runs, the offline half reads them; they meet only here.

pub mod batch;
pub mod event;
pub mod journal;
pub mod layout;
pub mod manifest;
mod reason;
pub mod run;

pub use reason::reason;
