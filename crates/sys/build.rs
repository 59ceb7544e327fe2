//! Compiles what user-mode Linux is preloaded with, see `src/preload.rs`: a shared object of a few kB, for the
//! machine's own C library.

use std::{env, fs, path::PathBuf, process::Command};

const SOURCE: &str = "preload/xstate.rs";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={SOURCE}");
    let get = |name| env::var(name).unwrap_or_default();
    let output = PathBuf::from(get("OUT_DIR")).join("xstate.so");
    let is_ours = get("CARGO_CFG_TARGET_OS") == "linux" && get("CARGO_CFG_TARGET_ARCH") == "x86_64";
    // Of other hosts it is not known how they make one.
    if !is_ours || get("HOST") != "x86_64-unknown-linux-gnu" {
        fs::write(&output, []).expect("can't write an empty preload");
        return;
    }
    let status = Command::new(get("RUSTC"))
        .args(["--edition", "2024", "--crate-type", "cdylib"])
        .args(["-C", "panic=abort", "-C", "opt-level=s"])
        .args(["-C", "link-arg=-nostartfiles", "-o"])
        .arg(&output)
        .arg(SOURCE)
        .status()
        .expect("can't start rustc");
    assert!(status.success(), "rustc can't compile {SOURCE}: {status}");
}
