//! Packets for one host go to a netem of their own.

use super::pair::{Pair, losing};
use scenario::{impairment::Impairments, plan::LinkPlan};

fn toward(egress: Impairments, toward: Impairments) -> Pair {
    let mut plan = LinkPlan::from(egress);
    plan.start.toward.insert("b".into(), toward);
    Pair::with_plan(plan, 1)
}

pub(crate) fn what_is_asked_toward_a_host_is_all_that_happens_to_its_packets() {
    let pair = toward(losing("100%"), Impairments::default());
    pair.send(5, 10);
    assert_eq!(pair.rest(), [0, 1, 2, 3, 4]);
}

pub(crate) fn what_is_asked_toward_a_host_happens_to_its_packets() {
    let pair = toward(Impairments::default(), losing("100%"));
    pair.send(5, 10);
    assert!(pair.rest().is_empty());
    assert_eq!(pair.end().lost, 5);
}
