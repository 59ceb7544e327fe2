//! Programs that the lab can make use of: asked for their versions.

use control::Ability;
use std::{
    io::{self, Read},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a program may take to tell its version: an engine that does not answer is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(5);

/// The version of docker compose, the second generation's or the first's.
pub(super) fn compose() -> Ability {
    if let Answer::Said(version) = ask("docker", &["compose", "version", "--short"]) {
        return Ability::ok(format!("docker compose {version}"));
    }
    match ask("docker-compose", &["version", "--short"]) {
        Answer::Said(version) => Ability::ok(format!("docker-compose {version}")),
        Answer::Failed(said) => Ability::missing(said),
        Answer::NotThere => Ability::missing("neither docker compose nor docker-compose is there"),
    }
}

/// tshark's version.
pub(super) fn tshark() -> Ability {
    match ask("tshark", &["--version"]) {
        // "TShark (Wireshark) 4.0.17 (Git v4.0.17 …)."
        Answer::Said(line) => {
            let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
            let version = line.split_whitespace().find(is_number);
            Ability::ok(version.unwrap_or(&line).trim_end_matches('.'))
        }
        Answer::Failed(said) => Ability::missing(said),
        Answer::NotThere => Ability::missing("tshark is not installed"),
    }
}

enum Answer {
    /// The first line of its output.
    Said(String),
    /// What it said before it failed, one line.
    Failed(String),
    NotThere,
}

fn ask(program: &str, arguments: &[&str]) -> Answer {
    match run(program, arguments) {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Answer::NotThere,
        Err(error) => Answer::Failed(format!("{program}: {error}")),
    }
}

fn run(program: &str, arguments: &[&str]) -> io::Result<Answer> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let deadline = Instant::now() + PATIENCE;
    // A version is short: it fits into the pipe, so the program can end before anyone reads.
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(Answer::Failed(format!("{program} does not answer")));
        }
        thread::sleep(LOOK);
    };
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said)?;
    }
    if status.success()
        && let Some(line) = first_line(&said)
    {
        return Ok(Answer::Said(line));
    }
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut said)?;
    }
    let line = first_line(&said).unwrap_or_else(|| format!("{program} ended with {status}"));
    Ok(Answer::Failed(line))
}

fn first_line(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).map(str::to_owned)
}
