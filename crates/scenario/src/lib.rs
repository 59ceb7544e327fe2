//! YAML → [`Plan`](plan::Plan), with everything that is wrong told at once.
//!
//! A file goes through four stages, and each one's problems are collected, not thrown:
//!
//! 1. `tree`: YAML events to a tree that knows the place of each part.
//! 2. `set`: for each variant, a copy of the tree with the variant's values put in.
//! 3. `written`: the tree decoded to a `Scenario`, every key by itself.
//! 4. `resolve`: the scenario to a [`VariantPlan`](plan::VariantPlan): whatever concerns more than
//!    one key, such as addresses, ports and who goes where.
//!
//! [`load`] reads a file, [`parse()`] what is in memory, and [`catalogue`] knows the scenarios that
//! have a name. The keys are declared once, in `written`; from the declaration come decoding,
//! suggestions, [`schema()`] and the tables of docs/scenario.md.

pub mod catalogue;
mod decode;
mod diagnostics;
pub mod expectation;
mod figures;
pub mod finding;
pub mod impairment;
pub mod need;
mod parse;
pub mod plan;
mod problem;
#[cfg(test)]
mod reference;
mod resolve;
mod schema;
mod set;
mod shape;
mod span;
mod suggest;
pub mod text;
mod tree;
pub mod units;
mod written;

pub use diagnostics::{Diagnostic, Diagnostics, Location};
pub use figures::fill;
pub use parse::{load, parse};
pub use schema::schema;
