//! The command by the names of the peers, as images have it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{os::unix::fs::symlink, process::Command};

#[test]
fn called_by_a_peers_name_it_is_that_peer() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["tcp-server", "tcp-client", "udp-peer"] {
        let link = folder.path().join(name);
        symlink(env!("CARGO_BIN_EXE_tinygram"), &link).unwrap();
        let output = Command::new(&link).arg("--help").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("Usage: {name}")), "{said}");
    }
}
