//! When the link is to do something else.

use crate::PhaseBegan;
use scenario::plan::{Change, LinkPlan, LinkState};
use std::collections::VecDeque;

/// Changes to come, and those that were.
#[derive(Debug)]
pub(super) struct Timetable {
    coming: VecDeque<Change>,
    /// Wall-clock time in ns from which changes are timed; none before the programs began.
    begin: Option<u64>,
    began: Vec<PhaseBegan>,
}

impl Timetable {
    /// The link does what the plan says first from `now` (wall clock, ns) on.
    pub(super) fn new(plan: &LinkPlan, now: u64) -> Self {
        Self {
            coming: plan.changes.iter().cloned().collect(),
            begin: None,
            began: vec![PhaseBegan {
                at: now,
                state: plan.start.clone(),
            }],
        }
    }

    pub(super) fn begin(&mut self, at: Option<u64>) {
        self.begin = at;
    }

    /// Wall-clock time in ns of the next change, if its time can be told.
    pub(super) fn next(&self) -> Option<u64> {
        let after = self.coming.front()?.at.as_nanos();
        let after = u64::try_from(after).unwrap_or(u64::MAX);
        Some(self.begin?.saturating_add(after))
    }

    /// What the link is to do from now on, when the next change has come by `time`.
    pub(super) fn take(&mut self, time: u64) -> Option<&LinkState> {
        let at = self.next().filter(|at| *at <= time)?;
        let change = self.coming.pop_front()?;
        self.began.push(PhaseBegan {
            at,
            state: change.state,
        });
        self.began.last().map(|phase| &phase.state)
    }

    /// The phases that the link came to.
    pub(super) fn into_phases(self) -> Vec<PhaseBegan> {
        self.began
    }
}
