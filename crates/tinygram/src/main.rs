//! The command line.

mod clean;
mod cli;
mod doctor;
mod exit;
mod hidden;
mod inspect;
mod lang;
mod run;
mod scenarios;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = hidden::dispatch() {
        return code;
    }
    let cli = cli::Cli::parse();
    cli.start_log();
    exit::report(cli.run())
}
