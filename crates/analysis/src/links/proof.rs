//! What was asked of a link, compared with what was seen.

use super::{
    EARLY, ENOUGH, IMPROBABLE, PAUSE, RATE_TOLERANCE, delay,
    group::Group,
    measure::{at_once_below, hides_those_at_once},
    passage::Outcome,
    queue::{self, Filling},
    rate,
    shares::Shares,
};
use crate::{
    model::link::{LinkSummary, Proof, ProofState},
    statistics::Chain,
};
use scenario::{
    expectation::Condition,
    impairment::{Chance, Impairments, Loss, RateLimit},
};

/// Bytes of Ethernet's header, in which the kernel's netem flips bits, too.
pub(super) const ETHERNET: f64 = 14.0;

/// Of these, the type: what has another one arrives nowhere.
pub(super) const TYPE: f64 = 2.0;

/// The sender's address: nobody looks at it.
pub(super) const SOURCE: f64 = 6.0;

/// A gap has a state for each packet in it, each looked at for each packet sent. More is not computed:
/// a gap may be of billions.
const MOST_WORK: usize = 100_000_000;

/// Everything that can be compared. Delay and loss are always asked for, if only for none.
pub(super) fn proofs(
    group: &Group<'_>,
    seen: &LinkSummary,
    delays: &[u64],
    filling: Option<Filling>,
) -> Vec<Proof> {
    let asked = &group.asked;
    let mut proofs = vec![
        plain(Condition::Delay, delay::asked_for(group, delays)),
        loss(group, seen, filling),
    ];
    if let Some(jitter) = asked.jitter {
        proofs.push(plain(
            Condition::Jitter,
            delay::spread(asked, jitter, delays),
        ));
    }
    if !asked.duplicate.is_never() || seen.duplicated > 0 {
        proofs.push(duplicate(group, seen, filling));
    }
    if !asked.corrupt.is_never() || seen.corrupted > 0 {
        proofs.push(corrupt(group, seen));
    }
    if asked.reorder.is_some() {
        proofs.push(reorder(asked, group, seen));
    }
    if let Some(limit) = asked.rate {
        proofs.push(plain(Condition::Rate, rate_of(limit, group)));
    }
    if let Some(queue) = asked.queue {
        let state = match filling {
            None => ProofState::Indistinct,
            Some(filling) if queue::is_beyond(queue, filling) => ProofState::Refuted,
            Some(filling) if filling.dropped > 0 => ProofState::Proven,
            Some(_) => ProofState::TooFew,
        };
        proofs.push(plain(Condition::Queue, state));
    }
    proofs.extend(mtu(group, seen));
    if let Some(outage) = seen.outage {
        let state = match (outage.sent, outage.arrived) {
            (0, _) => ProofState::TooFew,
            (_, 0) => ProofState::Proven,
            _ => ProofState::Refuted,
        };
        proofs.push(plain(Condition::Outage, state));
    }
    proofs
}

fn plain(condition: Condition, state: ProofState) -> Proof {
    Proof {
        condition,
        state,
        probability: None,
    }
}

/// A share of `steps` packets to which something happened, against the chance of it.
fn share(
    group: &Group<'_>,
    condition: Condition,
    chance: Chance,
    steps: usize,
    events: u64,
) -> Proof {
    if group.engine == "netem" && !chance.correlation.is_zero() {
        // The kernel mixes correlated draws, by which the share is no longer what was asked.
        return plain(condition, ProofState::KernelDraws);
    }
    let chain = Chain::correlated(chance.share.fraction(), chance.correlation.fraction());
    against(condition, &chain, steps, events)
}

fn against(condition: Condition, chain: &Chain, steps: usize, events: u64) -> Proof {
    let probability = chain.probability(steps, events as usize);
    let state = if probability < IMPROBABLE {
        ProofState::Refuted
    } else if steps < ENOUGH || (events == 0 && chain.none(steps) >= IMPROBABLE) {
        // That nothing happened would be as likely without.
        ProofState::TooFew
    } else {
        ProofState::Proven
    };
    Proof {
        condition,
        state,
        probability: Some(probability),
    }
}

fn loss(group: &Group<'_>, seen: &LinkSummary, filling: Option<Filling>) -> Proof {
    let asked = &group.asked;
    if hides_losses(group) {
        return plain(Condition::Loss, ProofState::Indistinct);
    }
    // What a router refused, or a full queue dropped, is not the loss'.
    let small = || {
        let members = group.members.iter();
        members
            .filter(|member| !group.is_too_large(member))
            .filter(|member| member.passage.outcome != Outcome::UnderWay)
    };
    let missing = small().filter(|member| member.passage.outcome == Outcome::Missing);
    let (steps, lost) = (small().count(), missing.count() as u64);
    let dropped = filling.map_or(0, |filling| filling.dropped).min(lost);
    let proof = |chain: &Chain| {
        let proof = against(
            Condition::Loss,
            chain,
            steps - dropped as usize,
            lost - dropped,
        );
        // Which of the missing were lost and which dropped, nobody can tell.
        match proof.state {
            ProofState::Refuted if dropped > 0 && asked.loss != Loss::None => {
                plain(Condition::Loss, ProofState::Indistinct)
            }
            _ => proof,
        }
    };
    // Netem flips bits of the Ethernet header, too, and a frame of another type arrives nowhere.
    let astray = if group.engine == "netem" {
        asked.corrupt.share.fraction() * TYPE / (ETHERNET + group.mean_length())
    } else {
        0.0
    };
    // One both lost and copied arrives once. Netem may lose the copy, too.
    let copied = asked.duplicate.share.fraction();
    let once = |loss: f64| {
        let both = copied * (1.0 - loss);
        let one = (1.0 - copied) * (1.0 - loss) + copied * loss;
        let copy_astray = if group.engine == "netem" {
            loss + (1.0 - loss) * astray
        } else {
            0.0
        };
        loss * (1.0 - copied) + one * astray + both * astray * copy_astray
    };
    match &asked.loss {
        Loss::None if astray > 0.0 => {
            let found = proof(&Chain::independent(once(0.0)));
            let state = if found.state.is_open() {
                ProofState::Proven
            } else {
                found.state
            };
            Proof { state, ..found }
        }
        Loss::None if lost == dropped && seen.sent == 0 => {
            plain(Condition::Loss, ProofState::TooFew)
        }
        Loss::None => plain(Condition::Loss, ProofState::of(lost == dropped)),
        Loss::Independent(chance) if group.engine == "netem" && !chance.correlation.is_zero() => {
            plain(Condition::Loss, ProofState::KernelDraws)
        }
        Loss::Independent(chance) => {
            let share = once(chance.share.fraction());
            proof(&Chain::correlated(share, chance.correlation.fraction()))
        }
        Loss::GilbertElliott(model) => {
            let (p, r) = (model.p.fraction(), model.r.fraction());
            // A phase may find the link bad already; as often as it is in the long run.
            let is_first = group.phase.is_none_or(|phase| phase.number == 0);
            let bad = if is_first {
                0.0
            } else {
                p / (p + r).max(f64::MIN_POSITIVE)
            };
            let [good_loss, bad_loss] =
                [model.good_loss, model.bad_loss].map(|loss| once(loss.fraction()));
            proof(&Chain::gilbert_elliott(p, r, good_loss, bad_loss).starting(vec![1.0 - bad, bad]))
        }
        Loss::Packets(_) if asked.path_mtu.is_some() => {
            plain(Condition::Loss, ProofState::Indistinct)
        }
        Loss::Packets(numbers) => {
            let fits = group.members.iter().all(|member| {
                let is_missing = member.passage.outcome == Outcome::Missing;
                is_missing == numbers.contains(&member.number)
            });
            let met = group
                .members
                .iter()
                .any(|member| numbers.contains(&member.number));
            plain(
                Condition::Loss,
                match (fits, met) {
                    (false, _) if dropped > 0 => ProofState::Indistinct,
                    (false, _) => ProofState::Refuted,
                    (true, true) => ProofState::Proven,
                    (true, false) => ProofState::TooFew,
                },
            )
        }
    }
}

/// Of the packets that arrived; netem flips bits of the Ethernet header, too, where not all are seen.
fn corrupt(group: &Group<'_>, seen: &LinkSummary) -> Proof {
    let (chance, arrived) = (group.asked.corrupt, seen.arrived() as usize);
    if chance.is_never() || !chance.correlation.is_zero() {
        return share(group, Condition::Corrupt, chance, arrived, seen.corrupted);
    }
    let chain = Chain::independent(Shares::of(group).corrupted());
    against(Condition::Corrupt, &chain, arrived, seen.corrupted)
}

/// Whether a lost packet and a copy of another that is alike make up for each other, or what was lost
/// depends on more than how many were; and nobody can tell which were lost and which still under way.
fn hides_losses(group: &Group<'_>) -> bool {
    let asked = &group.asked;
    let depends_on_which = matches!(asked.loss, Loss::Packets(_)) || asked.queue.is_some();
    let is_unclear = group.has_alike() || group.has_under_way();
    is_unclear && (depends_on_which || !asked.duplicate.is_never())
}

/// Of the packets that arrived at all: one both lost and copied arrives once.
fn duplicate(group: &Group<'_>, seen: &LinkSummary, filling: Option<Filling>) -> Proof {
    let asked = &group.asked;
    // A queue may have room for a packet and not for its copy.
    let is_full = asked.queue.is_some() && filling.is_none_or(|filling| filling.dropped > 0);
    let is_hidden = (is_full || group.has_under_way()) && !asked.duplicate.is_never();
    if is_hidden || (group.has_alike() && asked.loss != Loss::None) {
        return plain(Condition::Duplicate, ProofState::Indistinct);
    }
    let whole = (seen.arrived() - seen.corrupted - seen.fragmented) as usize;
    let chance = asked.duplicate;
    let shares = Shares::of(group);
    if !shares.interfere() || chance.is_never() {
        return share(group, Condition::Duplicate, chance, whole, seen.duplicated);
    }
    let chain = Chain::correlated(shares.twice(), chance.correlation.fraction());
    against(Condition::Duplicate, &chain, whole, seen.duplicated)
}

fn reorder(asked: &Impairments, group: &Group<'_>, seen: &LinkSummary) -> Proof {
    let open = plain(Condition::Reorder, ProofState::Indistinct);
    if group.has_alike() {
        return open;
    }
    let Some(reorder) = asked.reorder.filter(|_| at_once_below(asked).is_some()) else {
        return open;
    };
    let steps = seen.arrived() as usize;
    if reorder.gap <= 1 {
        return share(
            group,
            Condition::Reorder,
            reorder.chance,
            steps,
            seen.at_once,
        );
    }
    if group.has_under_way() {
        return open;
    }
    // Packets that are lost count in the gap, and nobody sees whether they went at once.
    let arrives = match &asked.loss {
        Loss::None if seen.arrived() == seen.sent => 1.0,
        Loss::Independent(loss) => 1.0 - loss.share.fraction(),
        _ => return open,
    };
    if !reorder.chance.correlation.is_zero() {
        return open;
    }
    if (reorder.gap as usize).saturating_mul(seen.sent as usize) > MOST_WORK {
        return plain(Condition::Reorder, ProofState::TooFew);
    }
    let share = reorder.chance.share.fraction();
    let chain = Chain::with_gap(share, reorder.gap as usize, arrives);
    against(Condition::Reorder, &chain, seen.sent as usize, seen.at_once)
}

/// The rate of the longest stretch in which packets were waiting.
fn rate_of(limit: RateLimit, group: &Group<'_>) -> ProofState {
    if hides_those_at_once(&group.asked) || group.has_alike() {
        return ProofState::Indistinct;
    }
    let stretch = rate::longest_stretch(&group.asked, &group.members);
    let Some((stretch, found)) = stretch.and_then(|stretch| Some((stretch, stretch.rate()?)))
    else {
        return ProofState::TooFew;
    };
    let uncertain = stretch.uncertainty(EARLY);
    let slow = stretch.uncertainty(PAUSE);
    let asked = limit.rate.bits_per_second() as f64;
    let off = found as f64 / asked - 1.0;
    if off > RATE_TOLERANCE + uncertain {
        ProofState::Refuted
    } else if slow > 0.5 {
        // So short a stretch could be as slow for the machine's being busy.
        ProofState::TooFew
    } else if off >= -RATE_TOLERANCE - slow {
        ProofState::Proven
    } else if group.asked.jitter.is_some() {
        // The line pauses for a packet whose delay is longer than its wait.
        ProofState::Indistinct
    } else {
        ProofState::Refuted
    }
}

/// The path's MTU where one is asked for, else the interface's where it is not Ethernet's.
fn mtu(group: &Group<'_>, seen: &LinkSummary) -> Option<Proof> {
    let asked = &group.asked;
    let usual = Impairments::default().mtu;
    let state = if let Some(limit) = asked.path_mtu.map(u32::from) {
        let met = group
            .members
            .iter()
            .any(|member| member.passage.length > limit);
        match seen.largest {
            Some(largest) if largest > limit => ProofState::Refuted,
            // Where nothing arrives at all, nothing is told apart by its size.
            Some(_) if met => ProofState::Proven,
            _ => ProofState::TooFew,
        }
    } else if asked.mtu != usual {
        let limit = u32::from(asked.mtu);
        let sent = group
            .members
            .iter()
            .map(|member| member.passage.length)
            .max();
        match sent {
            Some(largest) if largest > limit => ProofState::Refuted,
            // Fragments are cut to multiples of eight bytes.
            Some(largest) if largest + 8 > limit => ProofState::Proven,
            _ => ProofState::TooFew,
        }
    } else {
        return None;
    };
    Some(plain(Condition::Mtu, state))
}
