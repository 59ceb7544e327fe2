//! When a link is to do something else.

use crate::Nanos;
use scenario::plan::{Change, LinkPlan, LinkState};
use std::collections::VecDeque;

/// A phase that a link came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseBegan {
    /// From when on packets met it, by the clock that the timetable is told.
    pub at: Nanos,
    /// What was put into force.
    pub state: LinkState,
}

/// Changes to come, and those that were.
#[derive(Debug)]
pub struct Timetable {
    coming: VecDeque<Change>,
    /// When the programs began, from which changes are timed; none before that.
    begin: Option<u64>,
    began: Vec<PhaseBegan>,
}

impl Timetable {
    /// The link does what the plan says first from `now` on.
    pub fn new(plan: &LinkPlan, now: u64) -> Self {
        Self {
            coming: plan.changes.iter().cloned().collect(),
            begin: None,
            began: vec![PhaseBegan {
                at: now,
                state: plan.start.clone(),
            }],
        }
    }

    /// Changes are timed from `at`; not at all without.
    pub fn begin(&mut self, at: Option<u64>) {
        self.begin = at;
    }

    /// When the next change comes, if its time can be told.
    pub fn next(&self) -> Option<u64> {
        let after = self.coming.front()?.at.as_nanos();
        let after = u64::try_from(after).unwrap_or(u64::MAX);
        Some(self.begin?.saturating_add(after))
    }

    /// What the link is to do from now on, when the next change has come by `time`.
    pub fn take(&mut self, time: u64) -> Option<&LinkState> {
        let at = self.next().filter(|at| *at <= time)?;
        let change = self.coming.pop_front()?;
        self.began.push(PhaseBegan {
            at,
            state: change.state,
        });
        self.began.last().map(|phase| &phase.state)
    }

    /// The phases that the link came to.
    pub fn into_phases(self) -> Vec<PhaseBegan> {
        self.began
    }
}
