//! The coordinator, and where agents run.
