//! `docker compose up`, by each generation of compose that this machine has.

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
    os::unix::fs::{MetadataExt, chown},
    path::Path,
    process::{Command, Output, Stdio},
};
use support::{
    Workshop,
    engine::{docker, in_mid_run, left_by},
    processes::eventually,
    stderr, stdout,
};
use testkit::{compose_generations, has_docker};

/// No link that is asked for anything, so that no busy machine leaves something unproven.
const SCENARIO: &str = "\
hosts:
  server: {run: {tcp: {peer: tcp-server, protocol: greeting}}}
  client:
    run:
      tcp: {peer: tcp-client, to: server, protocol: greeting, send: [Michael, Tracy], wait: never, gather: true}
expect:
  - {finding: merged-message, host: server, count: ";

/// It says something at once, and then lasts.
const LONG: &str = "\
hosts:
  server: {run: {tcp: {peer: tcp-server, protocol: greeting}}}
  client:
    run:
      tcp: {peer: tcp-client, to: server, protocol: greeting, send: [Michael, Tracy], wait: never, write-pause: 20s}
";

/// Somebody who is not root.
const OWNER: u32 = 12_345;

/// A checkout's files that compose needs, and a project of their own.
struct Project {
    workshop: Workshop,
    command: &'static [&'static str],
    name: String,
}

impl Project {
    fn new(command: &'static [&'static str]) -> Self {
        let workshop = Workshop::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::copy(
            root.join("compose.yaml"),
            workshop.path().join("compose.yaml"),
        )
        .unwrap();
        for folder in ["scenarios", "runs"] {
            fs::create_dir(workshop.path().join(folder)).unwrap();
        }
        chown(workshop.path().join("runs"), Some(OWNER), Some(OWNER)).unwrap();
        workshop.scenario("scenarios/held", &format!("{SCENARIO}1}}\n"));
        workshop.scenario("scenarios/failed", &format!("{SCENARIO}0}}\n"));
        let name = format!("tinygram-test-{}-{}", std::process::id(), command.len());
        Self {
            workshop,
            command,
            name,
        }
    }

    fn call(&self, scenario: &str, arguments: &[&str]) -> Output {
        self.command(scenario, arguments).output().unwrap()
    }

    fn command(&self, scenario: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.command[0]);
        command.args(&self.command[1..]).args(["-p", &self.name]);
        command.args(arguments).current_dir(self.workshop.path());
        command.env("SCENARIO", scenario);
        command
    }

    /// Ids of the project's containers, or networks.
    fn left(&self, list: &[&str]) -> Vec<String> {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let listed = docker(&[list, &["-q", "--filter", &filter]].concat());
        listed.lines().map(str::to_owned).collect()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.call("held", &["down"]);
    }
}

#[test]
fn up_shows_the_story_and_returns_whether_expectations_held() {
    if !has_docker() {
        return;
    }
    for command in compose_generations() {
        let project = Project::new(command);
        let output = project.call("held", &["up"]);
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {said}");
        for told in ["MichaelTracy", "merged-message", "All expectations held"] {
            assert!(said.contains(told), "{command:?}: {told}: {said}");
        }
        let runs = project.workshop.path().join("runs/held");
        let run = fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
        let capture = run.join("plain/server.pcapng");
        assert_eq!(fs::metadata(capture).unwrap().uid(), OWNER, "{command:?}");

        let output = project.call("failed", &["up"]);
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");

        let output = project.call("held", &["down"]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(project.left(&["ps", "-a"]).is_empty(), "{command:?}");
        assert!(project.left(&["network", "ls"]).is_empty(), "{command:?}");
        assert!(project.left(&["volume", "ls"]).is_empty(), "{command:?}");
    }
}

/// Hosts must find a coordinator whose shared memory they can have, or the engine's complaint of that is
/// all that people see.
#[test]
fn what_can_not_be_played_says_why_and_nothing_else() {
    if !has_docker() {
        return;
    }
    for command in compose_generations() {
        let project = Project::new(command);
        let output = project.call("no-such-scenario", &["up"]);
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
        assert!(!said.contains("cannot"), "{command:?}: {said}");
        let logs = project.call("held", &["logs", "coordinator"]);
        assert!(
            stdout(&logs).contains("no-such-scenario"),
            "{}",
            stdout(&logs)
        );
    }
}

/// Ctrl-C in mid-run: the coordinator ends by itself and says why, before compose loses patience and
/// kills it.
#[test]
fn up_ends_when_it_is_interrupted() {
    if !has_docker() {
        return;
    }
    for command in compose_generations() {
        let project = Project::new(command);
        project.workshop.scenario("scenarios/long", LONG);
        let mut up = project.command("long", &["up"]);
        up.stdout(Stdio::null()).stderr(Stdio::null());
        let mut up = up.spawn().unwrap();
        // The first generation shows what containers say only when they have said more.
        let plays = || {
            let ids = project.left(&["ps"]);
            ids.iter()
                .any(|id| docker(&["logs", id]).contains("Michael"))
        };
        eventually("it does not play", plays);
        let pid = Pid::from_raw(up.id().cast_signed());
        kill(pid, Signal::SIGINT).unwrap();
        up.wait().unwrap();
        let ids = project.left(&["ps", "-a"]);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let format = "{{.Name}} {{.State.Status}} {{.State.ExitCode}}";
        let states = docker(&[&["inspect", "--format", format][..], &ids].concat());
        const KILLED: &str = "137";
        const INTERRUPTED: &str = "130";
        for state in states.lines() {
            assert!(
                !state.contains("coordinator") || state.ends_with(INTERRUPTED),
                "{command:?}: {states}"
            );
            assert!(
                !state.ends_with(KILLED) && !state.contains("running"),
                "{command:?}: {states}"
            );
        }
    }
}

/// What the engine says of containers, each by what it is in the lab.
fn inspected(ids: &[String]) -> BTreeMap<String, Value> {
    let arguments = ids.iter().map(String::as_str);
    let told = docker(&["inspect"].into_iter().chain(arguments).collect::<Vec<_>>());
    let all: Value = serde_json::from_str(&told).unwrap();
    let all = all.as_array().unwrap().iter().cloned();
    // A coordinator is named after its container.
    all.map(|one| {
        let words = one["Config"]["Cmd"].as_array().cloned().unwrap_or_default();
        let name = words
            .get(1)
            .map_or("coordinator", |name| name.as_str().unwrap());
        (name.to_owned(), one)
    })
    .collect()
}

/// What makes a container safe and the lab what it is. What compose and the API say in different words
/// is brought to one. Whose memory they share is left out: compose's first generation sets that when it
/// starts them, and no story is told without it.
fn essence(container: &Value) -> Value {
    let host = &container["HostConfig"];
    let list = |value: &Value| {
        let mut words: Vec<_> = value.as_array().into_iter().flatten().collect();
        words.sort_by_key(|word| word.to_string());
        serde_json::json!(words)
    };
    serde_json::json!({
        "capabilities": [list(&host["CapAdd"]), list(&host["CapDrop"])],
        "root": host["ReadonlyRootfs"],
        "security": list(&host["SecurityOpt"]),
        "limits": [&host["Memory"], &host["MemorySwap"], &host["PidsLimit"]],
        "scratch": host["Tmpfs"],
        "sysctls": host["Sysctls"],
        "devices": list(&host["Devices"]),
        "privileged": host["Privileged"],
        "ports": list(&host["PortBindings"]),
        "user": container["Config"]["User"],
    })
}

/// Options of the network that a container is in.
fn network(container: &Value) -> Value {
    let name = container["HostConfig"]["NetworkMode"].as_str().unwrap();
    let found: Value = serde_json::from_str(&docker(&["network", "inspect", name])).unwrap();
    serde_json::json!([
        found[0]["Internal"],
        found[0]["Options"],
        found[0]["Driver"]
    ])
}

#[test]
fn compose_and_the_backend_make_the_same_containers() {
    if !has_docker() {
        return;
    }
    // What the backend makes, looked at in the middle of a run.
    let workshop = Workshop::new();
    let mut child = in_mid_run(&workshop);
    let ours = inspected(&left_by(child.id()).0);
    let our_network = network(&ours["client"]);
    child.kill().unwrap();
    child.wait().unwrap();

    for command in compose_generations() {
        let project = Project::new(command);
        let output = project.call(
            "held",
            &["up", "--no-start", "server", "client", "udp-peer"],
        );
        assert!(output.status.success(), "{}", stderr(&output));
        let theirs = inspected(&project.left(&["ps", "-a"]));
        for host in ["server", "client"] {
            assert_eq!(
                essence(&theirs[host]),
                essence(&ours[host]),
                "{command:?}: {host}"
            );
        }
        assert_eq!(network(&theirs["client"]), our_network, "{command:?}");
    }
}
