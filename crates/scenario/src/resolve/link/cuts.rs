//! Where the network is cut.

use super::timeline::Step;
use crate::{problem::Problems, written::Change};
use std::collections::BTreeSet;

/// Where the network is cut at some time.
#[derive(Default)]
pub(super) struct Cuts<'a> {
    /// Hosts that nothing leaves and nothing reaches.
    down: BTreeSet<&'a str>,
    /// From whom to whom nothing goes, besides.
    apart: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Cuts<'a> {
    /// Whom no packet of that host reaches.
    pub(super) fn of(&self, host: &'a str, names: &[&str]) -> BTreeSet<String> {
        if self.down.contains(host) {
            let others = names.iter().filter(|name| **name != host);
            return others.map(|name| (*name).to_owned()).collect();
        }
        let apart = self
            .apart
            .range((host, "")..)
            .take_while(|(from, _)| *from == host);
        let all = self.down.iter().chain(apart.map(|(_, toward)| toward));
        all.map(|name| (*name).to_owned()).collect()
    }

    /// Cuts or heals. That which changes nothing is a slip, and becomes a problem.
    pub(super) fn apply(&mut self, step: &Step<'a>, names: &[&'a str], problems: &mut Problems) {
        let cut = match step.change {
            Change::Down => true,
            Change::Up => false,
            Change::Keys(_) => return,
        };
        let mut changed = false;
        for host in names.iter().copied().filter(|name| step.concerns(name)) {
            changed |= match step.toward {
                None => set(&mut self.down, host, cut),
                Some(toward) => set(&mut self.apart, (host, toward), cut),
            };
        }
        if !changed {
            let (message, hint) = self.objection(step, cut);
            problems.add(step.span, message, hint);
        }
    }

    fn objection(&self, step: &Step<'_>, cut: bool) -> (String, String) {
        let host = step.host.unwrap_or("every host");
        let message = match (step.toward, cut) {
            (None, true) => format!("{host} is down already"),
            (None, false) => format!("{host} is not down"),
            (Some(toward), true) => format!("{host} is cut off from {toward} already"),
            (Some(toward), false) => format!("{host} is not cut off from {toward}"),
        };
        let partly = self
            .apart
            .iter()
            .find(|(from, _)| step.host.is_none_or(|host| host == *from));
        let hint = match (step.toward, partly) {
            _ if cut => "leave it away, or write `up` before it".to_owned(),
            (None, Some((_, toward))) => format!("to heal that, add `toward: {toward}`"),
            (Some(_), _) if self.down.contains(host) => {
                format!("{host} is down as a whole: leave `toward` away")
            }
            _ => "write `down` before it".to_owned(),
        };
        (message, hint)
    }
}

/// Puts it in or takes it out; whether that changed anything.
fn set<T: Ord>(of: &mut BTreeSet<T>, what: T, cut: bool) -> bool {
    if cut {
        of.insert(what)
    } else {
        of.remove(&what)
    }
}
