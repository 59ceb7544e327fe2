//! A timeline's items in order of time.

use super::is_reached;
use crate::{
    decode::{Item, Key},
    problem::{Problems, quoted},
    span::Span,
    suggest,
    written::{Change, Moment, Scenario},
};
use std::{collections::BTreeMap, time::Duration};

/// How many items a timeline may have.
const MOST: usize = 1_000;

/// One item, checked.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// Whose link; every host's when absent.
    pub(super) host: Option<&'a str>,
    /// Only packets to this host.
    pub(super) toward: Option<&'a str>,
    pub(super) change: &'a Change,
    pub(super) span: Span,
}

impl Step<'_> {
    /// Whether it is about this host's link.
    pub(super) fn concerns(&self, host: &str) -> bool {
        self.host.is_none_or(|own| own == host) && self.toward != Some(host)
    }

    /// Whether it cuts or heals, which may concern others, too.
    pub(super) fn cuts(&self) -> bool {
        matches!(self.change, Change::Down | Change::Up)
    }
}

/// The items of each time, as they were written; of zero there may be none.
pub(super) fn steps<'a>(
    scenario: &'a Scenario,
    names: &[&str],
    deadline: Option<Duration>,
    problems: &mut Problems,
) -> BTreeMap<Duration, Vec<Step<'a>>> {
    let mut steps = BTreeMap::from([(Duration::ZERO, Vec::new())]);
    let items = scenario.timeline.value().map_or(&[][..], Vec::as_slice);
    if let Some(over) = items.get(MOST) {
        let message = format!("`timeline` has {} items", items.len());
        problems.add(over.span, message, format!("at most {MOST} are possible"));
        return steps;
    }
    for item in items {
        let at = time(item, deadline, problems);
        let step = step(item, names, problems);
        if let (Some(at), Some(step)) = (at, step) {
            steps.entry(at).or_default().push(step);
        }
    }
    steps
}

fn time(
    item: &Item<Moment>,
    deadline: Option<Duration>,
    problems: &mut Problems,
) -> Option<Duration> {
    if item.value.at.is_absent() {
        let message = "a timeline item that doesn't say when";
        problems.add(item.span, message, "add `at: 5s`");
    }
    let at = item.value.at.given()?;
    if let Some(deadline) = deadline.filter(|deadline| at.value >= *deadline) {
        let message = format!("the run is ended after {deadline:?}: this never comes");
        problems.add(
            at.span,
            message,
            "write an earlier time, or a later `deadline`",
        );
    }
    Some(at.value)
}

fn step<'a>(item: &'a Item<Moment>, names: &[&str], problems: &mut Problems) -> Option<Step<'a>> {
    let Moment {
        host, toward, link, ..
    } = &item.value;
    if link.is_absent() {
        let message = "a timeline item that doesn't say what becomes of a link";
        problems.add(
            item.span,
            message,
            "add `link: {delay: 100ms}`, `down` or `up`",
        );
    }
    let mut usable = true;
    let known = host.given().filter(|_| !names.is_empty());
    if let Some(given) = known.filter(|given| !names.contains(&given.value.as_str())) {
        let message = format!("there is no host {}", quoted(&given.value));
        let hint = suggest::hint(&given.value, "hosts", names.iter().copied());
        problems.add(given.span, message, hint);
        usable = false;
    }
    let from = host.value().map(String::as_str);
    if let Some(given) = toward.given() {
        usable &= is_reached(&given.value, given.span, from, names, problems);
    }
    let change = link.given()?;
    if matches!(change.value, Change::Down) && names.len() == 1 {
        let message = "there is no other host to be cut off from";
        problems.add(change.span, message, "add a host, or leave it away");
    }
    let readable = |key: &Key<String>| !key.is_wrong();
    (usable && readable(host) && readable(toward)).then_some(Step {
        host: from,
        toward: toward.value().map(String::as_str),
        change: &change.value,
        span: change.span,
    })
}
