//! Whether namespaces are allowed here, and what a host in one can do, found out by trying in a
//! process of its own.

use super::{FORBIDDEN, finish, this_program};
use crate::BackendError;
use control::HostAbilities;
use std::process::{Output, Stdio};
use sys::{namespace::enter_lab, process::spawn_leashed};

/// Whether this user may make the lab's namespaces. Takes some milliseconds.
///
/// # Errors
/// They are forbidden, or the process that tries does not start.
pub fn allowed() -> Result<(), BackendError> {
    ask("netns-try").map(drop)
}

/// What a host in a namespace can do.
///
/// # Errors
/// Namespaces are forbidden, or the process that tries does not start.
pub fn abilities() -> Result<HostAbilities, BackendError> {
    let output = ask("netns-probe")?;
    serde_json::from_slice(&output.stdout).map_err(|error| BackendError::SetUp {
        reason: format!("what a host can do could not be found out: {error}"),
    })
}

/// `tinygram netns-try`: enters the lab's namespaces, and that is all.
#[must_use]
pub fn attempt() -> i32 {
    finish(enter_lab().map(|()| 0).map_err(Into::into))
}

/// `tinygram netns-probe`: enters the lab's namespaces and prints what `probe` finds there.
#[must_use]
pub fn probe(probe: impl FnOnce() -> HostAbilities) -> i32 {
    let found = enter_lab().map_err(Into::into).map(|()| probe());
    finish(found.map(|abilities| {
        // Plain values and texts: there is nothing in it that JSON could not hold.
        say(&serde_json::to_string(&abilities).unwrap_or_default());
        0
    }))
}

#[allow(clippy::print_stdout)]
fn say(line: &str) {
    println!("{line}");
}

fn ask(subcommand: &str) -> Result<Output, BackendError> {
    let mut command = this_program(subcommand);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let child = spawn_leashed(&mut command, &[]).map_err(BackendError::Start)?;
    let output = child.wait_with_output().map_err(BackendError::Start)?;
    if output.status.success() {
        return Ok(output);
    }
    let reason = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Err(if output.status.code() == Some(FORBIDDEN) {
        BackendError::Forbidden { reason }
    } else {
        BackendError::SetUp { reason }
    })
}
