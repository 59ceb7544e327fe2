//! The tables of docs/scenario.md, made from the declarations that decode.

use crate::{
    expectation::{Condition, Metric, Unit},
    finding::{Cause, FindingCode},
    need::Need,
    resolve::fit::{Kind, misfit},
    shape::{Object, Shape, flow},
    written::{
        ChanceKeys, Expected, GilbertElliottKeys, Host, JitterKeys, LinkKeys, LossKeys, Moment,
        NetworkKeys, Program, QueueKeys, RateKeys, ReorderKeys, RouteKeys, Scenario, Sysctls,
        Variant,
    },
};
use std::{fmt::Write, fs, path::Path};

const BEGIN: &str = "<!-- made by `UPDATE_DOCS=1 cargo test -p scenario reference`: -->\n";

#[test]
fn the_documented_keys_are_those_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario.md");
    let written = fs::read_to_string(&path).unwrap();
    let (by_hand, _) = written
        .split_once(BEGIN)
        .expect("the mark before the tables");
    let current = format!("{by_hand}{BEGIN}{}", tables());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, current).unwrap();
    } else {
        assert!(
            written == current,
            "run it again with UPDATE_DOCS=1 and read the difference"
        );
    }
}

#[test]
fn the_examples_of_links_are_accepted() {
    const HOSTS: &str = "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {peer: tcp-client, to: server, send: [hi]}}}
";
    let page = include_str!("../../../docs/scenario.md");
    let blocks = page.split("```yaml\n").skip(1);
    let examples: Vec<&str> = blocks
        .filter_map(|block| Some(block.split_once("```")?.0))
        .filter(|example| example.starts_with("link:") || example.starts_with("timeline:"))
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let text = format!("{example}{HOSTS}");
        crate::parse("example", text.as_bytes(), "docs/scenario.md", "/")
            .unwrap_or_else(|wrong| panic!("{wrong}"));
    }
}

fn tables() -> String {
    let mut out = String::new();
    for object in [
        &Scenario::OBJECT,
        &NetworkKeys::OBJECT,
        &LinkKeys::OBJECT,
        &JitterKeys::OBJECT,
        &LossKeys::OBJECT,
        &GilbertElliottKeys::OBJECT,
        &ChanceKeys::OBJECT,
        &ReorderKeys::OBJECT,
        &RateKeys::OBJECT,
        &QueueKeys::OBJECT,
        &Moment::OBJECT,
        &Host::OBJECT,
        &Sysctls::OBJECT,
        &RouteKeys::OBJECT,
        &Program::OBJECT,
        &Variant::OBJECT,
        &Expected::OBJECT,
    ] {
        keys(object, &mut out);
    }
    let needs = Need::ALL
        .iter()
        .map(|need| format!("| `{need}` | {} |", need.about()));
    table("Needs", "need | meaning", needs, &mut out);
    let metrics = Metric::ALL.iter().map(|metric| {
        let unit = match metric.unit() {
            Unit::Count => "a number",
            Unit::Bytes => "bytes, `64KiB`",
            Unit::Nanoseconds => "a duration, `20ms`",
        };
        format!("| `{metric}` | {unit} | {} |", metric.about())
    });
    table(
        "Metrics",
        "metric | written as | meaning",
        metrics,
        &mut out,
    );
    let findings = FindingCode::ALL
        .iter()
        .map(|code| format!("| `{code}` | {} |", code.about()));
    table("Findings", "finding | meaning", findings, &mut out);
    let conditions = Condition::ALL
        .iter()
        .map(|condition| format!("| `{condition}` | {} |", condition.about()));
    table("Conditions", "condition | meaning", conditions, &mut out);
    let causes = Cause::ALL
        .iter()
        .map(|cause| format!("| `{cause}` | {} |", cause.about()));
    table("Causes", "cause | meaning", causes, &mut out);
    out
}

fn keys(object: &Object, out: &mut String) {
    let name = object.bare_name();
    let title = name[..1].to_uppercase() + &name[1..];
    write!(out, "\n## {title}\n\n{}\n", flow(object.about)).unwrap();
    let is_program = object.name == Program::OBJECT.name;
    let rows = object.keys.iter().map(|key| {
        let default = match key.default {
            "" => "–".to_owned(),
            // Prose has spaces, what one would write has none.
            prose if prose.contains(' ') || prose.contains('\'') => prose.to_owned(),
            value => format!("`{value}`"),
        };
        let fits = if is_program {
            format!(" {} |", fits(key.name))
        } else {
            String::new()
        };
        let (value, about) = (spell(key.shape), flow(key.about));
        format!("| `{}` |{fits} {value} | {default} | {about} |", key.name)
    });
    let head = if is_program { "key | of" } else { "key" };
    rows_of(&format!("{head} | value | default | meaning"), rows, out);
}

/// Which programs have the option.
fn fits(key: &str) -> String {
    let has = |kind| misfit(key, kind).is_none();
    let words = [
        (has(Kind::TcpServer), "tcp-server"),
        (has(Kind::TcpClient), "tcp-client"),
        (has(Kind::UdpResponder), "udp-peer"),
        (
            has(Kind::UdpSender) && !has(Kind::UdpResponder),
            "udp-peer with `to`",
        ),
        (has(Kind::Command) && key != "peer", "command"),
    ];
    let words: Vec<_> = words
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, word)| *word)
        .collect();
    words
        .join(", ")
        .replace("tcp-server, tcp-client, udp-peer", "peers")
}

fn table(title: &str, head: &str, rows: impl Iterator<Item = String>, out: &mut String) {
    write!(out, "\n## {title}\n").unwrap();
    rows_of(head, rows, out);
}

fn rows_of(head: &str, rows: impl Iterator<Item = String>, out: &mut String) {
    let line = vec!["---"; head.split('|').count()].join("|");
    write!(out, "\n| {head} |\n|{line}|\n").unwrap();
    for row in rows {
        writeln!(out, "{row}").unwrap();
    }
}

/// How a value is written, in a few words.
fn spell(shape: Shape) -> String {
    match shape {
        Shape::Depends(what) => what.to_owned(),
        Shape::Text => "a text".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::Integer(0, u64::MAX) => "a whole number".to_owned(),
        Shape::Integer(least, most) if most >= u32::MAX.into() => format!("{least} or more"),
        Shape::Integer(least, most) => format!("{least} to {most}"),
        Shape::Signed(least, most) => format!("{least} to {most}"),
        Shape::Form(form) => format!("{}, `{}`", form.what, form.example),
        Shape::Choice(words) if words.len() > 6 => "a name from the table below".to_owned(),
        Shape::Choice(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Shape::List(of) => format!("a list: {}", spell(*of)),
        Shape::Names(name, Shape::Object(object)) => {
            format!("a map: {} → {}", name.what, object.name)
        }
        Shape::Names(name, of) => format!("a map: {} → {}", name.what, spell(*of)),
        Shape::Object(object) => {
            let keys: Vec<_> = object.keys.iter().map(|key| key.name).collect();
            if keys.len() > 4 {
                object.name.to_owned()
            } else {
                format!("{{{}}}", keys.join(", "))
            }
        }
        Shape::OneOf(shapes) => {
            let each: Vec<_> = shapes.iter().map(|shape| spell(*shape)).collect();
            each.join(", or ")
        }
    }
}
