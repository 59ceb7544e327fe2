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
    if let Some(code) = hidden::dispatch() {
        return code;
    }
    let cli = cli::Cli::parse();
    cli.start_log();
    exit::report(cli.run())
}
