//! Conditions that must be proven: only what a link is asked for can be.

use super::expectation::find_host;
use crate::{
    decode::{Given, Name},
    expectation::{Claim, Condition, Expectation},
    impairment::{Impairments, Loss},
    plan::{HostPlan, LinkState},
    problem::Problems,
    written::{Expected, Host},
};

/// None when it can't be read; then a problem says why.
pub(super) fn resolve(
    expected: &Expected,
    hosts: &[Name<Host>],
    plans: &[HostPlan],
    problems: &mut Problems,
) -> Option<Expectation> {
    let given = expected.condition.given()?;
    let condition = given.value;
    let mut written = format!("condition {condition}");
    let mut usable = true;
    for (word, key) in [("host", &expected.host), ("toward", &expected.toward)] {
        usable &= !key.is_wrong();
        if let Some(given) = key.given() {
            usable &= find_host(&given.value, given, hosts, problems).is_some();
            written += &format!(", {word} {}", given.value);
        }
    }
    let host = expected.host.value();
    let toward = expected.toward.given();
    if let Some(given) = toward.filter(|given| Some(&given.value) == host) {
        let message = "a host's packets to itself never come to its link";
        problems.add(given.span, message, "name another host");
        usable = false;
    }
    let mut links = plans
        .iter()
        .filter(|plan| host.is_none_or(|host| *host == plan.name))
        .filter(|plan| toward.is_none_or(|toward| toward.value != plan.name));
    if usable && !links.any(|plan| asks(plan, condition, toward)) {
        let message = format!("no such link is asked for `{condition}`");
        let hint = match condition {
            Condition::Outage => "add `link: down` to the `timeline`, or leave it away",
            Condition::Mtu => "write an `mtu` other than 1500, or a `path-mtu`, or leave it away",
            _ => "add it below `link`, or leave it away",
        };
        problems.add(given.span, message, hint);
    }
    Some(Expectation {
        written,
        claim: Claim::Condition {
            condition,
            host: host.cloned(),
            toward: toward.map(|given| given.value.clone()),
        },
        on: None,
    })
}

/// Whether the host's link is asked for it at any time.
fn asks(plan: &HostPlan, condition: Condition, toward: Option<&Given<String>>) -> bool {
    let in_state = |state: &LinkState| match (condition, toward) {
        (Condition::Outage, None) => !state.cut.is_empty(),
        (Condition::Outage, Some(toward)) => state.cut.contains(&toward.value),
        (_, Some(toward)) => has(state.impairments(&toward.value), condition),
        (_, None) => {
            let all = std::iter::once(&state.egress).chain(state.toward.values());
            all.into_iter()
                .any(|impairments| has(impairments, condition))
        }
    };
    plan.link.phases().any(|(_, state)| in_state(state))
}

fn has(impairments: &Impairments, condition: Condition) -> bool {
    match condition {
        Condition::Delay => !impairments.delay.is_zero(),
        Condition::Jitter => impairments.jitter.is_some(),
        Condition::Loss => impairments.loss != Loss::None,
        Condition::Duplicate => !impairments.duplicate.is_never(),
        Condition::Corrupt => !impairments.corrupt.is_never(),
        Condition::Reorder => impairments.reorder.is_some(),
        Condition::Rate => impairments.rate.is_some(),
        Condition::Queue => impairments.queue.is_some(),
        Condition::Mtu => {
            impairments.mtu != Impairments::default().mtu || impairments.path_mtu.is_some()
        }
        Condition::Outage => false,
    }
}
