//! Expectations, checked against the hosts and programs there are.

use super::{
    bounds::{check, spell},
    condition,
    fit::{Kind, kind},
    output,
};
use crate::{
    decode::{Given, Item, Key, Name},
    expectation::{Claim, Expectation, Metric, Only, Unit, ValuePath},
    plan::HostPlan,
    problem::{Problems, quoted},
    suggest,
    written::{Expected, Host, Program},
};

/// None when it says nothing that can be checked; then a problem says why.
pub(super) fn resolve(
    item: &Item<Expected>,
    hosts: &[Name<Host>],
    plans: &[HostPlan],
    problems: &mut Problems,
) -> Option<Expectation> {
    let expected = &item.value;
    let subjects = [
        ("finding", expected.finding.place()),
        ("value", expected.value.place()),
        ("condition", expected.condition.place()),
        ("output", expected.output.place()),
    ];
    let subjects = subjects.into_iter().filter(|(_, place)| place.is_some());
    let subject = match subjects.map(|(name, _)| name).collect::<Vec<_>>()[..] {
        [subject] => subject,
        [] => {
            let message = "an expectation without `finding`, `value`, `condition` or `output`";
            let hint = "write `{finding: CODE}`, `{value: HOST.PROGRAM.METRIC, is: N}`, \
                        `{condition: loss}` or `{output: HOST.PROGRAM, line: TEXT}`";
            problems.add(item.span, message, hint);
            return None;
        }
        [one, another, ..] => {
            let message = format!("a `{one}` and a `{another}` in one expectation");
            problems.add(item.span, message, "make it two");
            return None;
        }
    };
    for (key, place) in expected.written() {
        let (owner, fits) = match key {
            "cause" => ("a `finding`", subject == "finding"),
            "count" => (
                "a `finding` or an `output`",
                ["finding", "output"].contains(&subject),
            ),
            "host" => (
                "a `finding` or a `condition`",
                ["finding", "condition"].contains(&subject),
            ),
            "line" | "contains" => ("an `output`", subject == "output"),
            "toward" => ("a `condition`", subject == "condition"),
            "is" | "above" | "below" | "between" => ("a `value`", subject == "value"),
            _ => continue,
        };
        if !fits {
            let hint = match (owner, subject) {
                ("a `value`", "finding" | "output") => format!("write `count: {{{key}: …}}`"),
                _ => "leave it away".to_owned(),
            };
            problems.add(place, format!("`{key}` belongs to {owner}"), hint);
        }
    }
    let on = only(expected, problems);
    let resolved = match subject {
        "finding" => finding(expected, hosts, problems),
        "value" => value(item, hosts, problems),
        "output" => output::resolve(item, hosts, problems),
        _ => condition::resolve(expected, hosts, plans, problems),
    }?;
    Some(Expectation { on, ..resolved })
}

/// On which stack it is judged, with the reason that this must have.
fn only(expected: &Expected, problems: &mut Problems) -> Option<Only> {
    match (expected.on.given(), expected.because.given()) {
        (Some(on), Some(because)) => Some(Only {
            stack: on.value,
            because: because.value.clone(),
        }),
        (Some(on), None) => {
            if expected.because.place().is_none() {
                let hint = "add `because: TEXT`: what the other stack does instead";
                problems.add(on.key, "`on` without a reason", hint);
            }
            None
        }
        (None, Some(because)) => {
            if expected.on.place().is_none() {
                problems.add(because.key, "`because` belongs to `on`", "leave it away");
            }
            None
        }
        (None, None) => None,
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
        on: None,
    })
}

pub(super) fn find_host<'a>(
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
        on: None,
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
    let program = find_program(host, peer, given, hosts, problems)?;
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

/// The program of that host; both stand in `given`.
pub(super) fn find_program<'a>(
    host: &str,
    program: &str,
    given: &Given<String>,
    hosts: &'a [Name<Host>],
    problems: &mut Problems,
) -> Option<&'a Name<Program>> {
    let run = &find_host(host, given, hosts, problems)?.value.as_ref()?.run;
    let programs = match run {
        Key::Wrong(_) => return None,
        run => run.value().map_or(&[][..], |run| &run.0),
    };
    let found = programs.iter().find(|each| each.name == program);
    if found.is_none() {
        let span = given.span.of_part(&given.value, program);
        let names = programs.iter().map(|program| program.name.as_str());
        let hint = suggest::hint(program, &format!("programs of {host}"), names);
        problems.add(span, format!("{host} runs no {}", quoted(program)), hint);
    }
    found
}

/// Why a metric is never measured for this program.
fn unmeasured(metric: Metric, program: &Program) -> Option<(&'static str, &'static str)> {
    use Metric::{
        DatagramsReceived, DatagramsSent, Delivery, ExitStatus, FirstByte, GaveUp, ReceiveQueue,
        Retransmissions, Segments, SendQueue, Waits, WriteCall,
    };
    match (kind(program)?, metric) {
        // Which of the rest are known depends on what the command tells.
        (Kind::Command, _) => None,
        (_, Waits) => Some((
            "is for a command that tells no events; of this peer's writes more is known",
            "expect a finding: `{finding: nagle-delack-stall}`",
        )),
        (_, ExitStatus) => Some(("is a command's; this is a peer", "leave it away")),
        (Kind::TcpServer | Kind::TcpClient, DatagramsSent | DatagramsReceived) => {
            Some(("is for UDP, and this speaks TCP", "expect segments"))
        }
        (
            Kind::UdpResponder | Kind::UdpSender,
            Segments | Retransmissions | FirstByte | GaveUp | WriteCall | Delivery | SendQueue
            | ReceiveQueue,
        ) => Some(("is for TCP, and this speaks UDP", "expect datagrams-sent")),
        _ => None,
    }
}
