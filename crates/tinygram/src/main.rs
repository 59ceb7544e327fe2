//! The command line.

#[cfg(kernels)]
mod clean;
mod cli;
#[cfg(kernels)]
mod doctor;
mod exit;
mod explain;
#[cfg(kernels)]
mod hidden;
mod inspect;
mod lang;
mod run;
mod scenarios;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(kernels)]
    // In images, which stay small, the peers are this program by other names.
    if let Some(code) = peer::cli::as_called().or_else(hidden::dispatch) {
        return code;
    }
    let cli = cli::Cli::parse();
    cli.start_log();
    exit::report(cli.run())
}
