//! Opens TCP connections, sends messages and prints the replies.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer::cli::main::<peer::cli::TcpClient>()
}
