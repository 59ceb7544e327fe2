//! The command and what it makes, where a Docker engine answers.

use super::{Workshop, stderr, stdout};
use std::{
    io::Read,
    process::{Child, Command, Stdio},
};

/// The command, with the engine that the machine has.
pub fn tinygram(workshop: &Workshop, arguments: &[&str]) -> Command {
    let mut command = workshop.tinygram(arguments);
    command.env_remove("DOCKER_HOST");
    command
}

pub fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    stdout(&output).trim().to_owned()
}

/// Ids of containers and networks that carry the command's label.
pub fn left_by(runner: u32) -> (Vec<String>, Vec<String>) {
    let of = |list: &[&str]| -> Vec<String> {
        let format = "{{.ID}} {{.Label \"tinygram.runner\"}}";
        let all = docker(
            &[
                list,
                &["--filter", "label=tinygram.runner", "--format", format],
            ]
            .concat(),
        );
        let ours = |line: &&str| line.split(' ').nth(1) == Some(&runner.to_string());
        let id = |line: &str| line.split(' ').next().unwrap().to_owned();
        all.lines().filter(ours).map(id).collect()
    };
    (of(&["ps", "--all"]), of(&["network", "ls"]))
}

/// Starts a run that lasts some seconds, and returns in the middle of it.
pub fn in_mid_run(workshop: &Workshop) -> Child {
    let cut = [
        "run",
        "partition",
        "--variant",
        "cut",
        "--backend",
        "docker",
        "-v",
    ];
    let mut child = tinygram(workshop, &cut)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = child.stderr.as_mut().unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("Playing") {
        let mut piece = [0; 256];
        let length = log.read(&mut piece).unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&said));
        said.extend(&piece[..length]);
    }
    child
}
