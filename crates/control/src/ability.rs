//! What a machine can do.

use serde::{Deserialize, Serialize};

/// Whether a machine can do something, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ability {
    /// Whether it can.
    pub state: State,
    /// One line: which version, or why not.
    pub detail: String,
}

/// Whether a machine can do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It can.
    Ok,
    /// Something is not there.
    Missing,
    /// It is there, and this user may not.
    Forbidden,
}

impl Ability {
    /// The machine can.
    pub fn ok(detail: impl Into<String>) -> Self {
        Self::new(State::Ok, detail)
    }

    /// Something is not there.
    pub fn missing(detail: impl Into<String>) -> Self {
        Self::new(State::Missing, detail)
    }

    /// This user may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(State::Forbidden, detail)
    }

    /// Whether the machine can.
    pub fn is_ok(&self) -> bool {
        self.state == State::Ok
    }

    fn new(state: State, detail: impl Into<String>) -> Self {
        Self {
            state,
            detail: detail.into(),
        }
    }
}

/// What a host in a namespace of its own can do on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostAbilities {
    /// The user-space link: a pair of interfaces and packet sockets on them.
    pub link: Ability,
    /// Switching off what makes captures differ from the wire.
    pub offloads: Ability,
    /// The kernel's own impairments.
    pub netem: Ability,
}
