//! From a scenario as written to one resolved variant: everything that concerns more than one key.
//!
//! A value that is missing or unusable is stood in for by its default, so that one pass finds all
//! problems; a plan that had any is thrown away.

mod address;
mod bounds;
mod condition;
mod copies;
mod expectation;
pub(crate) mod fit;
mod link;
mod messages;
mod output;
mod peer;
mod services;
mod user_stack;

use crate::{
    decode::{Item, Key, Name},
    expectation::Expectation,
    figures,
    need::Need,
    plan::{HostPlan, Mac, ProgramPlan, RoutePlan, VariantPlan},
    problem::Problems,
    span::Span,
    text::Text,
    written::{Count, Expected, Host, Program, Scenario},
};
use fit::Kind;
use peer::Resolver;
use services::Services;
use std::{collections::BTreeMap, time::Duration};

/// How long a variant may take unless the scenario says otherwise.
const DEADLINE: Duration = Duration::from_secs(30);

/// What sets a variant apart, besides what it sets.
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a str,
    pub(crate) about: Text,
    /// Where that stands.
    pub(crate) about_span: Span,
    pub(crate) expect: &'a [Item<Expected>],
}

/// Resolves a scenario to which a variant's settings have been applied.
pub(crate) fn variant(
    scenario: &Scenario,
    identity: &Identity<'_>,
    dir: &str,
    problems: &mut Problems,
) -> VariantPlan {
    let (network, family) = address::network(&scenario.network, problems);
    let stand_in = Host::default();
    let named: Vec<Name<Host>> = scenario
        .hosts
        .value()
        .map_or_else(Vec::new, |hosts| hosts.0.clone());
    let named = copies::multiply(named, problems);
    let hosts: Vec<Placed<'_>> = address::assign(network, &named, problems)
        .into_iter()
        .zip(&named)
        .map(|(address, name)| Placed {
            name,
            host: name.value.as_ref().unwrap_or(&stand_in),
            address,
        })
        .collect();
    check_hosts(scenario, &named, problems);
    named
        .iter()
        .for_each(|name| user_stack::check(name, problems));

    let services = Services::find(&hosts, problems);
    let resolver = Resolver {
        hosts: &hosts,
        services: &services,
        dir,
    };
    let deadline = deadline(&scenario.deadline, problems);
    let links = link::resolve(scenario, &named, family, deadline, problems);
    let plans = hosts.iter().zip(links).map(|(placed, link)| HostPlan {
        name: placed.name.name.clone(),
        address: placed.address,
        mac: Mac::for_address(placed.address),
        link,
        stack: placed.host.stack.value().copied(),
        sysctls: sysctls(placed.host),
        route: route(placed.host, problems),
        image: placed.host.image.value().map(|image| image.0.clone()),
        run: programs(&resolver, placed, problems),
    });
    let hosts: Vec<HostPlan> = plans.collect();

    let always = scenario.expect.value().map_or(&[][..], Vec::as_slice);
    let written = always.iter().chain(identity.expect);
    let expect: Vec<Expectation> = written
        .filter_map(|item| expectation::resolve(item, &named, &hosts, problems))
        .collect();
    let mut plan = VariantPlan {
        name: identity.name.to_owned(),
        about: Text::default(),
        network,
        deadline: deadline.unwrap_or(DEADLINE),
        needs: needs(&scenario.needs, problems),
        hosts,
        expect,
    };
    plan.about = figures::of_variant(&identity.about, &plan, identity.about_span, problems);
    plan
}

/// A host and the address it has got.
pub(crate) struct Placed<'a> {
    pub(crate) name: &'a Name<Host>,
    pub(crate) host: &'a Host,
    pub(crate) address: std::net::IpAddr,
}

impl Placed<'_> {
    /// What it runs, as far as that could be read.
    pub(crate) fn programs(&self) -> impl Iterator<Item = (&Name<Program>, &Program)> {
        let programs = self
            .host
            .run
            .value()
            .map_or(&[][..], |programs| &programs.0);
        programs
            .iter()
            .filter_map(|name| Some((name, name.value.as_ref()?)))
    }
}

fn check_hosts(scenario: &Scenario, named: &[Name<Host>], problems: &mut Problems) {
    const EXAMPLE: &str = "write `hosts:`, and below it each host's name with what it runs";
    match &scenario.hosts {
        Key::Absent => problems.add(Span::START, "there are no hosts", EXAMPLE),
        Key::Given(hosts) if named.is_empty() => {
            problems.add(hosts.span, "there are no hosts", EXAMPLE);
        }
        Key::Given(hosts) if nothing_ends(named) => problems.add(
            hosts.key,
            "nothing here ends by itself: every run would last until its deadline",
            "add a tcp-client, a udp-peer with `to`, or a command without `listens`",
        ),
        Key::Given(_) | Key::Wrong(_) => {}
    }
}

/// Whether every program is certain to go on until it is told to end.
fn nothing_ends(hosts: &[Name<Host>]) -> bool {
    let serves = |program: &Program| match fit::kind(program) {
        Some(Kind::TcpServer | Kind::UdpResponder) => true,
        Some(Kind::Command) => !program.listens.is_absent(),
        Some(Kind::TcpClient | Kind::UdpSender) | None => false,
    };
    hosts
        .iter()
        .all(|host| match host.value.as_ref().map(|host| &host.run) {
            None | Some(Key::Wrong(_)) => false,
            Some(Key::Absent) => true,
            Some(Key::Given(run)) => run
                .value
                .0
                .iter()
                .all(|name| name.value.as_ref().is_some_and(serves)),
        })
}

fn programs(
    resolver: &Resolver<'_>,
    placed: &Placed<'_>,
    problems: &mut Problems,
) -> Vec<ProgramPlan> {
    let plan = |(name, program): (&Name<Program>, &Program)| {
        Some(ProgramPlan {
            name: name.name.clone(),
            program: resolver.program(placed, name, program, problems)?,
        })
    };
    placed.programs().filter_map(plan).collect()
}

fn sysctls(host: &Host) -> BTreeMap<String, u64> {
    let written = host.sysctls.value();
    let pairs = written.into_iter().flat_map(|sysctls| &sysctls.0);
    pairs
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect()
}

fn route(host: &Host, problems: &mut Problems) -> RoutePlan {
    let Some(written) = host.route.value() else {
        return RoutePlan::default();
    };
    let count = |key: &Key<Count>| key.value().map(|count| count.0);
    if let Some(rto_min) = written.rto_min.given()
        && rto_min.value < Duration::from_millis(1)
    {
        let hint = "the kernel counts it in milliseconds: write at least `1ms`";
        problems.add(rto_min.span, "a time-out of less than a millisecond", hint);
    }
    RoutePlan {
        initcwnd: count(&written.initcwnd),
        initrwnd: count(&written.initrwnd),
        advmss: count(&written.advmss),
        quickack: written.quickack.value().copied(),
        rto_min: written.rto_min.value().copied(),
    }
}

/// Each once, in the order written.
fn needs(written: &Key<Vec<Item<Need>>>, problems: &mut Problems) -> Vec<Need> {
    let mut needs = Vec::new();
    for item in written.value().into_iter().flatten() {
        let need = item.value;
        let excludes = match need {
            Need::Smoltcp => &[Need::Linux, Need::Netem][..],
            Need::Linux | Need::Netem => &[Need::Smoltcp],
            Need::Python3 => &[],
        };
        if let Some(other) = needs.iter().find(|other| excludes.contains(other)) {
            let message = format!("nothing is both `{other}` and `{need}`");
            problems.add(item.span, message, "write one of them");
        }
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

/// None when it is unusable.
fn deadline(written: &Key<Duration>, problems: &mut Problems) -> Option<Duration> {
    match written {
        Key::Absent => Some(DEADLINE),
        Key::Wrong(_) => None,
        Key::Given(given) if given.value.is_zero() => {
            problems.add(
                given.span,
                "a deadline of nothing",
                "write how long a variant may take: `30s`",
            );
            None
        }
        Key::Given(given) => Some(given.value),
    }
}
