//! One run, from set-up to the last packet: what a coordinator does with agents.

use crate::{
    EPOCH, SimError,
    lab::{Lab, Play, STUCK},
    seat::Seat,
};
use emulator::Nanos;
use record::{
    manifest::{self, Manifest, Outcome, Place, SIMULATED},
    run::Run,
};
use scenario::plan::{Plan, VariantPlan};
use stack::SMOLTCP;

/// How long connections may take to end after their programs have.
const SETTLING: Nanos = 3_000_000_000;
/// How long it is looked whether a host answers the last packet.
const LOOK: Nanos = 1_000_000;
/// How long programs may take to end when they are told to.
const PATIENCE: Nanos = 10_000_000_000;

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// The scenario.
    pub plan: &'a Plan,
    /// The variant of it, without an [obstacle](crate::obstacle).
    pub variant: &'a VariantPlan,
    /// Where all chance comes from.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// The run, as a directory would hold it.
    pub run: Run,
    /// Each host's log, in the plan's order.
    pub logs: Vec<Vec<String>>,
}

/// Simulates one run. Whatever goes wrong on a host is part of the run's outcome.
///
/// # Errors
/// There is no run: see [`SimError`].
pub fn play(assignment: Assignment<'_>) -> Result<Simulated, SimError> {
    play_until(assignment, STUCK)
}

/// Plays it, and gives up after so many steps at one instant.
fn play_until(assignment: Assignment<'_>, stuck: u64) -> Result<Simulated, SimError> {
    let Assignment {
        plan,
        variant,
        seed,
    } = assignment;
    let hosts = variant.hosts.iter();
    let seats: Result<Vec<_>, _> = hosts.map(|host| Seat::new(variant, host, seed)).collect();
    let addresses = variant.hosts.iter().map(|host| host.address);
    let play = Play {
        variant: variant.name.clone(),
        seed,
        stuck,
    };
    let mut lab = Lab::new(play, seats?, addresses);
    let mut launched = Ok(());
    let mut plans = variant.hosts.iter();
    lab.all(|seat, now| {
        if let (Ok(()), Some(plan)) = (&launched, plans.next()) {
            launched = seat.launch(plan, now);
        }
    })?;
    launched?;
    lab.all(Seat::go)?;
    let trouble = lead(&mut lab, variant)?;
    let ended = lab.now;
    let mut run = Run {
        manifest: Manifest {
            version: manifest::VERSION,
            tinygram: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: plan.name.clone(),
            title: plan.title.clone(),
            variant: variant.clone(),
            seed,
            place: Place {
                backend: SIMULATED.to_owned(),
                kernel: SMOLTCP.to_owned(),
                machine: "virtual".to_owned(),
            },
            started: EPOCH,
            began: Some(EPOCH),
            ended,
            outcome: Outcome::Completed,
            hosts: Vec::new(),
            measured: None,
        },
        hosts: Vec::new(),
    };
    let mut logs = Vec::new();
    for seat in lab.into_seats() {
        let (record, data, log) = seat.end(ended)?;
        run.manifest.hosts.push(record);
        run.hosts.push(data);
        logs.push(log);
    }
    if let Some((place, reason)) = trouble {
        run.manifest.outcome = Outcome::Broken {
            host: variant.hosts[place].name.clone(),
            reason,
            log: logs[place].clone(),
        };
    }
    Ok(Simulated { run, logs })
}

/// Which host broke the run, and how.
type Trouble = Option<(usize, String)>;

fn lead(lab: &mut Lab, variant: &VariantPlan) -> Result<Trouble, SimError> {
    let deadline = u64::try_from(variant.deadline.as_nanos()).unwrap_or(u64::MAX);
    let deadline = lab.now.saturating_add(deadline);
    lab.pass(deadline, |tally| {
        tally.undone == 0 || tally.failed.is_some()
    })?;
    if let Some(trouble) = failure(lab) {
        return Ok(Some(trouble));
    }
    if lab.tally().undone > 0 {
        let patience = format!("was not done at the deadline after {:?}", variant.deadline);
        return Ok(late(lab, variant, &patience, |seat| !seat.host.is_done()));
    }
    // What the programs that are done have sent must reach those that are not.
    settle(lab, false)?;
    lab.all(|seat, now| seat.host.stop(now))?;
    let finished = lab.pass(lab.now + PATIENCE, |tally| tally.unfinished == 0)?;
    if let Some(trouble) = failure(lab) {
        return Ok(Some(trouble));
    }
    if !finished {
        let otherwise = "had a program that did not end when it was told to";
        let is_late = |seat: &Seat| !seat.host.is_finished();
        return Ok(late(lab, variant, otherwise, is_late));
    }
    settle(lab, true)?;
    Ok(None)
}

/// Waits until no packet is under way and none is sent any more; when all programs have ended, also
/// until no connection is open.
fn settle(lab: &mut Lab, ended: bool) -> Result<(), SimError> {
    let until = lab.now + SETTLING;
    let is_quiet = |tally: &crate::lab::Tally| tally.busy == 0 && !(ended && tally.connected > 0);
    while lab.pass(until, is_quiet)? {
        let before = lab.offered();
        lab.pass((lab.now + LOOK).min(until), |_| false)?;
        if lab.offered() == before || lab.now >= until {
            return Ok(());
        }
    }
    Ok(())
}

fn failure(lab: &Lab) -> Trouble {
    let place = lab.tally().failed?;
    let (program, reason) = lab.seats()[place].failure()?;
    Some((place, format!("its program {program} failed: {reason}")))
}

fn late(
    lab: &Lab,
    variant: &VariantPlan,
    otherwise: &str,
    is_late: impl Fn(&Seat) -> bool,
) -> Trouble {
    let place = lab.seats().iter().position(is_late)?;
    let programs = variant.hosts[place].run.iter();
    let names: Vec<&str> = programs.map(|program| program.name.as_str()).collect();
    Some((place, format!("{otherwise} ({})", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No scenario is known that makes time stand still; so a few steps must do.
    #[test]
    fn where_time_stands_still_the_run_ends_with_how_each_host_stands() {
        let plan = scenario::catalogue::find("greeting").expect("it is built in");
        let plan = plan.load().expect("it is valid");
        let assignment = Assignment {
            plan: &plan,
            variant: &plan.variants[0],
            seed: 7,
        };
        assert!(play_until(assignment, STUCK).is_ok());
        let error = play_until(assignment, 1).expect_err("two hosts do something at once");
        let told = error.to_string();
        let variant = &plan.variants[0].name;
        assert!(
            told.contains(&format!("simulation of {variant} with seed 7 is stuck")),
            "{told}"
        );
        for host in &plan.variants[0].hosts {
            assert!(told.contains(&format!("\n  {}: ", host.name)), "{told}");
        }
    }
}
