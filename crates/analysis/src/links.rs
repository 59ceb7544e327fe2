//! What links did, seen from both of their ends.

use crate::{
    model::{
        link::{Delay, LinkSummary},
        note::Note,
        verdict::Doubt,
    },
    wire::{Capture, arrival_capture_of, arrivals::Arrivals},
};
use record::{
    manifest::{Manifest, Outcome},
    run::Run,
};
use scenario::{
    impairment::Loss,
    plan::{Program, ProgramPlan},
};

/// With fewer packets than this a link's delay is not judged, nor by how much it loses.
const ENOUGH: u64 = 5;

/// A link may delay this much less than asked, in ns: the two captures' time stamps are taken
/// microseconds from where the delay begins and ends. Otherwise it can only be late.
const EARLY: u64 = 500_000;

/// A link may delay this much more than asked, in ns, or a quarter of what was asked, whichever is
/// more: the machine may be busy with other things.
const LATE: u64 = 10_000_000;

/// Measures each host's link.
pub(crate) fn links(
    manifest: &Manifest,
    captures: &[Capture<'_>],
    arrivals: &Arrivals,
) -> Vec<LinkSummary> {
    let hosts = manifest.variant.hosts.iter();
    hosts
        .map(|plan| {
            let place = captures
                .iter()
                .position(|capture| capture.host.as_ref().is_some_and(|h| h.name == plan.name));
            let (mut sent, mut delays) = (0, Vec::new());
            if let Some(place) = place {
                for (index, frame) in captures[place].frames.frames.iter().enumerate() {
                    let captured = arrival_capture_of(captures, frame.destination)
                        .is_some_and(|at| at != place && captures[at].frames.is_there);
                    if frame.source.ip() != plan.address || !captured {
                        continue;
                    }
                    sent += 1;
                    let arrived = arrivals.first(place, index);
                    delays.extend(arrived.map(|arrival| arrival.at.saturating_sub(frame.at)));
                }
            }
            LinkSummary {
                host: plan.name.clone(),
                asked: plan.link.start.egress.clone(),
                sent,
                missing: sent - delays.len() as u64,
                delay: delay(delays),
            }
        })
        .collect()
}

fn delay(mut delays: Vec<u64>) -> Option<Delay> {
    delays.sort_unstable();
    let (min, max) = (*delays.first()?, *delays.last()?);
    let median = delays[(delays.len() - 1) / 2];
    Some(Delay {
        count: delays.len() as u64,
        min,
        median,
        max,
    })
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

/// Which links carried too few packets to be judged. One that carried none is not worth a word.
pub(crate) fn too_few(links: &[LinkSummary]) -> impl Iterator<Item = Note> {
    links
        .iter()
        .filter(|link| (1..ENOUGH).contains(&link.sent))
        .map(|link| Note::FewPackets {
            host: link.host.clone(),
            count: link.sent,
        })
}

/// Whether a host's link was asked to lose packets.
pub(crate) fn may_lose(links: &[LinkSummary], host: &str) -> bool {
    let link = links.iter().find(|link| link.host == host);
    link.is_some_and(|link| link.asked.loss != Loss::None)
}

fn unproven(link: &LinkSummary) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let host = || link.host.clone();
    if let Some(measured) = link.delay
        && measured.count >= ENOUGH
    {
        let asked = u64::try_from(link.asked.delay.as_nanos()).unwrap_or(u64::MAX);
        let early = measured.median.saturating_add(EARLY) < asked;
        let late = measured.median > asked.saturating_add(LATE.max(asked / 4));
        if early || late {
            doubts.push(Doubt::DelayUnproven {
                host: host(),
                asked,
                measured,
            });
        }
    }
    if !loss_is_likely(link) {
        doubts.push(Doubt::LossUnproven {
            host: host(),
            sent: link.sent,
            missing: link.missing,
        });
    }
    doubts
}

/// Whether so many missing packets are likely: within five standard deviations (of a binomial
/// distribution) and two packets of the number expected, which a sound link fails less than once
/// in a hundred thousand runs. Where nothing or everything is to be lost, only that is likely.
fn loss_is_likely(link: &LinkSummary) -> bool {
    let share = match &link.asked.loss {
        Loss::None => return link.missing == 0,
        Loss::Independent(chance) => chance.share.fraction(),
        _ => return true,
    };
    if link.sent < ENOUGH {
        return true;
    }
    let expected = link.sent as f64 * share;
    let deviation = (expected * (1.0 - share)).sqrt();
    let far = (link.missing as f64 - expected).abs();
    if share >= 1.0 {
        far == 0.0
    } else {
        far <= 5.0 * deviation + 2.0
    }
}
