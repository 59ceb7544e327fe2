//! Expectations, checked against the hosts and programs there are.

use super::{
    bounds::{check, spell},
    fit::{Kind, kind},
};
use crate::{
    decode::{Given, Item, Key, Name},
    expectation::{Claim, Expectation, Metric, Unit, ValuePath},
    problem::{Problems, quoted},
    suggest,
    written::{Expected, Host, Program},
};

/// None when it says nothing that can be checked; then a problem says why.
pub(super) fn resolve(
    item: &Item<Expected>,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Option<Expectation> {
    let expected = &item.value;
    let misplaced: &[&str] = match (&expected.finding, &expected.value) {
        (Key::Absent, Key::Absent) => {
            let message = "an expectation without `finding` or `value`";
            problems.add(
                item.span,
                message,
                "write `{finding: CODE}` or `{value: HOST.PROGRAM.METRIC, is: N}`",
            );
            return None;
        }
        (finding, Key::Absent) if !finding.is_absent() => &["is", "above", "below", "between"],
        (Key::Absent, _) => &["cause", "host", "count"],
        _ => {
            let message = "a `finding` and a `value` in one expectation";
            problems.add(item.span, message, "make it two");
            return None;
        }
    };
    for (key, place) in expected.written() {
        if misplaced.contains(&key) {
            let (message, hint) = if key == "cause" || key == "host" || key == "count" {
                (
                    format!("`{key}` belongs to a `finding`"),
                    "leave it away".to_owned(),
                )
            } else {
                let hint = format!("write `count: {{{key}: …}}`");
                (format!("`{key}` belongs to a `value`"), hint)
            };
            problems.add(place, message, hint);
        }
    }
    if expected.finding.is_absent() {
        value(item, hosts, problems)
    } else {
        finding(expected, hosts, problems)
    }
}

fn finding(
    expected: &Expected,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Option<Expectation> {
    let code = *expected.finding.value()?;
    let mut written = code.to_string();
    if let Some(cause) = expected.cause.value() {
        written += &format!(", cause {cause}");
    }
    if let Some(host) = expected.host.given() {
        find_host(&host.value, host, hosts, problems);
        written += &format!(", host {}", host.value);
    }
    let mut count = None;
    if let Some(given) = expected.count.given() {
        let bounds = &given.value.0;
        count = check(bounds, Unit::Count, given.key, problems);
        written += &format!(", count {}", spell(bounds));
    }
    Some(Expectation {
        written,
        claim: Claim::Finding {
            code,
            cause: expected.cause.value().copied(),
            host: expected.host.value().cloned(),
            count,
        },
    })
}

fn find_host<'a>(
    name: &str,
    within: &Given<String>,
    hosts: &'a [Name<Host>],
    problems: &mut Problems,
) -> Option<&'a Name<Host>> {
    let found = hosts.iter().find(|host| host.name == name);
    if found.is_none() {
        let span = within.span.of_part(&within.value, name);
        let hint = suggest::hint(name, "hosts", hosts.iter().map(|host| host.name.as_str()));
        problems.add(span, format!("there is no host {}", quoted(name)), hint);
    }
    found
}

fn value(
    item: &Item<Expected>,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Option<Expectation> {
    let given = item.value.value.given()?;
    let path = value_path(given, hosts, problems);
    let bounds = item.value.bounds();
    // Without a metric the numbers have no known unit.
    let path = path?;
    let check = check(&bounds, path.metric.unit(), given.key, problems)?;
    Some(Expectation {
        written: format!("{path} {}", spell(&bounds)),
        claim: Claim::Value { path, check },
    })
}

/// `HOST.PROGRAM.METRIC`, all of which exist.
fn value_path(
    given: &Given<String>,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Option<ValuePath> {
    let text = given.value.as_str();
    let [host, peer, metric] = text.split('.').collect::<Vec<_>>()[..] else {
        let message = format!("{} is no value", quoted(text));
        problems.add(
            given.span,
            message,
            "write HOST.PROGRAM.METRIC, as in `server.tcp.understood`",
        );
        return None;
    };
    let known: Option<Metric> = metric.parse().ok();
    if known.is_none() {
        let span = given.span.of_part(text, metric);
        let hint = suggest::hint(metric, "metrics", Metric::NAMES.iter().copied());
        problems.add(span, format!("unknown metric {}", quoted(metric)), hint);
    }
    let run = &find_host(host, given, hosts, problems)?.value.as_ref()?.run;
    let programs = match run {
        Key::Wrong(_) => return None,
        run => run.value().map_or(&[][..], |run| &run.0),
    };
    let Some(program) = programs.iter().find(|program| program.name == peer) else {
        let span = given.span.of_part(text, peer);
        let names = programs.iter().map(|program| program.name.as_str());
        let hint = suggest::hint(peer, &format!("programs of {host}"), names);
        problems.add(span, format!("{host} runs no {}", quoted(peer)), hint);
        return None;
    };
    let known = known?;
    if let Some((reason, hint)) = program
        .value
        .as_ref()
        .and_then(|program| unmeasured(known, program))
    {
        let span = given.span.of_part(text, metric);
        problems.add(span, format!("`{metric}` {reason}"), hint);
    }
    Some(ValuePath {
        host: host.to_owned(),
        peer: peer.to_owned(),
        metric: known,
    })
}

/// Why a metric is never measured for this program.
fn unmeasured(metric: Metric, program: &Program) -> Option<(&'static str, &'static str)> {
    use Metric::{
        DatagramsReceived, DatagramsSent, Elapsed, ExitStatus, Messages, Reads, Retransmissions,
        Segments, Understood, Writes,
    };
    match (kind(program)?, metric) {
        (Kind::Command, Messages | Writes | Reads | Understood | Elapsed) => Some((
            "is in a peer's diary, and a command keeps none",
            "expect something of the wire: segments, payload, wire",
        )),
        (Kind::Command, _) => None,
        (_, ExitStatus) => Some(("is a command's; this is a peer", "leave it away")),
        (Kind::TcpServer | Kind::TcpClient, DatagramsSent | DatagramsReceived) => {
            Some(("is for UDP, and this speaks TCP", "expect segments"))
        }
        (Kind::UdpResponder | Kind::UdpSender, Segments | Retransmissions) => {
            Some(("is for TCP, and this speaks UDP", "expect datagrams-sent"))
        }
        _ => None,
    }
}
