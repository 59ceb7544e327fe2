//! Who is chosen, what the kernel takes, and what stays behind.

use super::pair::{chance, delayed, losing};
use crate::support::{Family, Host, two_hosts};
use link::{
    InForce, Link, LinkError, LinkSpec,
    netem::{self, Netem, Refusal},
};
use scenario::{
    impairment::{
        Chance, Distribution, GilbertElliott, Impairments, Jitter, Loss, Queue, RateLimit, Reorder,
    },
    plan::{Engine, LinkPlan},
    units::Rate,
};
use std::time::Duration;
use sys::netlink::Netlink;

/// The kinds of the disciplines on the interface frames leave by.
fn disciplines(host: &Host) -> Vec<String> {
    host.enter();
    let mut netlink = Netlink::open().unwrap();
    let index = netlink.index("eth0").unwrap();
    let found = netlink.qdiscs(index).unwrap();
    let mut kinds: Vec<String> = found.into_iter().map(|qdisc| qdisc.kind).collect();
    kinds.sort();
    kinds
}

fn start(host: &Host, engine: Engine, plan: LinkPlan) -> Result<Link, LinkError> {
    host.enter();
    let hosts = plan.start.toward.keys();
    Link::start(LinkSpec {
        host: "a".into(),
        tap: "lab0-tap".into(),
        wire: "eth0".into(),
        hosts: hosts.map(|name| (name.clone(), host.address)).collect(),
        plan: LinkPlan { engine, ..plan },
        router: host.address,
        seed: 1,
    })
}

fn instead(link: &Link) -> &str {
    match link.in_force() {
        InForce::UserSpace {
            instead: Some(reason),
        } => reason,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn everything_is_taken_and_read_back() {
    let hosts = two_hosts(Family::V4, 1500);
    hosts[0].enter();
    let correlated = |share: &str| Chance {
        correlation: "25%".parse().unwrap(),
        ..chance(share)
    };
    let everything = Impairments {
        // More than 32 bits of the kernel's ticks, and no whole number of them.
        delay: Duration::from_nanos(300_000_000_001),
        jitter: Some(Jitter {
            spread: Duration::from_nanos(1_000_000_001),
            distribution: Distribution::ParetoNormal,
            correlation: "10%".parse().unwrap(),
        }),
        loss: Loss::Independent(correlated("1%")),
        duplicate: correlated("2%"),
        corrupt: correlated("0.000001%"),
        reorder: Some(Reorder {
            chance: correlated("4%"),
            gap: 7,
        }),
        rate: Some(RateLimit {
            // More than 32 bits of bytes a second.
            rate: Rate::from_bits_per_second(40_000_000_000),
            overhead: -20,
        }),
        queue: Some(Queue::Packets(123)),
        ..Impairments::default()
    };
    let states = Impairments {
        loss: Loss::GilbertElliott(GilbertElliott {
            p: "1%".parse().unwrap(),
            r: "20%".parse().unwrap(),
            bad_loss: "90%".parse().unwrap(),
            good_loss: "0.1%".parse().unwrap(),
        }),
        ..Impairments::default()
    };
    let mut netem = Netem::install("eth0", &["a".to_owned()], 1).unwrap();
    for impairments in [everything, states, Impairments::default()] {
        netem.change(0, &impairments).unwrap();
    }
}

pub(crate) fn auto_takes_netem_where_no_chance_is_asked() {
    let hosts = two_hosts(Family::V4, 1500);
    let link = start(&hosts[0], Engine::Auto, delayed(20).into()).unwrap();
    assert_eq!(*link.in_force(), InForce::Netem);
    drop(link);
    // What netem can't do is done without it, and said.
    let numbered = Impairments {
        loss: Loss::Packets([3].into()),
        ..Impairments::default()
    };
    let link = start(&hosts[0], Engine::Auto, numbered.clone().into()).unwrap();
    assert_eq!(
        instead(&link),
        "the kernel's netem can't lose packets by their numbers"
    );
    drop(link);
    let error = start(&hosts[0], Engine::Netem, numbered.into()).unwrap_err();
    assert!(
        matches!(error, LinkError::Netem(Refusal::Unsupported { .. })),
        "{error}"
    );
    assert_eq!(disciplines(&hosts[0]), ["noqueue"]);
}

pub(crate) fn what_is_dropped_is_gone() {
    let hosts = two_hosts(Family::V4, 1500);
    let mut plan = LinkPlan::from(delayed(20));
    plan.start.toward.insert("b".into(), delayed(10));
    let link = start(&hosts[0], Engine::Netem, plan).unwrap();
    assert_eq!(disciplines(&hosts[0]), ["netem", "netem", "prio"]);
    link.stop().unwrap();
    assert_eq!(disciplines(&hosts[0]), ["noqueue"]);
}

pub(crate) fn no_seed_is_taken_where_the_kernel_knows_none() {
    assert!(!netem::probe("lo").unwrap());
    let hosts = two_hosts(Family::V4, 1500);
    let link = start(&hosts[0], Engine::Auto, losing("20%").into()).unwrap();
    assert_eq!(
        instead(&link),
        "what happens in this kernel's netem would not follow from the seed"
    );
    assert_eq!(disciplines(&hosts[0]), ["noqueue"]);
}

pub(crate) fn without_netem_it_is_said() {
    let hosts = two_hosts(Family::V4, 1500);
    let link = start(&hosts[0], Engine::Auto, losing("20%").into()).unwrap();
    assert_eq!(instead(&link), "this kernel has no netem (sch_netem)");
    drop(link);
    let mut several = LinkPlan::from(delayed(20));
    several.start.toward.insert("b".into(), delayed(10));
    let link = start(&hosts[0], Engine::Auto, several).unwrap();
    assert_eq!(instead(&link), "this kernel has no netem (sch_netem)");
    drop(link);
    let error = start(&hosts[0], Engine::Netem, delayed(20).into()).unwrap_err();
    assert!(
        matches!(error, LinkError::Netem(Refusal::NoNetem)),
        "{error}"
    );
    assert_eq!(disciplines(&hosts[0]), ["noqueue"]);
}

pub(crate) fn without_prio_it_is_said() {
    let hosts = two_hosts(Family::V4, 1500);
    let mut plan = LinkPlan::from(delayed(20));
    plan.start.toward.insert("b".into(), delayed(10));
    let error = start(&hosts[0], Engine::Netem, plan).unwrap_err();
    assert!(
        matches!(error, LinkError::Netem(Refusal::NoPrio)),
        "{error}"
    );
    assert_eq!(disciplines(&hosts[0]), ["noqueue"]);
}
