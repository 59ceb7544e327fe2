//! Figures in explanations: `{link.delay}`, `{client.tcp.read}`, `{client.tcp.elapsed}`.
//!
//! An explanation that held figures of its own would be wrong as soon as somebody changes the scenario,
//! or plays it on another kernel. So what a scenario says of itself is put in from its plan, and what a
//! run shows from that run's values.

use crate::{
    expectation::Metric,
    plan::{HostPlan, Program, VariantPlan},
    problem::{Problems, quoted},
    span::Span,
    text::Text,
};
use serde_json::Value;

/// Options of programs that are numbers of bytes.
const BYTES: [&str; 7] = [
    "bytes",
    "read",
    "write",
    "rcvbuf",
    "sndbuf",
    "max-message",
    "mtu",
];

/// The text with each placeholder, dotted words in braces, replaced by what it stands for. Where that is
/// nothing, it stays.
pub fn fill(text: &str, mut figure: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let path = after.split_once('}').map(|(path, _)| path);
        match path.filter(|path| is_path(path)) {
            Some(path) => {
                match figure(path) {
                    Some(figure) => filled.push_str(&figure),
                    None => filled.push_str(&format!("{{{path}}}")),
                }
                rest = &after[path.len() + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// Other things may stand in braces.
fn is_path(text: &str) -> bool {
    let is_word = |word: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !word.is_empty() && word.chars().all(allowed)
    };
    text.contains('.') && text.split('.').all(is_word)
}

/// A variant's explanation with the figures of its plan; those that a run measures stay for it to fill.
pub(crate) fn of_variant(
    about: &Text,
    plan: &VariantPlan,
    span: Span,
    problems: &mut Problems,
) -> Text {
    settle(about, |path| match planned(plan, path) {
        None if !is_measured(plan, path) => {
            let message = format!("{} stands for nothing", quoted(&format!("{{{path}}}")));
            let hint = "write `{HOST.PROGRAM.METRIC}`, `{HOST.PROGRAM.OPTION}`, `{HOST.link.KEY}` or \
                        `{link.KEY}`";
            problems.add(span, message, hint);
            None
        }
        figure => figure,
    })
}

/// A scenario's explanation, with the figures of its first variant. It is about no run.
pub(crate) fn of_scenario(
    about: &Text,
    plan: &VariantPlan,
    span: Span,
    problems: &mut Problems,
) -> Text {
    settle(about, |path| {
        let figure = planned(plan, path);
        if figure.is_none() {
            let placeholder = quoted(&format!("{{{path}}}"));
            let message = format!("{placeholder} is not known to all variants");
            let hint = "write `{link.KEY}` or `{HOST.PROGRAM.OPTION}`; what is measured belongs to a \
                        variant's `about`";
            problems.add(span, message, hint);
        }
        figure
    })
}

fn settle(about: &Text, mut figure: impl FnMut(&str) -> Option<String>) -> Text {
    Text {
        en: fill(&about.en, &mut figure),
        zh: about.zh.as_ref().map(|zh| fill(zh, &mut figure)),
    }
}

fn is_measured(plan: &VariantPlan, path: &str) -> bool {
    let [host, program, metric] = path.split('.').collect::<Vec<_>>()[..] else {
        return false;
    };
    let has = |host: &HostPlan| host.run.iter().any(|each| each.name == program);
    metric.parse::<Metric>().is_ok() && plan.host(host).is_some_and(has)
}

/// What the plan says there, as people write it.
fn planned(plan: &VariantPlan, path: &str) -> Option<String> {
    let (host, part, key) = match path.split('.').collect::<Vec<_>>()[..] {
        ["link", key] => (plan.hosts.first()?, "link", key),
        [host, part, key] => (plan.host(host)?, part, key),
        _ => return None,
    };
    let object = if part == "link" {
        serde_json::to_value(&host.link.start.egress)
    } else {
        match &host.run.iter().find(|each| each.name == part)?.program {
            Program::Peer(config) => serde_json::to_value(config),
            Program::Command(_) => return None,
        }
    };
    spelled(key, object.ok()?.get(key)?)
}

/// A value of a plan in words; the first that says how much where there are several.
fn spelled(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(spaced(text)),
        Value::Number(number) if BYTES.contains(&key) => Some(bytes(number.as_u64()?)),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(parts) => [
            "independent",
            "share",
            "chance",
            "spread",
            "packets",
            "rate",
        ]
        .iter()
        .find_map(|part| spelled(part, parts.get(*part)?)),
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

/// `20ms` as `20 ms`, and `1s 500ms` as `1 s 500 ms`.
fn spaced(text: &str) -> String {
    let spaced = text.split(' ').map(|part| {
        let unit = part.find(|c: char| !c.is_ascii_digit() && c != '.');
        match unit {
            Some(at) if at > 0 => format!("{} {}", &part[..at], &part[at..]),
            _ => part.to_owned(),
        }
    });
    spaced.collect::<Vec<_>>().join(" ")
}

/// In the largest unit that leaves a whole number.
fn bytes(number: u64) -> String {
    let units = [
        (1 << 20, "MiB"),
        (1_000_000, "MB"),
        (1 << 10, "KiB"),
        (1_000, "kB"),
    ];
    let whole = |(size, _): &&(u64, &str)| number >= *size && number.is_multiple_of(*size);
    match units.iter().find(whole) {
        Some((size, unit)) => format!("{} {unit}", number / size),
        None => format!("{number} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dotted_words_in_braces_are_placeholders() {
        let known = |path: &str| (path == "link.delay").then(|| "20 ms".to_owned());
        assert_eq!(fill("{link.delay} away", known), "20 ms away");
        assert_eq!(fill("{a.b}{link.delay}", known), "{a.b}20 ms");
        for same in ["{", "}", "{}", "{x}", "{a.}", "{A.b}", "{{", "a {b c.d} {"] {
            assert_eq!(fill(same, |_| Some("wrong".to_owned())), same);
        }
    }

    #[test]
    fn figures_are_written_as_people_do() {
        assert_eq!(spaced("20ms"), "20 ms");
        assert_eq!(spaced("1.5%"), "1.5 %");
        assert_eq!(bytes(8_000), "8 kB");
        assert_eq!(bytes(1 << 10), "1 KiB");
        assert_eq!(bytes(12), "12 B");
    }
}
