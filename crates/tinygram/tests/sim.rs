//! `--backend sim`: the main job without any kernel, and the search over seeds.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};
use support::{Workshop, assert_exit, stderr, stdout};

const SIMULATED: &str = "simulated (smoltcp, virtual time)";

/// Every file of the newest batch, by its path there.
fn files(workshop: &Workshop) -> BTreeMap<PathBuf, Vec<u8>> {
    fn below(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let root = fs::canonicalize(workshop.path().join("runs/latest")).unwrap();
    let mut found = BTreeMap::new();
    below(&root, &root, &mut found);
    found
}

#[test]
fn sticky_holds_and_says_everywhere_that_it_is_simulated() {
    let workshop = Workshop::new();
    let output = workshop.run(&["run", "sticky", "--backend", "sim"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).contains(SIMULATED), "{}", stdout(&output));
    for variant in [
        "naive",
        "nodelay",
        "ping-pong",
        "handshake",
        "length-prefix",
    ] {
        let run = workshop.latest(variant);
        for file in ["manifest.json", "analysis.json"] {
            let text = fs::read_to_string(run.join(file)).unwrap();
            assert!(text.contains(SIMULATED), "{variant}/{file}");
        }
    }
    let table = fs::read_to_string(workshop.latest("comparison.json")).unwrap();
    assert!(table.contains(SIMULATED), "{table}");
    let inspected = workshop.run(&["inspect", "runs/latest/naive", "--lang", "zh"]);
    assert_exit(&inspected, 0);
    assert!(stdout(&inspected).contains("模拟（smoltcp，虚拟时间）"));
    let json = workshop.run(&["run", "sticky", "--backend", "sim", "--json"]);
    assert!(stdout(&json).contains(SIMULATED));
}

#[test]
fn the_whole_catalogue_is_the_same_in_any_folder() {
    for scenario in support::catalogue() {
        let [one, other] = [Workshop::new(), Workshop::new()];
        let run = |workshop: &Workshop| workshop.run(&["run", &scenario, "--backend", "sim"]);
        let output = run(&one);
        if output.status.code() == Some(3) && stderr(&output).contains("skipped: ") {
            continue;
        }
        assert_exit(&output, 0);
        assert_exit(&run(&other), 0);
        let (these, those) = (files(&one), files(&other));
        assert!(these.len() > 5, "{scenario}");
        assert_eq!(
            these.keys().collect::<Vec<_>>(),
            those.keys().collect::<Vec<_>>()
        );
        for (name, bytes) in &these {
            assert!(*bytes == those[name], "{scenario}: {}", name.display());
        }
    }
}

#[test]
fn wireshark_reads_the_captures_without_a_complaint() {
    if !testkit::has_program("tshark") || !testkit::has_program("capinfos") {
        return;
    }
    let workshop = Workshop::new();
    assert_exit(&workshop.run(&["run", "sticky", "--backend", "sim"]), 0);
    for host in ["server", "client", "udp-peer"] {
        let capture = workshop.latest("naive").join(format!("{host}.pcapng"));
        let capinfos = Command::new("capinfos").arg(&capture).output().unwrap();
        assert!(
            capinfos.status.success() && capinfos.stderr.is_empty(),
            "{capinfos:?}"
        );
        let odd = "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 \
                   || udp.checksum.status == 0 || tcp.analysis.ack_lost_segment \
                   || tcp.analysis.lost_segment || icmp";
        let tshark = Command::new("tshark")
            .args(["-o", "tcp.check_checksum:TRUE"])
            .args(["-o", "ip.check_checksum:TRUE"])
            .args(["-o", "udp.check_checksum:TRUE", "-r"])
            .arg(&capture)
            .args(["-Y", odd])
            .output()
            .unwrap();
        assert!(tshark.status.success(), "{tshark:?}");
        assert_eq!(stdout(&tshark), "", "{host}");
    }
}

/// Whether two names are merged depends on when they arrive, which the seed decides.
const SOMETIMES: &str = "
link: {delay: 10ms, jitter: 40us}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: none}}}
  client:
    run:
      tcp:
        {peer: tcp-client, to: server, framing: none, send: [a, b], wait: never, nodelay: true, write-pause: 50us}
expect: [{finding: merged-message, count: 0}]
";

#[test]
fn the_smallest_failing_seed_is_found_and_fails_again_alone() {
    let workshop = Workshop::new();
    let file = workshop.scenario("sometimes", SOMETIMES);
    let file = file.to_str().unwrap();
    let search = |seeds: &str| {
        let arguments = ["run", file, "--backend", "sim", "--json", "--seeds", seeds];
        let output = workshop.run(&arguments);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["place"], SIMULATED);
        (output, found)
    };
    let (output, found) = search("1..300");
    assert_exit(&output, 1);
    let folder = workshop.path().join(found["batch"].as_str().unwrap());
    let found = found["variants"][0].clone();
    let count = |name: &str| found[name].as_u64().unwrap();
    assert!(count("failed") > 0 && count("held") > 0, "{found}");
    assert_eq!(count("failed") + count("held") + count("inconclusive"), 300);
    let smallest = count("smallest-failing");
    // Only failing runs' files are kept, of at most a hundred, and each is that of its seed.
    let batch = workshop.path().join("runs/latest");
    assert_eq!(
        folder.canonicalize().unwrap(),
        batch.canonicalize().unwrap()
    );
    let kept = fs::read_dir(&batch).unwrap().count() as u64;
    assert_eq!(kept, count("failed").min(100));
    let run = workshop.latest(&format!("plain.seed-{smallest}"));
    let manifest = fs::read(run.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["seed"], smallest);
    let alone =
        |seed: u64| workshop.run(&["run", file, "--backend", "sim", "--seed", &seed.to_string()]);
    assert_exit(&alone(smallest), 1);
    for seed in 1..smallest {
        assert_exit(&alone(seed), 0);
    }
}

#[test]
fn a_search_that_finds_nothing_leaves_no_files() {
    let workshop = Workshop::new();
    let arguments = [
        "run",
        "sticky",
        "--backend",
        "sim",
        "--variant",
        "ping-pong",
    ];
    let output = workshop.run(&[&arguments[..], &["--seeds", "1..50"]].concat());
    assert_exit(&output, 0);
    assert!(
        stdout(&output).contains("50 held, 0 failed"),
        "{}",
        stdout(&output)
    );
    assert!(!workshop.path().join("runs").exists());
}

#[test]
fn a_search_that_is_interrupted_tells_how_far_it_came() {
    let workshop = Workshop::new();
    let forever = format!("1..{}", u64::MAX);
    let arguments = ["run", "sticky", "--backend", "sim", "--variant", "naive"];
    let mut command = workshop.tinygram(&[&arguments[..], &["--seeds", &forever]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let catches_interrupts = || {
        let status = fs::read_to_string(&status).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        caught & (1 << (Signal::SIGINT as u64 - 1)) != 0
    };
    while !catches_interrupts() {
        thread::yield_now();
    }
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_exit(&output, 130);
    let told = stdout(&output);
    assert!(told.contains(" held, 0 failed, 0 inconclusive"), "{told}");
    assert!(told.contains("\nInterrupted: "), "{told}");
}

#[test]
fn seeds_need_the_simulation_and_an_order() {
    let workshop = Workshop::new();
    assert_exit(&workshop.run(&["run", "sticky", "--seeds", "1..9"]), 2);
    let backwards = ["run", "sticky", "--backend", "sim", "--seeds", "9..1"];
    assert_exit(&workshop.run(&backwards), 2);
}

#[test]
fn what_needs_a_kernel_is_skipped_with_the_reason() {
    let workshop = Workshop::new();
    let file = workshop.scenario(
        "kernel",
        "
link: {delay: 1ms}
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [a]}}}
variants:
  any: {}
  netem: {set: {link.engine: netem}}
",
    );
    let file = file.to_str().unwrap();
    let output = workshop.run(&["run", file, "--backend", "sim"]);
    assert_exit(&output, 0);
    let said = stderr(&output);
    assert!(
        said.contains("skipped: netem: host server asks for the kernel's netem"),
        "{said}"
    );
    assert!(!workshop.latest("netem").exists() && workshop.latest("any").is_dir());
    let output = workshop.run(&["run", file, "--backend", "sim", "--variant", "netem"]);
    assert_exit(&output, 3);
}

#[test]
fn a_variant_can_say_what_it_needs() {
    let workshop = Workshop::new();
    let file = workshop.scenario(
        "needs",
        "
needs: [linux]
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [a]}}}
variants:
  kernel: {}
  textbook: {set: {needs: [smoltcp]}}
",
    );
    let file = file.to_str().unwrap();
    let junit = workshop.path().join("out.xml");
    let arguments = ["run", file, "--junit", junit.to_str().unwrap(), "--backend"];
    let output = workshop.run(&[&arguments[..], &["sim"]].concat());
    assert_exit(&output, 0);
    let said = stderr(&output);
    let reason = "it needs linux, and no kernel takes part";
    assert!(
        said.contains(&format!("skipped: kernel: {reason}")),
        "{said}"
    );
    assert!(!workshop.latest("kernel").exists() && workshop.latest("textbook").is_dir());
    let xml = fs::read_to_string(&junit).unwrap();
    assert!(xml.contains(reason) && xml.contains(SIMULATED), "{xml}");
    if !support::namespaces() {
        return;
    }
    let output = workshop.run(&[&arguments[..], &["netns"]].concat());
    assert_exit(&output, 0);
    let said = stderr(&output);
    assert!(
        said.contains("skipped: textbook: it needs smoltcp"),
        "{said}"
    );
    assert!(workshop.latest("kernel").is_dir() && !workshop.latest("textbook").exists());
}

#[test]
fn where_nothing_can_be_played_json_and_junit_tell_why() {
    let workshop = Workshop::new();
    let junit = workshop.path().join("out.xml");
    let output = workshop.run(&[
        "run",
        "tinygrams",
        "--backend",
        "sim",
        "--json",
        "--junit",
        junit.to_str().unwrap(),
    ]);
    assert_exit(&output, 3);
    assert!(
        stderr(&output).contains("none of tinygrams's variants can be played here"),
        "{}",
        stderr(&output)
    );
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["runs"].as_array().unwrap().len(), 0);
    let reason = told["skipped"][0]["reason"].as_str().unwrap();
    let xml = fs::read_to_string(&junit).unwrap();
    assert!(xml.contains(reason), "{xml}");
    assert!(!workshop.path().join("runs").exists());
}

#[test]
fn what_no_kernel_can_play_auto_simulates() {
    let workshop = Workshop::new();
    let file = workshop.scenario(
        "textbook",
        "
needs: [smoltcp]
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [a]}}}
",
    );
    let output = workshop.run(&["run", file.to_str().unwrap()]);
    assert_exit(&output, 0);
    let said = stderr(&output);
    assert!(
        said.contains(&format!("backend: {SIMULATED} (textbook needs smoltcp)")),
        "{said}"
    );
}

/// No engine, no namespaces of any kind, no user-mode Linux, nowhere to write.
#[test]
fn where_nothing_is_allowed_auto_simulates_and_says_why_and_where() {
    if !support::namespaces() || !testkit::has_program("unshare") {
        return;
    }
    let workshop = Workshop::new();
    let forbid = "for kind in user net mnt pid ipc uts; do \
                    echo 0 > /proc/sys/user/max_${kind}_namespaces; \
                  done; PATH=/nowhere exec \"$0\" run sticky --runs /sys/runs";
    let run = |temporary: &Path| {
        let output = Command::new("unshare")
            .args(["-Ur", "sh", "-c", forbid])
            .arg(assert_cmd::cargo::cargo_bin("tinygram"))
            .current_dir(workshop.path())
            .env("LC_ALL", "C")
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env("TMPDIR", temporary)
            .output()
            .unwrap();
        assert_exit(&output, 0);
        let said = stderr(&output);
        assert!(said.contains(&format!("backend: {SIMULATED} (")), "{said}");
        assert!(said.contains("can't write to /sys/runs"), "{said}");
        let text = stdout(&output);
        assert!(text.contains(SIMULATED), "{text}");
        let last = text.lines().last().unwrap();
        let place = last.rsplit(' ').next().unwrap();
        let wide = text
            .lines()
            .filter(|line| line.contains("tinygram inspect "));
        let wide =
            wide.filter(|line| line.len() > 80 && *line != format!("tinygram inspect {place}"));
        assert_eq!(wide.collect::<Vec<_>>(), [""; 0]);
        assert!(
            Path::new(place).join("naive/manifest.json").exists(),
            "{last}"
        );
        PathBuf::from(place)
    };
    assert!(run(workshop.path()).starts_with(workshop.path()));
    // As in a container whose root is read-only.
    let place = run(Path::new("/sys"));
    let folder = place.ancestors().nth(2).unwrap();
    assert_eq!(folder.parent(), Some(Path::new("/dev/shm")));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn csv_has_a_row_for_every_value_of_every_run() {
    let workshop = Workshop::new();
    let output = workshop.run(&[
        "run",
        "sticky",
        "--backend",
        "sim",
        "--repeat",
        "2",
        "--csv",
        "values.csv",
    ]);
    assert_exit(&output, 0);
    let text = fs::read_to_string(workshop.path().join("values.csv")).unwrap();
    let mut rows = text.lines();
    assert_eq!(
        rows.next(),
        Some("scenario,variant,run,seed,place,verdict,value,unit,measured")
    );
    let understood = |row: &&str| row.ends_with("server.tcp.understood,count,2");
    let naive: Vec<&str> = rows
        .filter(|row| row.starts_with("sticky,naive,"))
        .filter(understood)
        .collect();
    assert_eq!(naive.len(), 2, "{text}");
    for (number, row) in (1..).zip(naive) {
        assert!(
            row.starts_with(&format!("sticky,naive,{number},7,\"simulated")),
            "{row}"
        );
        assert!(row.contains(",held,"), "{row}");
    }
}

#[test]
fn where_small_packets_are_the_trouble_the_table_has_their_efficiency() {
    let workshop = Workshop::new();
    let head = |scenario: &str| {
        let said = stdout(&workshop.run(&["run", scenario, "--backend", "sim"]));
        let head = said.lines().find(|line| line.starts_with(" variant "));
        let words = head.unwrap().split_whitespace().map(str::to_owned);
        words.collect::<Vec<_>>()
    };
    assert_eq!(head("silly-window-sender")[3], "eff.");
    assert_eq!(head("sticky")[3], "reads");
}

/// What no capture can tell is no disproof: a queue that the phase before had filled, and copies of packets
/// that are alike byte by byte (IPv6 has no identification).
#[test]
fn what_captures_can_not_tell_is_no_doubt() {
    let workshop = Workshop::new();
    let hosts = |send: &str| {
        format!(
            "hosts:\n  server: {{run: {{udp: {{peer: udp-peer, protocol: sink, port: 9999}}}}}}\n  \
             client: {{run: {{udp: {{peer: udp-peer, protocol: source, to: 'server:9999', {send}}}}}}}\n"
        )
    };
    let sent = hosts("bytes: 60kB, write: 200B, write-pause: 4ms");
    let timeline = "timeline: [{at: 300ms, host: client, link: {rate: 300kbit}}]\n";
    let rated = format!("link: {{delay: 5ms, rate: 200kbit}}\n{timeline}{sent}");
    let greetings = "hosts:\n  server: {run: {udp: {peer: udp-peer}}}\n  \
                     client: {run: {udp: {peer: udp-peer, to: server, wait: never, write-pause: 2ms, send: [";
    let alike = format!(
        "network: {{family: ipv6}}\nlink: {{delay: 20ms, duplicate: 20%}}\n{greetings}{}]}}}}}}\n",
        ["aa"; 100].join(", ")
    );
    for (name, text) in [("rated", rated), ("alike", alike)] {
        let path = workshop.scenario(name, &text);
        for seed in ["1", "2", "3"] {
            let path = path.to_str().unwrap();
            let output = workshop.run(&["run", path, "--backend", "sim", "--seed", seed]);
            assert_exit(&output, 0);
            assert!(!stdout(&output).contains("Doubt"), "{}", stdout(&output));
        }
    }
}

#[test]
fn a_cut_toward_one_host_is_none_of_the_others() {
    let workshop = Workshop::new();
    let source = |to: &str| {
        format!(
            "{to}: {{peer: udp-peer, to: {to}, protocol: source, bytes: 20kB, write: 200B, write-pause: 4ms}}"
        )
    };
    let sink = "{run: {udp: {peer: udp-peer, protocol: sink}}}";
    let text = format!(
        "link: {{delay: 5ms}}\nhosts:\n  server: {sink}\n  other: {sink}\n  client:\n    \
         link: {{toward: {{server: {{delay: 15ms}}}}}}\n    run:\n      {}\n      {}\ntimeline:\n  \
         - {{at: 100ms, host: client, toward: server, link: down}}\n  \
         - {{at: 200ms, host: client, toward: server, link: up}}\n",
        source("server"),
        source("other")
    );
    let path = workshop.scenario("cut", &text);
    let path = path.to_str().unwrap();
    let output = workshop.run(&["run", path, "--backend", "sim", "--json"]);
    assert_exit(&output, 0);
    let batch: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let links = batch["runs"][0]["links"].as_array().unwrap();
    let cut: Vec<_> = links
        .iter()
        .filter(|link| !link["outage"].is_null())
        .collect();
    assert_eq!(cut.len(), 1, "{cut:?}");
    assert_eq!(
        (&cut[0]["host"], &cut[0]["toward"]),
        (&"client".into(), &"server".into())
    );
}

#[test]
fn a_syn_that_is_sent_again_is_told() {
    let workshop = Workshop::new();
    let scenario = "\
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {link: {loss: {packets: [1, 2]}}, run: {tcp: {peer: tcp-client, to: server, send: [a]}}}
";
    workshop.scenario("syn", scenario);
    let output = workshop.run(&["run", "syn.yaml", "--backend", "sim"]);
    let text = stdout(&output);
    let told = "late: client's SYN #1 was sent again after 1.00 s, 3.00 s";
    assert!(text.contains(told), "{text}");
    workshop.scenario("syn", &scenario.replace("[1, 2]", "[3]"));
    let output = workshop.run(&["run", "syn.yaml", "--backend", "sim"]);
    assert!(!stdout(&output).contains("SYN"), "{}", stdout(&output));
}

#[test]
fn who_sets_quickack_after_every_read_acknowledges_at_once() {
    let workshop = Workshop::new();
    let scenario = "\
link: {delay: 10ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, framing: i32}}}
  client: {run: {tcp: {peer: tcp-client, to: server, framing: i32, write: 8B, send: [Michael, Matthew]}}}
variants:
  late: {expect: [{finding: nagle-delack-stall, count: 2}]}
  quick: {set: {server.tcp.quickack: true}, expect: [{finding: nagle-delack-stall, count: 0}]}
";
    workshop.scenario("quick", scenario);
    assert_exit(&workshop.run(&["run", "quick.yaml", "--backend", "sim"]), 0);
}
