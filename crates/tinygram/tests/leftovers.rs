//! Whatever is killed, whenever: nothing stays, and the next run works.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use support::{
    Workshop, assert_exit, namespaces,
    processes::{eventually, family, is_alive},
};

/// Lines of a file but those that an engine's containers come and go with: other people may start some.
fn lines_but_docker(path: &str, of_docker: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let ours = |line: &&str| !of_docker.iter().any(|word| line.contains(word));
    text.lines().filter(ours).map(str::to_owned).collect()
}

/// Names, without counters.
fn interfaces() -> Vec<String> {
    let lines = lines_but_docker("/proc/net/dev", &["docker", "br-", "veth"]);
    let name = |line: &String| line.split(':').next().unwrap().to_owned();
    lines.iter().map(name).collect()
}

fn mounts() -> Vec<String> {
    lines_but_docker("/proc/self/mounts", &["docker"])
}

fn network_namespace(pid: impl std::fmt::Display) -> Option<String> {
    let link = fs::read_link(format!("/proc/{pid}/ns/net")).ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// Network namespaces that some process of this machine lives in.
fn namespaces_in_use() -> BTreeSet<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| network_namespace(entry.file_name().to_string_lossy()))
        .collect()
}

const STICKY: &[&str] = &["run", "sticky", "--variant", "ping-pong"];

fn start(workshop: &Workshop, arguments: &[&str]) -> Child {
    let mut command: Command = workshop.tinygram(arguments);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills one of the run's processes after some milliseconds: the runner, or one that it made.
fn kill_and_look(workshop: &Workshop, arguments: &[&str], after: Duration, which: usize) {
    let (interfaces_before, mounts_before) = (interfaces(), mounts());
    let ours = network_namespace("self");
    let mut runner = start(workshop, arguments);
    thread::sleep(after);
    let family: Vec<u32> = family(runner.id()).into_iter().collect();
    let made: BTreeSet<String> = family
        .iter()
        .filter_map(network_namespace)
        .filter(|ns| Some(ns) != ours.as_ref())
        .collect();
    let victim = family[which % family.len()];
    let victim = Pid::from_raw(i32::try_from(victim).unwrap());
    // A process that ended by itself in this very moment needs no killing.
    let _ = kill(victim, Signal::SIGKILL);
    let _ = runner.wait();
    eventually("processes are left", || {
        !family.iter().any(|pid| is_alive(*pid))
    });
    eventually("namespaces are left", || {
        namespaces_in_use().is_disjoint(&made)
    });
    assert_eq!(interfaces(), interfaces_before);
    assert_eq!(mounts(), mounts_before);
}

#[test]
fn killing_the_runner_at_thirty_moments_leaves_nothing() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    for moment in 0..30 {
        // Odd steps, so that moments fall everywhere in a run of some 300 ms.
        kill_and_look(
            &workshop,
            STICKY,
            Duration::from_millis(moment * 37 % 311),
            0,
        );
    }
    assert_exit(
        &workshop.run(&["run", "sticky", "--variant", "ping-pong"]),
        0,
    );
}

#[test]
fn killing_any_other_process_leaves_nothing_and_ends_the_run() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    for moment in 1..15 {
        kill_and_look(
            &workshop,
            STICKY,
            Duration::from_millis(moment * 53 % 290),
            moment as usize,
        );
    }
    assert_exit(
        &workshop.run(&["run", "sticky", "--variant", "ping-pong"]),
        0,
    );
}

/// Before, in and after the phase in which the network is cut.
#[test]
fn killing_the_runner_in_any_phase_leaves_nothing() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let cut = &["run", "partition", "--variant", "cut"];
    for milliseconds in [300, 700, 1_500, 2_600] {
        kill_and_look(&workshop, cut, Duration::from_millis(milliseconds), 0);
    }
    assert_exit(&workshop.run(STICKY), 0);
}

/// Somebody may have called the program anything.
#[test]
fn clean_leaves_a_living_run_alone_whatever_its_program_is_called() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let cut = [
        "run",
        "partition",
        "--variant",
        "cut",
        "--backend",
        "netns",
        "-v",
    ];
    let mut command = workshop.tinygram(&cut);
    let renamed = workshop.path().join("mylab");
    fs::copy(command.get_program(), &renamed).unwrap();
    command = Command::new(&renamed);
    command.args(cut).current_dir(workshop.path());
    let mut runner = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(runner.stderr.take().unwrap());
    let mut lines = said.lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Playing")), "it plays");
    let mut clean = Command::new(&renamed);
    let cleaned = clean.arg("clean").output().unwrap();
    let told = String::from_utf8(cleaned.stdout).unwrap();
    let family = family(runner.id());
    assert!(
        !family
            .iter()
            .any(|pid| told.contains(&format!("ended process {pid} "))),
        "{told}"
    );
    lines.for_each(drop);
    // A busy machine may leave a condition unproven.
    assert!(
        matches!(runner.wait().unwrap().code(), Some(0 | 4)),
        "{told}"
    );
}
