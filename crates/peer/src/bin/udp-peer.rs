//! Sends, receives and answers UDP datagrams.

use std::process::ExitCode;

fn main() -> ExitCode {
    peer::cli::main::<peer::cli::UdpPeer>()
}
