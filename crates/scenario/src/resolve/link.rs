//! Links: what each host's does from the beginning, and what it does later.

mod chance;
mod cuts;
mod impairments;
mod limits;
mod netem;
mod timeline;

use super::link::{cuts::Cuts, impairments::Frame, timeline::Step};
use crate::{
    decode::Name,
    plan::{Change, LinkPlan, LinkState},
    problem::{Problem, Problems, quoted},
    span::Span,
    suggest,
    written::{self, Family, Host, ImpairmentKeys, LinkKeys, PathKeys, Scenario},
};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

/// How many hosts netem can tell apart: a `prio` qdisc has 16 bands, one of them for the others.
const NETEM_TOWARD: usize = 15;

/// How much a timeline may come to, in impairments and cuts: as many as fit into some 100 MB.
const MOST: usize = 300_000;

/// Each host's link, in their order.
pub(super) fn resolve(
    scenario: &Scenario,
    hosts: &[Name<Host>],
    family: Family,
    deadline: Option<Duration>,
    problems: &mut Problems,
) -> Vec<LinkPlan> {
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    let steps = timeline::steps(scenario, &names, deadline, problems);
    let nothing = LinkKeys::default();
    let everywhere = scenario.link.value().unwrap_or(&nothing);
    for named in toward(everywhere) {
        is_reached(&named.name, named.span, None, &names, problems);
    }
    let links = hosts.iter().map(|host| {
        let own = host.value.as_ref().and_then(|host| host.link.value());
        let own = own.unwrap_or(&nothing);
        for named in toward(own) {
            is_reached(&named.name, named.span, Some(&host.name), &names, problems);
        }
        Link::new(&host.name, own, everywhere, family, problems)
    });
    let mut links: Vec<Link<'_>> = links.collect();
    let mut told = HashSet::new();
    for link in &mut links {
        link.know(steps.values().flatten(), &names);
        link.check_engine(problems);
    }
    play(&links, &steps, &names, |found| {
        for problem in found.into_list() {
            if told.insert(problem.clone()) {
                let Problem {
                    span,
                    message,
                    hint,
                } = problem;
                problems.add(span, message, hint);
            }
        }
    })
}

/// Goes through the steps, those at zero being what holds from the beginning.
fn play<'a>(
    links: &[Link<'a>],
    steps: &BTreeMap<Duration, Vec<Step<'a>>>,
    names: &[&'a str],
    mut report: impl FnMut(Problems),
) -> Vec<LinkPlan> {
    let mut links = links.to_vec();
    let mut plans: Vec<LinkPlan> = Vec::new();
    let mut cuts = Cuts::default();
    let mut size = 0;
    for (at, steps) in steps {
        let mut found = Problems::default();
        for step in steps {
            cuts.apply(step, names, &mut found);
            for link in links.iter_mut().filter(|link| step.concerns(link.host)) {
                link.change(step);
            }
        }
        let cut = steps.iter().any(|step| step.cuts());
        for (index, link) in links.iter().enumerate() {
            let concerned = cut || steps.iter().any(|step| step.concerns(link.host));
            if !concerned && index < plans.len() {
                continue;
            }
            let state = link.state(&cuts, names, &mut found);
            let Some(plan) = plans.get_mut(index) else {
                plans.push(LinkPlan {
                    engine: link.frame.engine,
                    start: state,
                    changes: Vec::new(),
                });
                continue;
            };
            let before = plan.changes.last().map_or(&plan.start, |last| &last.state);
            if *before != state {
                size += 1 + state.toward.len() + state.cut.len();
                plan.changes.push(Change { at: *at, state });
            }
        }
        if size > MOST {
            let span = steps.first().map_or(Span::START, |step| step.span);
            let hint = "write fewer items, or fewer for every host";
            found.add(span, "so many hosts can't change so often", hint);
        }
        report(found);
        if size > MOST {
            break;
        }
    }
    plans
}

fn toward(link: &LinkKeys) -> &[Name<PathKeys>] {
    link.toward.value().map_or(&[][..], |toward| &toward.0)
}

/// Whether packets from somewhere, or from anywhere, can be for that host; else a problem says why
/// not.
fn is_reached(
    toward: &str,
    span: Span,
    from: Option<&str>,
    names: &[&str],
    problems: &mut Problems,
) -> bool {
    let (message, hint) = if names.is_empty() {
        // That there are no hosts is told elsewhere.
        return false;
    } else if !names.contains(&toward) {
        let hint = suggest::hint(toward, "hosts", names.iter().copied());
        (format!("there is no host {}", quoted(toward)), hint)
    } else if names.len() == 1 {
        let message = format!("there is nobody else to send to {toward}");
        (message, "add a host, or leave it away".to_owned())
    } else if from == Some(toward) {
        let message = format!("what {toward} sends to itself never comes to its link");
        (message, "name another host".to_owned())
    } else {
        return true;
    };
    problems.add(span, message, hint);
    false
}

/// What a host's link is asked for at some time, key by key.
#[derive(Clone)]
struct Link<'a> {
    host: &'a str,
    frame: Frame,
    /// Where its engine is chosen.
    engine: Span,
    egress: ImpairmentKeys,
    toward: BTreeMap<&'a str, ImpairmentKeys>,
}

impl<'a> Link<'a> {
    fn new(
        host: &'a str,
        own: &'a LinkKeys,
        everywhere: &'a LinkKeys,
        family: Family,
        problems: &mut Problems,
    ) -> Self {
        let mut classes: BTreeMap<&str, ImpairmentKeys> = BTreeMap::new();
        for named in toward(own).iter().chain(toward(everywhere)) {
            if let Some(PathKeys(keys)) = &named.value {
                let before = classes.entry(&named.name).or_default();
                *before = before.over(keys);
            }
        }
        classes.remove(host);
        let engine = own.engine.over(&everywhere.engine);
        Self {
            host,
            frame: Frame {
                mtu: limits::mtu(&own.mtu.over(&everywhere.mtu), family, problems),
                family,
                engine: engine.value_or_default(),
            },
            engine: engine.place().unwrap_or(Span::START),
            egress: own.impairments().over(&everywhere.impairments()),
            toward: classes,
        }
    }

    /// Hosts that only a later step tells apart have packets of their own from the beginning, so
    /// that these are numbered from the beginning, too.
    fn know<'s>(&mut self, steps: impl Iterator<Item = &'s Step<'a>>, names: &[&str])
    where
        'a: 's,
    {
        for step in steps.filter(|step| step.concerns(self.host)) {
            if let (written::Change::Keys(_), Some(toward)) = (step.change, step.toward) {
                self.toward.entry(toward).or_default();
            }
        }
        self.toward.retain(|name, _| names.contains(name));
    }

    fn check_engine(&self, problems: &mut Problems) {
        let number = self.toward.len();
        if self.frame.is_netem() && number > NETEM_TOWARD {
            let message = format!("netem can't tell {number} hosts apart, but {NETEM_TOWARD}");
            problems.add(self.engine, message, netem::OTHER_ENGINE);
        }
    }

    fn change(&mut self, step: &Step<'a>) {
        let written::Change::Keys(keys) = step.change else {
            return;
        };
        let changed = match step.toward {
            None => &mut self.egress,
            Some(toward) => self.toward.entry(toward).or_default(),
        };
        *changed = keys.0.over(changed);
    }

    fn state(&self, cuts: &Cuts<'a>, names: &[&str], problems: &mut Problems) -> LinkState {
        let classes = self.toward.iter().map(|(name, keys)| {
            let keys = keys.over(&self.egress);
            ((*name).to_owned(), self.frame.resolve(&keys, problems))
        });
        let toward = classes.collect();
        LinkState {
            egress: self.frame.resolve(&self.egress, problems),
            toward,
            cut: cuts.of(self.host, names),
        }
    }
}
