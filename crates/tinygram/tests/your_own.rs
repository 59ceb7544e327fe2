//! Users' own programs: captured, judged by what they print and how they end, and believed in what they
//! tell.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use support::{Workshop, assert_exit, namespaces, stdout};

fn can_play() -> bool {
    namespaces() && testkit::has_program("python3")
}

/// The client of docs/events.md, as it stands there.
fn documented_client() -> &'static str {
    let page = include_str!("../../../docs/events.md");
    let (_, rest) = page.split_once("```python\n").unwrap();
    rest.split_once("```").unwrap().0
}

const AGAINST_OUR_SERVER: &str = "\
link: {delay: 20ms}
hosts:
  server: {run: {tcp: {peer: tcp-server, protocol: sink}}}
  client: {run: {app: {command: [python3, client.py, Michael, Tracy, Sarah]}}}
";

#[test]
fn a_program_that_tells_events_is_known_as_well_as_the_labs_own() {
    if !can_play() {
        return;
    }
    let workshop = Workshop::new();
    fs::write(workshop.path().join("client.py"), documented_client()).unwrap();
    let expect = "\
expect:
  - {value: client.app.exit-status, is: 0}
  - {value: client.app.messages, is: 3}
  - {value: client.app.writes, is: 3}
  - {finding: coalesced-segment, host: client}
  - {finding: merged-message, host: server}
";
    workshop.scenario("told", &format!("{AGAINST_OUR_SERVER}{expect}"));
    let output = workshop.run(&["run", "told.yaml", "--backend", "netns"]);
    assert_exit(&output, 0);
    let text = stdout(&output);
    for lane in [
        "├───Michael",
        "3 messages, 17 bytes",
        "3 writes",
        "2 segments",
    ] {
        assert!(text.contains(lane), "{lane}\n{text}");
    }
    let lines = text.lines().map(str::chars).map(Iterator::count);
    assert!(lines.max() <= Some(80), "{text}");
}

#[test]
fn the_documented_client_has_about_twenty_lines() {
    let lines = documented_client().lines();
    assert!(lines.filter(|line| !line.trim().is_empty()).count() <= 22);
}

#[test]
fn lines_that_are_no_events_are_set_aside_with_a_word() {
    if !can_play() {
        return;
    }
    let workshop = Workshop::new();
    let nonsense = "
for line in ['what?', '{\"at\": 1}', '[' * 10_000, '\\x00', '{\"at\": 1, \"event\": \"dance\", \"local\": \"1.2.3.4:5\", \"remote\": \"1.2.3.4:6\"}']:
    print(line, file=events)
tell('write', 2 ** 63, 0, begin=2 ** 63)
tell('understood', 7, 3)
events.write('{\"cut off')
";
    let client = format!("{}{nonsense}", documented_client());
    fs::write(workshop.path().join("client.py"), client).unwrap();
    let expect = "expect:\n  - {value: client.app.messages, is: 3}\n";
    workshop.scenario("odd", &format!("{AGAINST_OUR_SERVER}{expect}"));
    let output = workshop.run(&["run", "odd.yaml", "--backend", "netns"]);
    assert_exit(&output, 0);
    let text = stdout(&output);
    let flowing = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flowing.contains(
            "The diary of client.app has 6 lines that can't be read, the first is line 9"
        ),
        "{text}"
    );
}

#[test]
fn a_program_speaks_for_itself_only() {
    if !can_play() {
        return;
    }
    let workshop = Workshop::new();
    let client = documented_client().replace("{\"at\":", "{\"peer\": \"tcp\", \"at\":");
    fs::write(workshop.path().join("client.py"), client).unwrap();
    let expect = "expect:\n  - {value: client.app.messages, is: 3}\n";
    workshop.scenario("other", &format!("{AGAINST_OUR_SERVER}{expect}"));
    assert_exit(
        &workshop.run(&["run", "other.yaml", "--backend", "netns"]),
        0,
    );
}

#[test]
fn what_a_command_prints_is_judged() {
    if !namespaces() {
        return;
    }
    let workshop = Workshop::new();
    let hosts = "hosts:\n  one:\n    run:\n      app: {command: [sh, -c, 'echo hello; echo hello, world']}\n";
    let run = |expect: &str, code| {
        workshop.scenario("prints", &format!("{hosts}expect:\n  - {expect}\n"));
        let output = workshop.run(&["run", "prints.yaml", "--backend", "netns"]);
        assert_exit(&output, code);
        stdout(&output)
    };
    run("{output: one.app, line: hello, count: 1}", 0);
    run("{output: one.app, contains: hello, count: 2}", 0);
    run("{output: one.app, line: bye, count: 0}", 0);
    let failed = run("{output: one.app, line: bye}", 1);
    assert!(failed.contains("it printed no such line"), "{failed}");
    assert!(failed.contains("    hello, world"), "{failed}");
}

const SERVES_ONE: &str = "\
hosts:
  server:
    run:
      app:
        listens: tcp/9999
        command:
          - python3
          - -c
          - |
            import socket, sys
            connection, _ = socket.create_server((\"\", 9999)).accept()
            connection.sendall(connection.recv(100))
            connection.close()
            sys.exit(int(sys.argv[1]))
          - STATUS
  client:
    run:
      app:
        command:
          - python3
          - -c
          - |
            import socket, time
            connection = socket.create_connection((\"server\", 9999))
            connection.sendall(b\"hello\")
            while connection.recv(100): pass
            time.sleep(0.5)
";

#[test]
fn a_server_that_serves_one_client_may_end_before_it() {
    if !can_play() {
        return;
    }
    let workshop = Workshop::new();
    let play = |status: &str, expect: &str| {
        workshop.scenario("one", &(SERVES_ONE.replace("STATUS", status) + expect));
        workshop.run(&["run", "one.yaml", "--backend", "netns"])
    };
    assert_exit(&play("\"0\"", ""), 0);
    let expected = "expect: [{value: server.app.exit-status, is: 7}]\n";
    assert_exit(&play("\"7\"", expected), 0);
    let broken = play("\"7\"", "");
    assert_exit(&broken, 1);
    assert!(
        stdout(&broken).contains("before the run was over"),
        "{}",
        stdout(&broken)
    );
}
