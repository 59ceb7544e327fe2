//! Packets that were still under way when the run ended.

use super::{
    group::{self, Group},
    passage::{Outcome, Passage},
};
use record::run::Run;
use scenario::impairment::Loss;
use std::collections::BTreeSet;

/// Tells them from those that are missing. How many they are is the link's own word; the captures
/// say only that they never came. Those that were sent last are taken for them.
pub(super) fn mark(run: &Run, passages: &mut [Vec<Passage>]) {
    for (place, plan) in run.manifest.variant.hosts.iter().enumerate() {
        let mut records = run.manifest.hosts.iter();
        let record = records.find(|record| record.name == plan.name);
        let count = record.map_or(0, |record| record.link.counters.under_way());
        if count == 0 {
            continue;
        }
        let numbers = last_missing(run, passages, &plan.name, count);
        for passage in &mut passages[place] {
            if numbers.contains(&passage.number) {
                passage.outcome = Outcome::UnderWay;
            }
        }
    }
}

/// The last packets that a host's link need not have dropped and nobody saw arrive: their numbers in
/// the host's capture.
fn last_missing(run: &Run, passages: &[Vec<Passage>], host: &str, count: u64) -> BTreeSet<u64> {
    let groups = group::groups(run, passages);
    let own = groups.iter().filter(|group| group.host == host);
    let mut missing: Vec<(u64, u64)> = own.flat_map(unexplained).collect();
    missing.sort_unstable();
    let last = missing.into_iter().rev();
    last.take(usize::try_from(count).unwrap_or(usize::MAX))
        .map(|(_, number)| number)
        .collect()
}

/// When such packets were sent, and their numbers in the capture.
fn unexplained(group: &Group<'_>) -> Vec<(u64, u64)> {
    let refused: BTreeSet<u64> = group
        .refused()
        .map(|member| member.passage.number)
        .collect();
    let is_listed = |number: u64| match &group.asked.loss {
        Loss::Packets(listed) => listed.contains(&number),
        _ => false,
    };
    let members = group.members.iter();
    members
        .filter(|member| member.passage.outcome == Outcome::Missing)
        .filter(|member| !refused.contains(&member.passage.number) && !is_listed(member.number))
        .map(|member| (member.passage.at, member.passage.number))
        .collect()
}
