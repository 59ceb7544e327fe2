//! The declared defaults are the ones that hold.

use super::*;
use crate::{
    decode::Choice,
    plan::Plan,
    resolve::fit::{Kind, misfit},
    shape::Object,
};
use protocol::{ProtocolName, Role, Wait};

const KINDS: [(Kind, &str); 4] = [
    (Kind::TcpServer, "peer: tcp-server"),
    (Kind::TcpClient, "peer: tcp-client, to: server"),
    (Kind::UdpResponder, "peer: udp-peer"),
    (Kind::UdpSender, "peer: udp-peer, to: server"),
];

fn plan(text: &str) -> Plan {
    crate::parse("test", text.as_bytes(), "test.yaml", "/")
        .unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// A scenario with one program whose options end with `more`, among others to talk to.
fn with_program(options: &str, more: &str) -> Plan {
    plan(&format!(
        "hosts:\n  server: {{run: {{tcp: {{peer: tcp-server}}, udp: {{peer: udp-peer}}}}}}\n  \
         other: {{run: {{tcp: {{peer: tcp-client, to: server}}}}}}\n  \
         tried: {{run: {{it: {{{options}{more}}}}}}}\n"
    ))
}

/// Keys whose default can be written down as a value.
fn with_default(object: &Object) -> impl Iterator<Item = (&'static str, &'static str)> {
    let written = |default: &str| !default.is_empty() && !default.contains([' ', '\'']);
    object
        .keys
        .iter()
        .filter(move |key| written(key.default))
        .map(|key| (key.name, key.default))
}

#[test]
fn a_programs_defaults_are_the_declared_ones() {
    let mut tried = 0;
    for (key, default) in with_default(&Program::OBJECT) {
        for (kind, options) in KINDS {
            if misfit(key, kind).is_none() {
                let options = match key {
                    // What else such a server needs, where that is not what is tried.
                    "allow" => format!("{options}, protocol: command, shell: true"),
                    "shell" | "time-limit" | "encoding" => {
                        format!("{options}, protocol: command, allow: [ls]")
                    }
                    _ => options.to_owned(),
                };
                let options = match kind {
                    Kind::TcpServer => options,
                    _ => options.replace(", allow: [ls]", ""),
                };
                let written = with_program(&options, &format!(", {key}: {default}"));
                assert_eq!(
                    written,
                    with_program(&options, ""),
                    "{key}: {default} of {kind:?}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn everybody_elses_defaults_are_the_declared_ones() {
    let hosts = "hosts: {server: {run: {tcp: {peer: tcp-server}}}, \
                 client: {run: {tcp: {peer: tcp-client, to: server}}}}\n";
    let plain = plan(hosts);
    for (object, prefix) in [
        (&Scenario::OBJECT, None),
        (&NetworkKeys::OBJECT, Some("network")),
        (&LinkKeys::OBJECT, Some("link")),
    ] {
        assert!(with_default(object).count() >= 2, "{}", object.name);
        for (key, default) in with_default(object) {
            let line = match prefix {
                None => format!("{key}: {default}\n"),
                Some(prefix) => format!("{prefix}: {{{key}: {default}}}\n"),
            };
            assert_eq!(plan(&format!("{line}{hosts}")), plain, "{line}");
        }
    }
}

/// The words of YAML are those of the plan's JSON.
#[test]
fn choices_are_spelt_as_they_are_serialised() {
    fn check<T: Choice + serde::Serialize>() {
        for word in T::WORDS {
            let json = serde_json::to_value(T::from_word(word).unwrap()).unwrap();
            assert_eq!(json.as_str(), Some(*word));
        }
    }
    check::<Role>();
    check::<ProtocolName>();
    check::<Wait>();
    check::<crate::finding::FindingCode>();
    check::<crate::finding::Cause>();
    check::<crate::expectation::Condition>();
    check::<crate::impairment::Distribution>();
    check::<crate::plan::Engine>();
}
