//! How users' programs ended, and what they printed.

use record::manifest::ProgramRecord;
use serde::Serialize;

/// One `command:` program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramSummary {
    /// Its host.
    pub host: String,
    /// Its name.
    pub program: String,
    /// How it ended; none where the manifest does not say.
    pub ended: Option<ProgramRecord>,
    /// What it wrote to its standard output; what is no UTF-8 in it is replaced. None when it was
    /// not kept.
    pub output: Option<String>,
    /// Whether it told events of its own: without, nothing is known of its messages, writes and
    /// reads.
    pub keeps_diary: bool,
}
