//! Errors on their way to another process.

use std::error::Error;

/// An error and its causes in one line, as reports carry them.
pub fn reason(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
