//! What links did, seen from both of their ends, and whether that is what they were asked.

mod delay;
mod fates;
mod group;
mod measure;
mod passage;
mod proof;
mod queue;
mod rate;
mod shares;
mod under_way;

use crate::model::{
    link::{LinkSummary, ProofState},
    note::Note,
    verdict::Doubt,
};
use record::{manifest::Outcome, run::Run};
use scenario::{
    expectation::Condition,
    impairment::Loss,
    plan::{Program, ProgramPlan},
};
use std::collections::BTreeSet;

pub(crate) use fates::Fates;

/// With fewer packets than this a link's delay is not judged.
const ENOUGH: usize = 5;

/// What is less probable than this, given what was asked, refutes it.
const IMPROBABLE: f64 = 0.001;

/// A link may delay this much less than asked, in ns: the two captures' time stamps are taken
/// microseconds from where the delay begins and ends. Otherwise it can only be late.
const EARLY: u64 = 500_000;

/// A link may delay three packets of four this much more than asked, in ns, or a tenth of what was
/// asked, whichever is more: the machine may be busy with other things, and then be later still.
const LATE: u64 = 3_000_000;

/// A link may delay the packet it delays least this much more than asked, in ns, or a twentieth of
/// what was asked, whichever is more. User-mode Linux on a busy machine is 0.7 ms late.
const HARDLY_LATE: u64 = 1_000_000;

/// One pause of a busy machine may be so long, in ns, and makes all packets late that were sent in it.
const PAUSE: u64 = 10_000_000;

/// Packets sent so close to the begin of a phase, in ns, may have met either.
const AROUND_A_CHANGE: u64 = 1_000_000;

/// A rate may be this far from what was asked, as a share of it.
const RATE_TOLERANCE: f64 = 0.05;

/// What the captures of both ends tell.
pub(crate) struct Measured {
    /// Each host's link.
    pub(crate) links: Vec<LinkSummary>,
    /// What is known of single packets.
    pub(crate) fates: Fates,
}

/// Measures each host's link.
pub(crate) fn measure(run: &Run) -> Measured {
    let mut passages = passage::passages(run);
    under_way::mark(run, &mut passages);
    let mut fates = Fates::new(run, &passages);
    let groups = group::groups(run, &passages);
    for group in &groups {
        fates.refuse(group);
    }
    let mut links: Vec<LinkSummary> = groups.iter().map(measure::summary).collect();
    doubt_outages(&mut links);
    Measured { links, fates }
}

/// That nothing arrived proves an outage only where something does without it.
fn doubt_outages(links: &mut [LinkSummary]) {
    let works = |link: &&LinkSummary| link.arrived() > 0;
    let working: BTreeSet<String> = links
        .iter()
        .filter(works)
        .map(|link| link.host.clone())
        .collect();
    for link in links
        .iter_mut()
        .filter(|link| !working.contains(&link.host))
    {
        let outages = link
            .proofs
            .iter_mut()
            .filter(|proof| proof.condition == Condition::Outage);
        for proof in outages.filter(|proof| proof.state == ProofState::Proven) {
            proof.state = ProofState::TooFew;
        }
    }
}

/// Why the evidence of a run may be incomplete.
pub(crate) fn doubts(run: &Run, links: &[LinkSummary]) -> Vec<Doubt> {
    let manifest = &run.manifest;
    let mut doubts = Vec::new();
    if let Outcome::Broken { host, .. } = &manifest.outcome {
        doubts.push(Doubt::Broken { host: host.clone() });
    }
    for plan in &manifest.variant.hosts {
        let host = || plan.name.clone();
        let Some(data) = run.host(&plan.name) else {
            continue;
        };
        if data.capture.is_empty() {
            doubts.push(Doubt::NoCapture { host: host() });
        }
        let peers = |program: &ProgramPlan| matches!(program.program, Program::Peer(_));
        if data.diary_missing && plan.run.iter().any(peers) {
            doubts.push(Doubt::NoDiary { host: host() });
        }
    }
    for record in &manifest.hosts {
        let host = || record.name.clone();
        if record.capture.dropped > 0 {
            doubts.push(Doubt::CaptureDropped {
                host: host(),
                packets: record.capture.dropped,
            });
        }
        if record.link.counters.overrun > 0 {
            doubts.push(Doubt::LinkOverrun {
                host: host(),
                packets: record.link.counters.overrun,
            });
        }
    }
    // What a broken run's links did says nothing: their packets may still have been under way.
    if doubts.is_empty() {
        doubts.extend(links.iter().flat_map(unproven));
    }
    doubts
}

fn unproven(link: &LinkSummary) -> impl Iterator<Item = Doubt> {
    let refuted = link
        .proofs
        .iter()
        .filter(|proof| proof.state == ProofState::Refuted);
    refuted.map(|proof| Doubt::ConditionUnproven {
        host: link.host.clone(),
        toward: link.toward.clone(),
        phase: link.phase.map_or(0, |phase| phase.number),
        condition: proof.condition,
    })
}

/// Which links carried too few packets to be judged. One that carried none is not worth a word.
pub(crate) fn too_few(links: &[LinkSummary]) -> impl Iterator<Item = Note> {
    links
        .iter()
        .filter(|link| (1..ENOUGH as u64).contains(&link.sent))
        .map(|link| Note::FewPackets {
            host: link.host.clone(),
            count: link.sent,
        })
}

/// Whether a host's link drops what finds its queue full, and was asked for nothing else by which packets do
/// not arrive.
pub(crate) fn drops_only(links: &[LinkSummary], host: &str) -> bool {
    let mut links = links.iter().filter(|link| link.host == host);
    let drops_only = |link: &LinkSummary| {
        let asked = &link.asked;
        asked.queue.is_some()
            && asked.loss == Loss::None
            && asked.corrupt.is_never()
            && link.outage.is_none()
    };
    links.clone().count() > 0 && links.all(drops_only)
}

/// Whether a host's link was asked for something by which packets do not arrive.
pub(crate) fn may_lose(links: &[LinkSummary], host: &str) -> bool {
    let mut links = links.iter().filter(|link| link.host == host);
    links.any(|link| {
        let asked = &link.asked;
        asked.loss != Loss::None
            || !asked.corrupt.is_never()
            || asked.queue.is_some()
            || asked.path_mtu.is_some()
            || link.outage.is_some()
    })
}
