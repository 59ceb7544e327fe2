//! A host's link, resolved: what it does from the beginning, and what it does later.

use crate::impairment::Impairments;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A host's link. All of it acts on egress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkPlan {
    /// Who puts it into force.
    #[serde(default)]
    pub engine: Engine,
    /// What it does from the beginning.
    pub start: LinkState,
    /// What it does later, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// Who puts a link's impairments into force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The kernel's netem where it takes all that is asked, else the user-space link.
    #[default]
    Auto,
    /// The kernel's netem (tc-netem(8)).
    Netem,
    /// The user-space link.
    User,
}

/// From some moment on a link does something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Change {
    /// How long after the programs began.
    #[serde(with = "humantime_serde")]
    pub at: Duration,
    /// What it does then, all of it.
    pub state: LinkState,
}

/// All that a link does at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinkState {
    /// What happens to packets for hosts that are not named in `toward`.
    pub egress: Impairments,
    /// What happens, instead of all of that, to packets for one other host. Each is a link of its
    /// own, with packet numbers, chance and queue of its own, named `host>other`. The same hosts in
    /// every phase.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub toward: BTreeMap<String, Impairments>,
    /// Hosts that no packet reaches: the network is cut in between.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cut: BTreeSet<String>,
}

impl LinkPlan {
    /// The state of each phase with the time it begins, the first at zero.
    pub fn phases(&self) -> impl Iterator<Item = (Duration, &LinkState)> {
        let later = self.changes.iter().map(|change| (change.at, &change.state));
        std::iter::once((Duration::ZERO, &self.start)).chain(later)
    }

    /// The MTU of the host's interface, which stays the same.
    pub fn mtu(&self) -> u16 {
        self.start.egress.mtu
    }
}

impl LinkState {
    /// What happens to packets for that host.
    pub fn impairments(&self, host: &str) -> &Impairments {
        self.toward.get(host).unwrap_or(&self.egress)
    }
}

impl From<Impairments> for LinkPlan {
    fn from(egress: Impairments) -> Self {
        Self {
            start: LinkState {
                egress,
                ..LinkState::default()
            },
            ..Self::default()
        }
    }
}
