//! Leads the agents of one run through its phases, and watches the clock.

mod roster;

use crate::{BackendError, Lab};
use control::{Order, Report, Task};
use record::{
    layout::RunDir,
    manifest::{HostRecord, Outcome},
};
use roster::{Incoming, Roster};
use scenario::plan::VariantPlan;
use std::{
    fs, io,
    path::PathBuf,
    sync::mpsc::RecvTimeoutError,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

pub use roster::Interrupter;

/// How long agents may take for what is not the scenario's own time.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long agents may take to hand in what there is of a run that broke off.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// How long connections may take to end after their programs have.
const SETTLING: Duration = Duration::from_secs(3);

/// What was let go and has not come for so long does not come: nobody has that address.
const ASTRAY: Duration = Duration::from_millis(300);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(1);

/// How many lines of a host's log go into a message.
const LOG_LINES: usize = 12;

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// What to play.
    pub variant: &'a VariantPlan,
    /// Where all chance comes from.
    pub seed: u64,
    /// Where the files go. It must exist.
    pub dir: &'a RunDir,
}

/// Where a run stands, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Hosts, links and captures are being set up.
    Preparing,
    /// Programs are being started.
    Launching,
    /// The scenario plays.
    Playing,
    /// Servers are told to end, the last packets arrive.
    Ending,
    /// Files are being completed.
    Collecting,
}

/// What came of a run.
#[derive(Debug)]
pub struct Played {
    /// How it ended.
    pub outcome: Outcome,
    /// Wall-clock time in ns since 1970 when the programs were let go, if it came to that.
    pub began: Option<u64>,
    /// What the hosts reported.
    pub hosts: Vec<HostRecord>,
}

/// Why there is no run at all.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    /// The hosts did not come up.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The control connections don't work.
    #[error("can't listen to the agents")]
    Control(#[source] io::Error),
    /// The user wants to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Why a run did not get to its end.
#[derive(Debug)]
struct Trouble {
    host: usize,
    reason: String,
}

/// Leads one run. Whatever goes wrong on a host is part of the outcome; an error means that there
/// was no run.
///
/// # Errors
/// See [`LeadError`].
pub fn lead(
    lab: &mut dyn Lab,
    assignment: Assignment<'_>,
    interrupter: &Interrupter,
    progress: &dyn Fn(Phase),
) -> Result<Played, LeadError> {
    let roster = Roster::listen(lab.agents(), interrupter).map_err(LeadError::Control)?;
    let names = assignment
        .variant
        .hosts
        .iter()
        .map(|host| host.name.clone())
        .collect();
    let mut leader = Leader {
        roster,
        names,
        workplace: lab.workplace(assignment.dir),
        assignment,
        progress,
        began: None,
    };
    let trouble = match leader.play() {
        Ok(()) => None,
        Err(Stop::Interrupted) => return Err(LeadError::Interrupted),
        Err(Stop::NeverUp) => {
            leader.roster.dismiss();
            return Err(lab
                .obituary()
                .map_or(LeadError::Interrupted, LeadError::Backend));
        }
        Err(Stop::Trouble(trouble)) => Some(trouble),
    };
    let patience = if trouble.is_none() {
        PATIENCE
    } else {
        LAST_PATIENCE
    };
    let (records, late) = leader.collect(patience)?;
    leader.roster.dismiss();
    let brought = lab.bring_home(assignment.dir);
    let outcome = match (trouble.or(late), brought) {
        (Some(trouble), _) => leader.broken(trouble),
        (None, Err(error)) => return Err(error.into()),
        (None, Ok(())) => Outcome::Completed,
    };
    Ok(Played {
        outcome,
        began: leader.began,
        hosts: records,
    })
}

/// What all agents together report of packets and connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    offered: u64,
    open: usize,
    delivered: u64,
    arrived: u64,
}

impl Counts {
    fn add(&mut self, report: &Report) {
        if let Report::Settled {
            offered,
            open,
            delivered,
            arrived,
        } = report
        {
            self.offered += offered;
            self.open += open;
            self.delivered += delivered;
            self.arrived += arrived;
        }
    }
}

enum Stop {
    Trouble(Trouble),
    NeverUp,
    Interrupted,
}

struct Leader<'a> {
    roster: Roster,
    names: Vec<String>,
    /// Where hosts write their files, as they know it.
    workplace: PathBuf,
    assignment: Assignment<'a>,
    progress: &'a dyn Fn(Phase),
    began: Option<u64>,
}

impl Leader<'_> {
    fn enter(&self, phase: Phase) {
        tracing::debug!(?phase, "run");
        (self.progress)(phase);
    }

    fn play(&mut self) -> Result<(), Stop> {
        let Assignment { variant, seed, .. } = self.assignment;
        self.enter(Phase::Preparing);
        self.answers(PATIENCE, "did not come up", |report| {
            matches!(report, Report::Hello)
        })?;
        for host in 0..self.names.len() {
            let task = Task {
                host: self.names[host].clone(),
                variant: variant.clone(),
                seed,
                dir: self.workplace.clone(),
            };
            self.roster.tell(host, &Order::Prepare(Box::new(task)));
        }
        self.answers(PATIENCE, "did not set up its link and capture", |report| {
            matches!(report, Report::Prepared)
        })?;
        self.enter(Phase::Launching);
        self.roster.tell_all(&Order::Launch);
        self.answers(
            variant.deadline,
            "had a program that never became ready",
            |report| matches!(report, Report::Launched),
        )?;
        self.enter(Phase::Playing);
        let at = wall_clock();
        self.began = Some(at);
        self.roster.tell_all(&Order::Go { at });
        self.answers(variant.deadline, "was not done at the deadline", |report| {
            matches!(report, Report::Done)
        })?;
        self.enter(Phase::Ending);
        // What the programs that are done have sent must reach those that are not.
        self.settle(false)?;
        self.roster.tell_all(&Order::Finish);
        self.answers(
            PATIENCE,
            "had a program that did not end when it was told to",
            |report| matches!(report, Report::Finished),
        )?;
        self.settle(true)
    }

    /// A run has settled when a whole round of agents reports no packet more than the round before: the
    /// answer to one host's last packet may still make another host send. And what links have let go must
    /// have come: between containers it takes its time.
    fn settle(&mut self, ended: bool) -> Result<(), Stop> {
        let begin = Instant::now();
        let mut before = None;
        let mut since = begin;
        loop {
            let patience = SETTLING.saturating_sub(begin.elapsed());
            self.roster.tell_all(&Order::Settle { ended, patience });
            let reports = self.answers(PATIENCE, "did not settle", |report| {
                matches!(report, Report::Settled { .. })
            })?;
            let mut now = Counts::default();
            reports.iter().for_each(|report| now.add(report));
            if patience.is_zero() {
                return Ok(());
            }
            if before == Some(now) {
                if now.arrived >= now.delivered || since.elapsed() > ASTRAY {
                    return Ok(());
                }
                thread::sleep(LOOK);
            } else {
                before = Some(now);
                since = Instant::now();
            }
        }
    }

    /// Collects what there is, from every agent that is still there.
    fn collect(
        &mut self,
        patience: Duration,
    ) -> Result<(Vec<HostRecord>, Option<Trouble>), LeadError> {
        self.enter(Phase::Collecting);
        self.roster.tell_all(&Order::Collect);
        let hosts = 0..self.names.len();
        let mut waiting: Vec<bool> = hosts.map(|host| self.roster.is_there(host)).collect();
        let mut records: Vec<Option<HostRecord>> = vec![None; self.names.len()];
        let mut trouble = None;
        let deadline = Instant::now() + patience;
        while let Some(host) = waiting.iter().position(|waiting| *waiting) {
            match self.roster.next(deadline) {
                Ok(Incoming::Report(host, Report::Collected(record))) => {
                    records[host] = Some(*record);
                    waiting[host] = false;
                }
                Ok(Incoming::Report(host, Report::Trouble { reason }))
                | Ok(Incoming::Gone(host, reason)) => {
                    if waiting[host] {
                        trouble.get_or_insert(Trouble { host, reason });
                        waiting[host] = false;
                    }
                }
                // What was under way when the order to collect overtook it.
                Ok(Incoming::Report(..)) => {}
                Ok(Incoming::Interrupted) => return Err(LeadError::Interrupted),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    let reason = "did not hand in its results".into();
                    trouble.get_or_insert(Trouble { host, reason });
                    break;
                }
            }
        }
        Ok((records.into_iter().flatten().collect(), trouble))
    }

    /// Waits until every agent has answered in the way that `expected` recognises.
    fn answers(
        &mut self,
        patience: Duration,
        otherwise: &str,
        expected: fn(&Report) -> bool,
    ) -> Result<Vec<Report>, Stop> {
        let deadline = Instant::now() + patience;
        let mut answers: Vec<Option<Report>> = vec![None; self.names.len()];
        while let Some(host) = answers.iter().position(Option::is_none) {
            match self.roster.next(deadline) {
                Ok(Incoming::Report(host, Report::Trouble { reason })) => {
                    return Err(Stop::Trouble(Trouble { host, reason }));
                }
                Ok(Incoming::Report(host, report)) if expected(&report) => {
                    answers[host] = Some(report);
                }
                Ok(Incoming::Report(host, report)) => {
                    let reason = format!("its agent said {report:?} out of turn");
                    return Err(Stop::Trouble(Trouble { host, reason }));
                }
                Ok(Incoming::Gone(..)) if !self.roster.was_up() => return Err(Stop::NeverUp),
                Ok(Incoming::Gone(host, reason)) => {
                    return Err(Stop::Trouble(Trouble { host, reason }));
                }
                Ok(Incoming::Interrupted) => return Err(Stop::Interrupted),
                Err(_) => {
                    let patience = humantime::format_duration(patience);
                    let programs = self.programs_of(host);
                    let reason = format!("{otherwise} after {patience} ({programs})");
                    return Err(Stop::Trouble(Trouble { host, reason }));
                }
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    fn programs_of(&self, host: usize) -> String {
        let plan = self.assignment.variant.host(&self.names[host]);
        let names = plan.into_iter().flat_map(|plan| &plan.run);
        names
            .map(|program| program.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn broken(&self, trouble: Trouble) -> Outcome {
        let host = self.names[trouble.host].clone();
        // A log that can't be read is missing from the message, which has its reason already.
        let log = fs::read_to_string(self.assignment.dir.log(&host)).unwrap_or_default();
        let mut lines: Vec<String> = log
            .lines()
            .rev()
            .take(LOG_LINES)
            .map(str::to_owned)
            .collect();
        lines.reverse();
        Outcome::Broken {
            host,
            reason: trouble.reason,
            log: lines,
        }
    }
}

fn wall_clock() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
