//! One case: a scenario, and what must be found in a run of it because it was made so.

use scenario::finding::{Cause, FindingCode};

/// Where a case is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    /// Simulated hosts.
    Smoltcp,
    /// Namespaces.
    Linux,
}

/// A scenario and its labels. A finding that no label names must not be there.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Which way of making it.
    pub(crate) kind: &'static str,
    pub(crate) yaml: String,
    pub(crate) labels: Vec<Label>,
}

/// A finding at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) code: FindingCode,
    pub(crate) host: &'static str,
    pub(crate) claim: Claim,
}

/// What is known of it before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It must be there, with this cause.
    There(Cause),
    /// Exactly so often, with this cause.
    Times(Cause, u64),
    /// The diaries say where it is; wherever that is, this is its cause.
    WhereTold(Cause),
    /// How the case was made does not decide: not judged.
    Open,
}

impl Case {
    pub(crate) fn new(kind: &'static str, yaml: String) -> Self {
        let labels = Vec::new();
        Self { kind, yaml, labels }
    }

    fn label(mut self, code: FindingCode, host: &'static str, claim: Claim) -> Self {
        self.labels.push(Label { code, host, claim });
        self
    }

    pub(crate) fn there(self, code: FindingCode, host: &'static str, cause: Cause) -> Self {
        self.label(code, host, Claim::There(cause))
    }

    pub(crate) fn times(
        self,
        code: FindingCode,
        host: &'static str,
        cause: Cause,
        times: u64,
    ) -> Self {
        self.label(code, host, Claim::Times(cause, times))
    }

    pub(crate) fn told(self, code: FindingCode, host: &'static str, cause: Cause) -> Self {
        self.label(code, host, Claim::WhereTold(cause))
    }

    pub(crate) fn open(self, code: FindingCode, host: &'static str) -> Self {
        self.label(code, host, Claim::Open)
    }

    /// What the case's making says of a finding at a host.
    pub(crate) fn claim(&self, code: FindingCode, host: &str) -> Option<Claim> {
        let label = |label: &&Label| label.code == code && label.host == host;
        self.labels.iter().find(label).map(|label| label.claim)
    }
}
