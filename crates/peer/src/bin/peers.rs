//! The three programs in one file: for images, which stay small.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer::cli::as_called()
}
