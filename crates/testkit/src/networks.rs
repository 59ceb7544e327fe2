//! Network namespaces for tests.

use crate::skip;
use nix::sched::{CloneFlags, unshare};
use std::{env, process::Command};

/// Whether the test of this name goes on in this thread, which is in a network namespace of its own
/// now and may make others.
///
/// An ordinary user's test runs again in a child that is root in a user namespace; the child's
/// failure is this test's. Where neither is allowed, it is skipped.
///
/// # Panics
/// The child failed, or `REQUIRE` lists `netns` and it is not to be had.
pub fn may_make_networks(test: &str) -> bool {
    if unshare(CloneFlags::CLONE_NEWNET).is_ok() {
        return true;
    }
    let rootless = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net", program]);
        command
    };
    match rootless("true").status() {
        Ok(status) if status.success() => {}
        Ok(_) => {
            skip("netns", "network namespaces are forbidden here");
            return false;
        }
        Err(error) => {
            skip("netns", &format!("can't start unshare(1): {error}"));
            return false;
        }
    }
    let itself = env::current_exe().unwrap_or_default();
    let status = rootless(&itself.to_string_lossy())
        .args([test, "--exact", "--nocapture"])
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{test} failed in its user namespace"
    );
    false
}
