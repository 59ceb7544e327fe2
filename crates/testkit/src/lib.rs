//! For tests only: what this machine has, and skipping with a reason.
//!
//! A test that can't run here calls [`skip`] and returns. The reason goes to standard error and,
//! when `SKIPPED` names a file, into that file, which `make test` shows at the end. When `REQUIRE`
//! lists the ability (`REQUIRE="netns tshark"`), the skip is a failure instead.

mod networks;
mod user_mode_linux;

pub use networks::may_make_networks;
pub use user_mode_linux::in_user_mode_linux;

use std::{env, fs::OpenOptions, io::Write, process::Command};

/// Notes that a test does not run here, and why.
///
/// # Panics
/// `REQUIRE` lists the ability.
#[allow(clippy::print_stderr)]
pub fn skip(ability: &str, why: &str) {
    let required = env::var("REQUIRE").unwrap_or_default();
    assert!(
        !required.split([' ', ',']).any(|word| word == ability),
        "{ability} is required and missing: {why}"
    );
    eprintln!("SKIP {ability}: {why}");
    if let Ok(path) = env::var("SKIPPED")
        && let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path)
    {
        // The note is for people; the test is skipped without it, too.
        let _ = writeln!(file, "{ability}: {why}");
    }
}

/// Whether a program can be started; a skip with the reason when it can't.
///
/// # Panics
/// `REQUIRE` lists the program.
pub fn has_program(name: &str) -> bool {
    match Command::new(name).arg("--version").output() {
        Ok(_) => true,
        Err(error) => {
            skip(name, &format!("can't start {name}: {error}"));
            false
        }
    }
}

/// Whether a Docker engine answers and has the lab's image; a skip with the reason when not.
///
/// # Panics
/// `REQUIRE` lists `docker`.
pub fn has_docker() -> bool {
    let image = env::var("TINYGRAM_IMAGE").unwrap_or_else(|_| "tinygram".to_owned());
    let found = Command::new("docker")
        .args(["image", "inspect", &image])
        .output();
    match found {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            skip("docker", &format!("{} (`make image`)", said.trim()));
            false
        }
        Err(error) => {
            skip("docker", &format!("can't start docker: {error}"));
            false
        }
    }
}

/// The commands of compose's generations that are installed, the second first; a skip with the reason
/// when there are none.
///
/// # Panics
/// `REQUIRE` lists `compose` and there are none.
pub fn compose_generations() -> Vec<&'static [&'static str]> {
    let all: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
    let answers = |words: &&[&str]| {
        let mut command = Command::new(words[0]);
        let output = command.args(&words[1..]).arg("version").output();
        output.is_ok_and(|output| output.status.success())
    };
    let found: Vec<_> = all.into_iter().filter(answers).collect();
    if found.is_empty() {
        skip(
            "compose",
            "neither `docker compose` nor docker-compose is installed",
        );
    }
    found
}

/// Whether user-mode Linux is installed; a skip with the reason when it isn't.
///
/// # Panics
/// `REQUIRE` lists `uml`.
pub fn has_user_mode_linux() -> bool {
    match Command::new("linux.uml").arg("--version").output() {
        Ok(_) => true,
        Err(error) => {
            skip("uml", &format!("can't start linux.uml: {error}"));
            false
        }
    }
}
