//! `--backend uml`: the whole lab in a kernel of its own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    clippy::print_stderr,
    reason = "what was played again is told in the log"
)]

mod support;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
    process::{Child, Command, Output, Stdio},
};
use support::{
    Workshop, assert_exit, namespaces,
    processes::{eventually, family, is_alive},
    stderr, stdout,
};
use testkit::has_user_mode_linux;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The verdict of every variant in the newest batch.
fn verdicts(workshop: &Workshop) -> Vec<(String, Value)> {
    let runs = fs::read_dir(workshop.path().join("runs/latest")).unwrap();
    let mut verdicts: Vec<_> = runs
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| {
            let analysis = json(&entry.path().join("analysis.json"));
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, analysis["expectations"].clone())
        })
        .collect();
    verdicts.sort_by(|one, other| one.0.cmp(&other.0));
    verdicts
}

/// Plays sticky, again while it is inconclusive: on a machine with more to do than processors, a
/// kernel with one processor delays packets by more than the link does, and the lab says so.
fn conclusive(workshop: &Workshop, backend: &str) -> Output {
    let play = || workshop.run(&["run", "sticky", "--backend", backend]);
    let mut again = (0..5).map(|_| play());
    let found = again.find(|output| {
        let is_conclusive = output.status.code() != Some(4);
        if !is_conclusive {
            // Whoever reads the tests' log sees that it happened, and why.
            eprintln!(
                "inconclusive on {backend}, played again:\n{}",
                stdout(output)
            );
        }
        is_conclusive
    });
    found.unwrap_or_else(play)
}

/// The release that the kernel tells without booting.
fn release() -> String {
    let said = Command::new("linux.uml").arg("--version").output().unwrap();
    stdout(&said).trim().to_owned()
}

/// A program in the place of `linux.uml` that starts the real one with other arguments.
fn instead_of_linux(workshop: &Workshop, edit: &str) -> String {
    let paths = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&paths)
        .map(|folder| folder.join("linux.uml"))
        .find(|file| file.is_file())
        .unwrap();
    let shim = workshop.path().join("linux.uml");
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec {real} --version\n\
         exec {real} $(echo \"$@\" | sed '{edit}')\n",
        real = real.display()
    );
    fs::write(&shim, text).unwrap();
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).unwrap();
    let paths = paths.to_string_lossy().into_owned();
    format!("{}:{paths}", workshop.path().display())
}

#[test]
fn sticky_has_the_verdicts_it_has_on_namespaces_and_leaves_complete_runs() {
    if !has_user_mode_linux() || !namespaces() {
        return;
    }
    let (here, inside) = (Workshop::new(), Workshop::new());
    assert_exit(&conclusive(&here, "netns"), 0);
    let output = conclusive(&inside, "uml");
    assert_exit(&output, 0);
    let text = stdout(&output);
    assert!(text.contains("user-mode linux"), "{text}");
    let states = |workshop| {
        let runs: Vec<_> = verdicts(workshop);
        assert_eq!(runs.len(), 5);
        runs.into_iter()
            .map(|(name, mut expectations)| {
                for expectation in expectations.as_array_mut().unwrap() {
                    expectation.as_object_mut().unwrap().remove("seen");
                }
                (name, expectations)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&here), states(&inside));
    let files = |workshop: &Workshop| {
        let mut names: Vec<_> = fs::read_dir(workshop.latest("naive"))
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(files(&here), files(&inside));
    for variant in ["naive", "length-prefix"] {
        let manifest = json(&inside.latest(variant).join("manifest.json"));
        assert_eq!(manifest["place"]["backend"], "user-mode linux");
        let kernel = format!("Linux {}", release());
        assert_eq!(manifest["place"]["kernel"], kernel.as_str());
    }
}

#[test]
fn a_command_inside_has_the_users_folder_and_environment_and_its_failure_is_the_commands() {
    if !has_user_mode_linux() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "inside",
        "hosts:\n  one:\n    run:\n      look: {command: [sh, -c, 'echo $GREETING; cat note; uname -r; exit 3']}\n\
         expect:\n  - {value: one.look.exit-status, is: 4}\n",
    );
    fs::write(workshop.path().join("note"), "a note\n").unwrap();
    let output = workshop
        .tinygram(&["run", "inside.yaml", "--backend", "uml"])
        .env("GREETING", "good day  你好")
        .env("ODD", OsStr::from_bytes(b"\xff"))
        .output()
        .unwrap();
    assert_exit(&output, 1);
    let log = fs::read_to_string(workshop.latest("plain").join("one.log")).unwrap();
    for said in ["good day 你好", "a note", &release()] {
        assert!(log.contains(said), "{log}");
    }
}

/// An ordinary user, where namespaces are forbidden: nothing but this backend works, and `auto`
/// finds it.
#[test]
fn where_namespaces_are_forbidden_auto_takes_user_mode_linux() {
    if !has_user_mode_linux() || !namespaces() || !testkit::has_program("unshare") {
        return;
    }
    let workshop = Workshop::new();
    let forbid = "for kind in user net mnt pid ipc uts; do \
                    echo 0 > /proc/sys/user/max_${kind}_namespaces; \
                  done; exec \"$0\" run sticky --variant ping-pong";
    let output = Command::new("unshare")
        .args(["-Ur", "sh", "-c", forbid])
        .arg(assert_cmd::cargo::cargo_bin("tinygram"))
        .current_dir(workshop.path())
        .env("LC_ALL", "C")
        // Nor is there an engine, which this machine may have.
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .output()
        .unwrap();
    assert_exit(&output, 0);
    let said = stderr(&output);
    assert!(said.contains("backend: user-mode linux"), "{said}");
}

#[test]
fn not_installed_is_said_with_the_mend() {
    let workshop = Workshop::new();
    let output = workshop
        .tinygram(&["run", "sticky", "--backend", "uml"])
        .env("PATH", workshop.path())
        .output()
        .unwrap();
    assert_exit(&output, 3);
    let said = stderr(&output);
    assert!(said.contains("apt install user-mode-linux"), "{said}");
}

#[test]
fn a_kernel_that_panics_tells_why() {
    if !has_user_mode_linux() {
        return;
    }
    let workshop = Workshop::new();
    let paths = instead_of_linux(&workshop, "s,init=[^ ]*,init=/nonexistent,");
    let output = workshop
        .tinygram(&["run", "sticky", "--backend", "uml"])
        .env("PATH", paths)
        .output()
        .unwrap();
    assert_exit(&output, 3);
    let said = stderr(&output);
    assert!(
        said.contains("Kernel panic") && said.contains("Requested init /nonexistent failed"),
        "{said}"
    );
    assert!(said.lines().count() <= 17, "{said}");
    assert!(!workshop.path().join("core").exists());
}

/// A scenario whose program tells the kernel it runs on, again and again.
fn start_telling(workshop: &Workshop) -> Child {
    workshop.scenario(
        "telling",
        "hosts:\n  one:\n    run:\n      tell: {command: [sh, -c, \
         'while :; do read kernel < /proc/sys/kernel/osrelease; echo $kernel >> told; done']}\n\
         deadline: 10min\n",
    );
    workshop
        .tinygram(&["run", "telling.yaml", "--backend", "uml"])
        .env("TMPDIR", workshop.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The folder by which kernel and command speak, while there is one.
fn folder_of_errand(workshop: &Workshop) -> Option<fs::DirEntry> {
    let mut entries = fs::read_dir(workshop.path()).unwrap().flatten();
    entries.find(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .starts_with("tinygram-uml-")
    })
}

/// The one process below that one.
fn only_child(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap()
}

/// Kills what `victim` picks when the program inside is running: all must be gone. Returns which
/// kernels the program has told, unless the test can't run here.
fn kill_and_look(signal: Signal, victim: fn(u32) -> u32) -> Option<BTreeSet<String>> {
    if !has_user_mode_linux() {
        return None;
    }
    let workshop = Workshop::new();
    let runner = RefCell::new(start_telling(&workshop));
    let pid = runner.borrow().id();
    let told = workshop.path().join("told");
    eventually("the program inside never ran", || {
        fs::metadata(&told).is_ok_and(|told| told.len() > 0)
    });
    let folder = folder_of_errand(&workshop).unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o077, 0);
    let family = family(pid);
    // Runner, keeper, kernel, its two helpers, processes inside.
    assert!(family.len() > 5, "{family:?}");
    let victim = Pid::from_raw(victim(pid).cast_signed());
    kill(victim, signal).unwrap();
    eventually("the command does not end", || {
        runner.borrow_mut().try_wait().unwrap().is_some()
    });
    eventually("processes are left", || {
        !family.iter().any(|pid| is_alive(*pid))
    });
    eventually("a folder is left", || folder_of_errand(&workshop).is_none());
    let told = fs::read_to_string(&told).unwrap();
    let (whole, _) = told.rsplit_once('\n').unwrap();
    Some(whole.lines().map(str::to_owned).collect())
}

/// Also that no process of the kernel has gone on outside of it.
fn kill_and_look_outside(signal: Signal, victim: fn(u32) -> u32) {
    if let Some(told) = kill_and_look(signal, victim) {
        assert_eq!(told, BTreeSet::from([release()]));
    }
}

#[test]
fn killing_the_runner_leaves_nothing_and_lets_nothing_loose() {
    kill_and_look_outside(Signal::SIGKILL, |runner| runner);
}

#[test]
fn killing_the_keeper_leaves_nothing_and_lets_nothing_loose() {
    kill_and_look_outside(Signal::SIGKILL, only_child);
}

#[test]
fn an_interrupt_leaves_nothing_and_lets_nothing_loose() {
    kill_and_look_outside(Signal::SIGINT, |runner| runner);
}

#[test]
fn killing_the_kernel_itself_leaves_nothing() {
    // Its processes are loose until the keeper has heard of it.
    let _ = kill_and_look(Signal::SIGKILL, |runner| only_child(only_child(runner)));
}

/// The kernel's first process ends by switching its machine off, so it must know which it is on.
#[test]
fn the_init_does_nothing_outside_of_a_kernel() {
    if !testkit::has_program("unshare") {
        return;
    }
    let workshop = Workshop::new();
    // In a user namespace it could not do any harm.
    let output = Command::new("unshare")
        .arg("-Ur")
        .arg(assert_cmd::cargo::cargo_bin("tinygram"))
        .arg("uml-init")
        .arg(workshop.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert_eq!(fs::read_dir(workshop.path()).unwrap().count(), 0);
}
