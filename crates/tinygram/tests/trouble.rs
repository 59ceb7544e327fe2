//! Unhappy paths: wrong commands, wrong scenarios, machines that can't, programs that misbehave.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use support::{Workshop, assert_exit, namespaces, stderr, stdout};

const ONE_HOST: &str = "
deadline: 3s
hosts:
  alone:
    run:
";

#[test]
fn a_wrong_scenario_ends_with_2_and_all_its_errors() {
    let workshop = Workshop::new();
    workshop.scenario(
        "broken",
        "link: {dealy: 20ms}\nhosts:\n  server:\n    run:\n      tcp: {peer: tcp-serber}\n",
    );
    for arguments in [["check", "broken.yaml"], ["run", "broken.yaml"]] {
        let output = workshop.run(&arguments);
        assert_exit(&output, 2);
        let said = stderr(&output) + &stdout(&output);
        assert!(
            said.contains("broken.yaml:1:8") && said.contains("`dealy`"),
            "{said}"
        );
        assert!(
            said.contains("broken.yaml:5:19") && said.contains("tcp-serber"),
            "{said}"
        );
    }
}

#[test]
fn an_unknown_scenario_or_variant_ends_with_2_and_what_there_is() {
    let workshop = Workshop::new();
    let output = workshop.run(&["run", "stiky"]);
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("sticky"), "{}", stderr(&output));
    let output = workshop.run(&["run", "sticky", "--variant", "nagle"]);
    assert_exit(&output, 2);
    let said = stderr(&output);
    for variant in [
        "naive",
        "nodelay",
        "ping-pong",
        "handshake",
        "length-prefix",
    ] {
        assert!(said.contains(variant), "{said}");
    }
}

#[test]
fn without_namespaces_it_ends_with_3_and_what_to_do() {
    if !namespaces() || !testkit::has_program("setpriv") {
        return;
    }
    let workshop = Workshop::new();
    // A user namespace of its own in which no further one may be made, and no capability is left.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && \
                  exec setpriv --bounding-set -all --inh-caps -all \"$@\"";
    let output = Command::new("unshare")
        .args(["-Ur", "sh", "-c", script, "sh"])
        .arg(assert_cmd::cargo::cargo_bin("tinygram"))
        .args(["run", "sticky", "--backend", "netns"])
        .current_dir(workshop.path())
        .output()
        .unwrap();
    assert_exit(&output, 3);
    let said = stderr(&output);
    assert!(
        said.contains("forbidden") && said.contains("sysctl"),
        "{said}"
    );
}

#[test]
fn an_ordinary_user_can_run_the_lab() {
    if !namespaces() || !testkit::has_program("setpriv") {
        return;
    }
    if !nix::unistd::geteuid().is_root() {
        testkit::skip("rootless", "needs root, to become nobody");
        return;
    }
    let workshop = Workshop::new();
    // Nobody may neither read the build folder nor write to root's.
    let program = workshop.path().join("tinygram");
    std::fs::copy(assert_cmd::cargo::cargo_bin("tinygram"), &program).unwrap();
    let chmod = Command::new("chmod")
        .args(["-R", "0777"])
        .arg(workshop.path())
        .status()
        .unwrap();
    assert!(chmod.success());
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg("./tinygram")
        .args([
            "run",
            "sticky",
            "--variant",
            "naive",
            "--variant",
            "ping-pong",
        ])
        .current_dir(workshop.path())
        .output()
        .unwrap();
    if stderr(&output).contains("forbidden") {
        testkit::skip("rootless", "unprivileged user namespaces are forbidden");
        return;
    }
    assert_exit(&output, 0);
}

/// Runs a scenario with this program, and one that would go on for long.
fn broken_run(program: &str) -> (i32, String) {
    let workshop = Workshop::new();
    let other = "waiter: {command: [sleep, '1000']}";
    workshop.scenario(
        "odd",
        &format!("{ONE_HOST}      {program}\n      {other}\n"),
    );
    let output = workshop.run(&["run", "odd.yaml"]);
    (
        output.status.code().unwrap(),
        stdout(&output) + &stderr(&output),
    )
}

#[test]
fn a_server_that_crashes_ends_the_run_with_its_log() {
    if !namespaces() {
        return;
    }
    let (code, said) = broken_run(
        "web: {command: [sh, -c, 'echo no port for me >&2; exit 7'], listens: tcp/9999}",
    );
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("no port for me") && said.contains("alone"),
        "{said}"
    );
}

#[test]
fn a_program_that_never_ends_is_ended_at_the_deadline() {
    if !namespaces() {
        return;
    }
    let (code, said) = broken_run("sleeper: {command: [sh, -c, 'echo zzz; exec sleep 1000']}");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("deadline") && said.contains("3s") && said.contains("zzz"),
        "{said}"
    );
}

#[test]
fn a_program_that_never_serves_its_port_is_ended_at_the_deadline() {
    if !namespaces() {
        return;
    }
    let (code, said) =
        broken_run("deaf: {command: [sh, -c, 'echo la la; exec sleep 1000'], listens: tcp/80}");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("never became ready") && said.contains("la la"),
        "{said}"
    );
}

#[test]
fn a_program_that_is_not_there_ends_the_run_by_name() {
    if !namespaces() {
        return;
    }
    let (code, said) = broken_run("ghost: {command: [no-such-program]}");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("can't start ghost"), "{said}");
}

#[test]
fn the_lab_is_closed_to_the_outside() {
    if !namespaces() || !testkit::has_program("python3") {
        return;
    }
    // No route leads out: the kernel answers at once that the network can't be reached.
    let probe = "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n\
                 try: s.connect((\"192.0.2.1\",9)); sys.exit(\"there is a way out\")\n\
                 except OSError as e: print(\"closed:\", e)";
    let workshop = Workshop::new();
    std::fs::write(workshop.path().join("probe.py"), probe).unwrap();
    workshop.scenario(
        "closed",
        &format!("{ONE_HOST}      probe: {{command: [python3, probe.py]}}\nvariants:\n  plain:\n    expect:\n      - {{value: alone.probe.exit-status, is: 0}}\n"),
    );
    assert_exit(&workshop.run(&["run", "closed.yaml"]), 0);
    let log = std::fs::read_to_string(workshop.latest("plain").join("alone.log")).unwrap();
    assert!(log.contains("closed: [Errno 101]"), "{log}");
}

#[test]
fn hosts_find_each_other_by_name_and_the_machine_keeps_its_own_hosts_file() {
    if !namespaces() || !testkit::has_program("python3") {
        return;
    }
    let before = std::fs::read_to_string("/etc/hosts").unwrap();
    let workshop = Workshop::new();
    workshop.scenario(
        "names",
        "hosts:\n  one:\n    run:\n      ask: {command: [python3, -c, 'import socket; print(socket.gethostname(), socket.gethostbyname(\"two\"))']}\n  two:\n    run:\n      udp: {peer: udp-peer}\n",
    );
    assert_exit(&workshop.run(&["run", "names.yaml"]), 0);
    let run = workshop.path().join("runs/latest/plain");
    let log = std::fs::read_to_string(run.join("one.log")).unwrap();
    assert!(log.contains("one 198.18.0.2"), "{log}");
    assert_eq!(std::fs::read_to_string("/etc/hosts").unwrap(), before);
}

#[test]
fn a_command_that_fails_breaks_the_run_off_unless_its_status_is_expected() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let hosts =
        "hosts:\n  one:\n    run:\n      fails: {command: [sh, -c, 'echo oh no; exit 3']}\n";
    workshop.scenario("fails", hosts);
    let output = workshop.run(&["run", "fails.yaml"]);
    assert_exit(&output, 1);
    let said = stdout(&output);
    assert!(
        said.contains("exit status: 3") && said.contains("oh no"),
        "{said}"
    );
    let expect = "expect:\n  - {value: one.fails.exit-status, is: 3}\n";
    workshop.scenario("fails", &format!("{hosts}{expect}"));
    assert_exit(&workshop.run(&["run", "fails.yaml"]), 0);
}

#[test]
fn a_receiver_hears_what_is_still_under_way_when_the_sender_is_done() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "late",
        "link: {delay: 100ms}\nhosts:\n  sink:\n    run:\n      udp: {peer: udp-peer, protocol: sink}\n  \
         source:\n    run:\n      udp: {peer: udp-peer, protocol: source, to: sink, bytes: 2000B, write: 100B}\n\
         expect:\n  - {value: sink.udp.datagrams-received, is: 20}\n",
    );
    assert_exit(&workshop.run(&["run", "late.yaml"]), 0);
}

#[test]
fn what_nobody_looked_for_is_not_held_to_be_absent() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    workshop.scenario(
        "blind",
        "hosts:\n  one:\n    run:\n      quiet: {command: ['true']}\n\
         expect:\n  - {finding: zero-window, count: 0}\n  - {finding: merged-message, host: one, count: 0}\n",
    );
    assert_exit(&workshop.run(&["run", "blind.yaml"]), 4);
}
