//! Packets that were asked the same: those of one host, for the same receivers, in one phase.

use super::{
    AROUND_A_CHANGE,
    passage::{Outcome, Passage},
};
use crate::model::link::{Outage, Phase};
use record::run::Run;
use scenario::{
    impairment::Impairments,
    plan::{HostPlan, LinkState},
};
use std::time::Duration;

/// Packets that were asked the same.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) host: String,
    pub(super) toward: Option<String>,
    pub(super) phase: Option<Phase>,
    pub(super) engine: String,
    pub(super) instead: Option<String>,
    pub(super) asked: Impairments,
    pub(super) outage: Option<Outage>,
    pub(super) members: Vec<Member<'a>>,
}

impl<'a> Group<'a> {
    /// Packets that the path has no room for, and that never came.
    pub(super) fn refused(&self) -> impl Iterator<Item = &Member<'a>> {
        let is_missing = |member: &&Member<'_>| member.passage.outcome == Outcome::Missing;
        let refused =
            |member: &&Member<'_>| self.is_too_large(member) && !member.passage.may_be_cut;
        self.members.iter().filter(refused).filter(is_missing)
    }

    /// Whether the path has no room for that packet.
    pub(super) fn is_too_large(&self, member: &Member<'_>) -> bool {
        let limit = self.asked.path_mtu.map(u32::from);
        limit.is_some_and(|limit| member.passage.length > limit)
    }

    /// Bytes of the average IP packet.
    pub(super) fn mean_length(&self) -> f64 {
        let lengths = self.members.iter().map(|member| member.passage.length);
        lengths.map(f64::from).sum::<f64>() / self.members.len().max(1) as f64
    }

    /// Whether some of its packets were still under way when the run ended.
    pub(super) fn has_under_way(&self) -> bool {
        let mut outcomes = self.members.iter().map(|member| member.passage.outcome);
        outcomes.any(|outcome| outcome == Outcome::UnderWay)
    }

    /// Whether it has packets of which nobody can tell which arrived.
    pub(super) fn has_alike(&self) -> bool {
        self.members.iter().any(|member| member.passage.is_alike)
    }
}

/// A packet of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    /// Its number on the link, from 1.
    pub(super) number: u64,
    pub(super) passage: &'a Passage,
}

/// When a phase was, in ns since 1970, and what was asked in it.
struct Span<'a> {
    from: u64,
    until: Option<u64>,
    state: &'a LinkState,
}

pub(super) fn groups<'a>(run: &'a Run, passages: &'a [Vec<Passage>]) -> Vec<Group<'a>> {
    let hosts = &run.manifest.variant.hosts;
    let each = hosts.iter().zip(passages);
    each.flat_map(|(host, sent)| of_host(run, host, sent))
        .collect()
}

fn of_host<'a>(run: &'a Run, host: &'a HostPlan, sent: &'a [Passage]) -> Vec<Group<'a>> {
    let hosts = &run.manifest.variant.hosts;
    let spans = spans(run, host);
    let engine = run
        .manifest
        .hosts
        .iter()
        .find(|record| record.name == host.name);
    let (engine, instead) = engine.map_or(("", None), |record| {
        (record.link.engine.as_str(), record.link.instead.clone())
    });
    let name = |passage: &Passage| hosts[passage.to].name.as_str();
    let own = &host.link.start.toward;
    let others = hosts.iter().filter(|other| other.name != host.name);
    let is_rest_empty = others.clone().all(|other| own.contains_key(&other.name));
    let named = own.keys().map(|name| Some(name.as_str()));
    let lanes = (!is_rest_empty || own.is_empty())
        .then_some(None)
        .into_iter()
        .chain(named);
    let mut groups = Vec::new();
    for toward in lanes {
        let lane = sent.iter().filter(|passage| match toward {
            Some(toward) => name(passage) == toward,
            None => !own.contains_key(name(passage)),
        });
        let members: Vec<Member<'_>> = (1..)
            .zip(lane)
            .map(|(number, passage)| Member { number, passage })
            .collect();
        for (number, span) in spans.iter().enumerate() {
            let is_cut = |member: &&Member<'_>| span.state.cut.contains(name(member.passage));
            let inside = || {
                members
                    .iter()
                    .filter(|member| span.holds(member.passage.at, number))
            };
            let cut: Vec<_> = inside().filter(is_cut).collect();
            let concerns = |host: &&str| match toward {
                Some(toward) => toward == *host,
                None => !own.contains_key(*host),
            };
            let asked_to_cut = span
                .state
                .cut
                .iter()
                .map(String::as_str)
                .any(|host| concerns(&host));
            groups.push(Group {
                host: host.name.clone(),
                toward: toward.map(str::to_owned),
                phase: (spans.len() > 1).then(|| span.phase(number, run.manifest.began)),
                engine: engine.to_owned(),
                instead: instead.clone(),
                asked: match toward {
                    Some(toward) => span.state.impairments(toward).clone(),
                    None => span.state.egress.clone(),
                },
                outage: asked_to_cut.then(|| outage(&cut)),
                members: inside().filter(|member| !is_cut(member)).copied().collect(),
            });
        }
    }
    groups
}

fn outage(cut: &[&Member<'_>]) -> Outage {
    let told_apart = || cut.iter().filter(|member| !member.passage.is_alike);
    let arrived = told_apart().filter(|member| member.passage.left().is_some());
    Outage {
        sent: told_apart().count() as u64,
        arrived: arrived.count() as u64,
    }
}

/// The phases of a host's link: what was planned, from when the link says that it began. Without its
/// word the plan's own times stand in. Phases that the run did not reach are left out.
fn spans<'a>(run: &'a Run, host: &'a HostPlan) -> Vec<Span<'a>> {
    let record = run
        .manifest
        .hosts
        .iter()
        .find(|record| record.name == host.name);
    let told = record
        .map(|record| &record.link.phases)
        .filter(|told| !told.is_empty());
    let began = |number: usize, after: Duration| match told {
        Some(phases) => phases.get(number).map(|phase| phase.began),
        None if number == 0 => Some(0),
        None => {
            let after = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            Some(run.manifest.began?.saturating_add(after))
        }
    };
    let planned = host.link.phases().enumerate();
    let begins: Vec<(u64, &LinkState)> = planned
        .map_while(|(number, (after, state))| Some((began(number, after)?, state)))
        .collect();
    let ends = begins.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
    let spans = begins.iter().zip(ends);
    spans
        .map(|(&(from, state), until)| Span { from, until, state })
        .collect()
}

impl Span<'_> {
    /// Whether a packet sent then met this phase and no other. The first one has always been.
    fn holds(&self, at: u64, number: usize) -> bool {
        let after = number == 0 || at >= self.from.saturating_add(AROUND_A_CHANGE);
        let before = self
            .until
            .is_none_or(|until| at < until.saturating_sub(AROUND_A_CHANGE));
        after && before
    }

    fn phase(&self, number: usize, began: Option<u64>) -> Phase {
        let after = |time: u64| time.saturating_sub(began.unwrap_or(self.from));
        Phase {
            number,
            from: if number == 0 { 0 } else { after(self.from) },
            until: self.until.map(after),
        }
    }
}
