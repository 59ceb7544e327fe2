//! Hosts as containers: the same verdicts, nothing left behind, and nothing that reaches outside.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    fs,
    io::Read,
    os::unix::process::ExitStatusExt,
    process::{Command, Output, Stdio},
    sync::Mutex,
    thread,
    time::Duration,
};
use support::{
    Workshop, assert_exit,
    engine::{docker, in_mid_run, left_by, tinygram},
    namespaces,
    processes::eventually,
    seen::seen,
    stderr, stdout,
};
use testkit::has_docker;

/// What a race decides, and what a busy machine leaves open.
const RACES: [&str; 7] = [
    "sticky-read",
    "split-read",
    "merged-message",
    "condition-unproven",
    "nagle-delack-stall",
    "coalesced-segment",
    "gathered-writes",
];

/// What both show of a scenario, compared: how many variants, and what differs.
fn differences(workshop: &Workshop, scenario: &str) -> (usize, Vec<String>) {
    let (contained, real) = (
        seen(workshop, scenario, "docker"),
        seen(workshop, scenario, "netns"),
    );
    // Which packets are lost decides what is seen, and timers have a part in that.
    let is_chance = ["lossy", "udp-vs-tcp"].contains(&scenario);
    let (mut compared, mut differences) = (0, Vec::new());
    for (variant, (verdict, findings)) in &contained {
        compared += 1;
        let (other, others) = &real[variant];
        if [verdict, other]
            .iter()
            .any(|verdict| **verdict == "inconclusive")
        {
            continue;
        }
        if verdict != other {
            differences.push(format!("{scenario}/{variant}: {verdict}, not {other}"));
        }
        // Findings that a verdict depends on are judged with it; these differ where chance does.
        let expected = findings.symmetric_difference(others);
        for (code, host) in expected.filter(|(code, _)| !RACES.contains(&code.as_str())) {
            if !is_chance {
                differences.push(format!("{scenario}/{variant}: {code} of {host}"));
            }
        }
    }
    (compared, differences)
}

#[test]
fn every_scenario_shows_the_same_as_on_namespaces() {
    if !has_docker() || !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let names = fs::read_dir(folder).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        Some(name.strip_suffix(".yaml")?.to_owned())
    });
    let left = Mutex::new(names.collect::<Vec<_>>());
    let all = Mutex::new((0, Vec::new()));
    thread::scope(|scope| {
        // More at once, and the links' delays stay unproven.
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(scenario) = left.lock().unwrap().pop() else {
                        break;
                    };
                    let (compared, differences) = differences(&workshop, &scenario);
                    let mut all = all.lock().unwrap();
                    all.0 += compared;
                    all.1.extend(differences);
                }
            });
        }
    });
    let (compared, differences) = all.into_inner().unwrap();
    assert!(compared > 60, "{compared}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn auto_takes_the_engine_and_says_its_version_and_nothing_is_left() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    let command = tinygram(&workshop, &["run", "sticky-one-write"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = command.unwrap();
    let runner = child.id();
    let output = child.wait_with_output().unwrap();
    // A busy machine may leave a link's delay unproven.
    assert!(
        [Some(0), Some(4)].contains(&output.status.code()),
        "{}",
        stderr(&output)
    );
    let version = docker(&["version", "--format", "{{.Server.Version}}"]);
    assert!(
        stderr(&output).contains(&format!("backend: docker (engine {version}")),
        "{}",
        stderr(&output)
    );
    assert!(
        stdout(&output).contains(&format!("docker {version}")),
        "{}",
        stdout(&output)
    );
    assert_eq!(left_by(runner), Default::default());
}

#[test]
fn without_an_engine_or_its_image_it_says_what_mends_it_and_auto_goes_on() {
    let workshop = Workshop::new();
    let output = workshop.run(&["run", "sticky", "--backend", "docker"]);
    assert_exit(&output, 3);
    assert!(
        stderr(&output).contains("systemctl start docker"),
        "{}",
        stderr(&output)
    );
    if !has_docker() || !namespaces() {
        return;
    }
    let without = |arguments: &[&str]| {
        let mut command = tinygram(&workshop, arguments);
        command
            .env("TINYGRAM_IMAGE", "tinygram-not-there")
            .output()
            .unwrap()
    };
    let output = without(&["run", "sticky", "--backend", "docker"]);
    assert_exit(&output, 3);
    assert!(
        stderr(&output).contains("make image"),
        "{}",
        stderr(&output)
    );
    let output = without(&["run", "sticky-one-write"]);
    assert_exit(&output, 0);
    let said = stderr(&output);
    let line = said
        .lines()
        .find(|line| line.starts_with("backend:"))
        .unwrap();
    assert!(
        line.contains("namespaces") && line.contains("no image"),
        "{line}"
    );
}

#[test]
fn when_the_command_is_killed_its_containers_end_and_clean_removes_the_rest() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    let mut child = in_mid_run(&workshop);
    let runner = child.id();
    assert!(!left_by(runner).0.is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("its containers end", || left_by(runner).0.is_empty());
    tinygram(&workshop, &["clean"]).output().unwrap();
    assert_eq!(left_by(runner), Default::default());
}

/// Ctrl-C before, while and after containers start.
#[test]
fn whenever_it_is_interrupted_nothing_is_left() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    for milliseconds in [150, 600, 1_500] {
        let mut command = tinygram(&workshop, &["run", "partition", "--backend", "docker"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        let pid = Pid::from_raw(child.id().cast_signed());
        kill(pid, Signal::SIGINT).unwrap();
        let status = child.wait().unwrap();
        // At the very beginning, when nothing was made, by the signal itself.
        assert!(
            status.code() == Some(130) || status.signal() == Some(Signal::SIGINT as i32),
            "{status} after {milliseconds} ms"
        );
        assert_eq!(left_by(child.id()), Default::default());
    }
}

/// The run breaks off long before its deadline, and says whose container it was.
#[test]
fn a_container_that_is_killed_ends_its_run() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    let mut child = in_mid_run(&workshop);
    let containers = left_by(child.id()).0;
    let format = "{{.Config.Hostname}} {{.Id}}";
    let listed = docker(&[&["inspect", "--format", format][..], &strs(&containers)].concat());
    let server = listed.lines().find_map(|line| line.strip_prefix("server "));
    docker(&["kill", server.unwrap()]);
    let mut said = String::new();
    let log = child.stderr.as_mut().unwrap();
    log.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    assert_eq!(left_by(child.id()), Default::default());
    let manifest = fs::read_to_string(workshop.latest("cut").join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(
        manifest["outcome"]["broken"]["host"], "server",
        "{manifest}"
    );
    assert!(
        manifest["outcome"]["broken"]["reason"]
            .as_str()
            .unwrap()
            .contains("is gone")
    );
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn ten_at_once_have_ten_right_verdicts() {
    if !has_docker() {
        return;
    }
    let workshops: Vec<Workshop> = (0..10).map(|_| Workshop::new()).collect();
    let children: Vec<_> = workshops
        .iter()
        .map(|workshop| {
            let arguments = ["run", "sticky-backlog", "--backend", "docker", "--json"];
            let mut command = tinygram(workshop, &arguments);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let outputs: Vec<Output> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect();
    let (mut held, mut waited) = (0, 0);
    for output in &outputs {
        let batch: Value = serde_json::from_slice(&output.stdout).unwrap();
        for run in batch["runs"].as_array().unwrap() {
            assert_ne!(run["verdict"], "failed", "{}", stdout(output));
        }
        held += u32::from(output.status.success());
        waited += u32::from(stderr(output).contains("waiting: other runs"));
    }
    let all: Vec<_> = outputs.iter().map(stderr).collect();
    // Two of them may have been disturbed by what else a busy machine does.
    assert!(held >= 8, "{held} held\n{}", all.join("\n"));
    assert!(waited > 0 || held == 10, "{}", all.join("\n"));
}

#[test]
fn the_order_of_variants_does_not_matter() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    let verdicts = |order: &[&str]| {
        let variants: Vec<String> = order
            .iter()
            .map(|name| format!("--variant={name}"))
            .collect();
        let mut arguments = vec!["run", "dead-peer", "--backend", "docker", "--json"];
        arguments.extend(variants.iter().map(String::as_str));
        let output = tinygram(&workshop, &arguments).output().unwrap();
        let batch: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", stderr(&output)));
        let runs = batch["runs"].as_array().unwrap().iter();
        let mut seen: Vec<_> = runs
            .map(|run| {
                let codes = run["findings"].as_array().unwrap().iter();
                let mut codes: Vec<String> =
                    codes.map(|finding| finding["code"].to_string()).collect();
                codes.retain(|code| !code.contains("condition-unproven"));
                codes.sort();
                (
                    run["subject"]["run"]["variant"].to_string(),
                    run["verdict"].to_string(),
                    codes,
                )
            })
            .collect();
        seen.sort();
        seen
    };
    // A peer that is dead leaves connections that never end by themselves.
    let output = workshop.run(&["run", "dead-peer", "--backend", "sim", "--json"]);
    let batch: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<String> = batch["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            run["subject"]["run"]["variant"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(names.len() > 1);
    let forwards: Vec<&str> = names.iter().map(String::as_str).collect();
    let backwards: Vec<&str> = forwards.iter().rev().copied().collect();
    assert_eq!(verdicts(&forwards), verdicts(&backwards));
}

/// What a program sees from inside, in an image of its own.
#[test]
fn a_program_in_its_own_image_has_no_capabilities_and_reaches_nothing_outside() {
    if !has_docker() {
        return;
    }
    let image = format!("tinygram-test-{}", std::process::id());
    let workshop = Workshop::new();
    let root = workshop.path().join("root");
    fs::create_dir_all(root.join("bin")).unwrap();
    let busybox = Command::new("sh")
        .args(["-c", "command -v busybox"])
        .output()
        .unwrap();
    fs::copy(stdout(&busybox).trim(), root.join("bin/busybox")).unwrap();
    // Somebody on this machine who listens everywhere.
    let v4 = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let v6 = std::net::TcpListener::bind("[::]:0").unwrap();
    let (v4, v6) = (
        v4.local_addr().unwrap().port(),
        v6.local_addr().unwrap().port(),
    );
    workshop.scenario(
        "inside",
        &format!(
            "hosts:\n\
             \x20 insider:\n\
             \x20   image: {image}\n\
             \x20   run:\n\
             \x20     look: {{command: [/bin/busybox, sh, look.sh]}}\n\
             \x20 other:\n\
             \x20   run:\n\
             \x20     tcp: {{peer: tcp-server}}\n"
        ),
    );
    let script = format!(
        "b=/bin/busybox\n\
         $b grep Cap /proc/self/status\n\
         $b touch /written 2>/dev/null && echo WRITABLE\n\
         echo x 2>/dev/null >/proc/sys/net/ipv4/ip_forward && echo SYSCTL\n\
         $b ip address show dev eth0 | $b grep -q inet && echo ADDRESS\n\
         for gateway in $($b ip route | $b sed -n 's/^default via \\([^ ]*\\).*/\\1/p') 172.17.0.1 198.18.0.254; do\n\
         echo x | $b timeout 1 $b nc -w 1 $gateway {v4} >/dev/null 2>&1 && echo REACHED $gateway\n\
         done\n\
         for address in $($b ip -6 neighbour | $b cut -d' ' -f1) fe80::1%eth0; do\n\
         echo x | $b timeout 1 $b nc -w 1 $address {v6} >/dev/null 2>&1 && echo REACHED $address\n\
         done\n\
         $b rm -rf /dev/shm/*\n\
         echo looked\n"
    );
    fs::write(root.join("look.sh"), &script).unwrap();
    let import = format!("tar -C {} -c . | docker import - {image}", root.display());
    let imported = Command::new("sh")
        .args(["-c", &import])
        .stdout(Stdio::null())
        .status();
    assert!(imported.unwrap().success());
    let output = tinygram(&workshop, &["run", "inside.yaml", "--backend", "docker"])
        .output()
        .unwrap();
    docker(&["rmi", &image]);
    assert_exit(&output, 0);
    let log = fs::read_to_string(workshop.latest("plain").join("insider.log")).unwrap();
    assert!(log.contains("looked"), "{log}");
    for set in ["CapPrm", "CapEff", "CapInh", "CapAmb"] {
        assert!(log.contains(&format!("{set}:\t0000000000000000")), "{log}");
    }
    for forbidden in ["WRITABLE", "SYSCTL", "REACHED", "ADDRESS"] {
        assert!(!log.contains(forbidden), "{log}");
    }
}

/// Files of one variant don't reach the next, and a host may be called as the lab's own container is.
#[test]
fn a_variant_finds_nothing_that_another_has_written() {
    if !has_docker() {
        return;
    }
    let workshop = Workshop::new();
    let scenario = "\
hosts:
  coordinator:
    image: tinygram
    run: {app: {command: [sh, -c, 'ls -A /tmp /dev/shm; echo x > /tmp/left; mkdir /dev/shm/left']}}
expect: [{output: coordinator.app, contains: left, count: 0}]
variants: {one: {}, two: {}}
";
    workshop.scenario("files", scenario);
    let output = tinygram(&workshop, &["run", "files.yaml", "--backend", "docker"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}
