//! What a command must have printed.

use super::{
    bounds::{check, spell},
    expectation::find_program,
    fit::{Kind, kind},
};
use crate::{
    decode::{Item, Name},
    expectation::{Claim, Expectation, Line, Unit},
    problem::{Problems, quoted},
    written::{Expected, Host},
};

/// None when it says nothing that can be checked; then a problem says why.
pub(super) fn resolve(
    item: &Item<Expected>,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Option<Expectation> {
    let expected = &item.value;
    let given = expected.output.given()?;
    let Some((host, program)) = given.value.split_once('.') else {
        let message = format!("{} is no program", quoted(&given.value));
        problems.add(
            given.span,
            message,
            "write HOST.PROGRAM, as in `client.app`",
        );
        return None;
    };
    let found = find_program(host, program, given, hosts, problems)?;
    if let Some(written) = &found.value
        && !matches!(kind(written), Some(Kind::Command) | None)
    {
        let message = "only the output of a `command` is kept, and this is a peer";
        problems.add(
            given.span,
            message,
            "expect a value: `{value: HOST.PROGRAM.METRIC}`",
        );
        return None;
    }
    let line = match (expected.line.given(), expected.contains.given()) {
        (Some(line), None) => Line::Is(line.value.clone()),
        (None, Some(part)) => Line::Contains(part.value.clone()),
        (Some(_), Some(part)) => {
            let message = "a `line` and a part of one in one expectation";
            problems.add(part.key, message, "write one of them");
            return None;
        }
        (None, None) => {
            if !expected.line.is_wrong() && !expected.contains.is_wrong() {
                let hint = "add `line: TEXT`, or `contains: TEXT` for a part of a line";
                problems.add(item.span, "an `output` without a line", hint);
            }
            return None;
        }
    };
    let mut written = match &line {
        Line::Is(text) => format!("output {}, line \"{text}\"", given.value),
        Line::Contains(text) => format!("output {}, contains \"{text}\"", given.value),
    };
    let mut count = None;
    if let Some(bounds) = expected.count.given() {
        count = check(&bounds.value.0, Unit::Count, bounds.key, problems);
        written += &format!(", count {}", spell(&bounds.value.0));
    }
    Some(Expectation {
        written,
        claim: Claim::Output {
            host: host.to_owned(),
            program: program.to_owned(),
            line,
            count,
        },
        on: None,
    })
}
