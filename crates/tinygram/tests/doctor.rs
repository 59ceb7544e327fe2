//! `tinygram doctor` tells what the machine can do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use std::process::Command;
use support::{Workshop, assert_exit, namespaces, stdout};
use unicode_width::UnicodeWidthStr;

const ABILITIES: [&str; 12] = [
    "namespaces",
    "link",
    "offload-control",
    "netem",
    "tun",
    "uml",
    "sim",
    "docker",
    "image",
    "compose",
    "reverse-path",
    "tshark",
];

/// What doctor says as JSON: each ability, and the backends.
fn checkup(output: &std::process::Output) -> (Vec<Value>, Value) {
    let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let abilities = json["abilities"].take().as_array().unwrap().clone();
    (abilities, json)
}

fn state<'a>(abilities: &'a [Value], name: &str) -> &'a str {
    let mut all = abilities.iter();
    let found = all.find(|ability| ability["ability"] == name).unwrap();
    found["state"].as_str().unwrap()
}

#[test]
fn where_the_lab_runs_doctor_says_so() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let output = workshop.run(&["doctor", "--json"]);
    assert_exit(&output, 0);
    let (abilities, rest) = checkup(&output);
    let names: Vec<_> = abilities.iter().map(|a| a["ability"].clone()).collect();
    assert_eq!(names, ABILITIES);
    for needed in ["namespaces", "link", "offload-control"] {
        assert_eq!(state(&abilities, needed), "ok");
    }
    assert_eq!(
        (&rest["auto"], &rest["backends"][0]),
        (&"netns".into(), &"netns".into())
    );
    for ability in &abilities {
        let is_ok = ability["state"] == "ok";
        assert_eq!(ability["mend"].is_null(), is_ok, "{ability}");
        assert_ne!(ability["detail"], "", "{ability}");
    }
}

#[test]
fn it_is_readable_at_eighty_columns_in_both_languages() {
    let workshop = Workshop::new();
    for lang in ["en", "zh"] {
        let said = stdout(&workshop.run(&["doctor", "--lang", lang]));
        assert!(said.lines().count() > ABILITIES.len(), "{said}");
        for line in said.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}

/// A program that is not there, and one that never answers, are no abilities.
#[test]
fn programs_that_are_not_there_are_missing() {
    let workshop = Workshop::new();
    let output = workshop
        .tinygram(&["doctor", "--json"])
        .env("PATH", workshop.path())
        .output()
        .unwrap();
    let (abilities, _) = checkup(&output);
    for program in ["uml", "docker", "compose", "tshark"] {
        assert_eq!(state(&abilities, program), "missing", "{program}");
    }
}

#[test]
fn where_nothing_is_allowed_the_simulation_is_left_and_the_mend_is_told() {
    if !namespaces() || !testkit::has_program("unshare") {
        return;
    }
    let workshop = Workshop::new();
    // Inside a user namespace that allows no further namespace of any kind that the lab needs.
    let forbid = "for kind in user net mnt pid ipc uts; do \
                    echo 0 > /proc/sys/user/max_${kind}_namespaces; \
                  done; PATH=/nowhere exec \"$0\" doctor --json";
    let output = Command::new("unshare")
        .args(["-Ur", "sh", "-c", forbid])
        .arg(assert_cmd::cargo::cargo_bin("tinygram"))
        .current_dir(workshop.path())
        .env("LC_ALL", "C")
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .output()
        .unwrap();
    // No real kernel, says the exit code.
    assert_exit(&output, 3);
    let (abilities, rest) = checkup(&output);
    assert_eq!(state(&abilities, "namespaces"), "forbidden");
    assert_eq!(state(&abilities, "sim"), "ok");
    assert_eq!(rest["auto"], "sim");
    let mend = abilities[0]["mend"].as_str().unwrap();
    assert!(mend.contains("sysctl user.max_user_namespaces"), "{mend}");
}
