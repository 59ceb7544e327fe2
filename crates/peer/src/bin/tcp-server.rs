//! Accepts TCP connections and speaks a protocol on each.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer::cli::main::<peer::cli::TcpServer>()
}
