//! The messages.

use record::manifest::HostRecord;
use scenario::plan::{HostPlan, VariantPlan};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// Everything an agent must know to play its host.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Task {
    /// The host to play.
    pub host: String,
    /// The variant, with all its hosts, since neighbours must be known.
    pub variant: VariantPlan,
    /// Where all chance comes from.
    pub seed: u64,
    /// The run directory, where the agent writes its files.
    pub dir: PathBuf,
}

impl Task {
    /// The host to play.
    pub fn host(&self) -> Option<&HostPlan> {
        self.variant.host(&self.host)
    }
}

/// What the coordinator tells an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// Put the link into force and start capturing.
    Prepare(Box<Task>),
    /// Start the programs, but let none begin.
    Launch,
    /// Let them begin.
    Go {
        /// The time that counts as their beginning, for all hosts the same: wall clock, ns since
        /// 1970.
        at: u64,
    },
    /// Tell the programs that do not end by themselves to end.
    Finish,
    /// Say when no packet is under way.
    Settle {
        /// Whether connections must have ended, too.
        ended: bool,
        /// How long to wait for that at most.
        patience: Duration,
    },
    /// End capture and link, write everything to disk.
    Collect,
}

/// What an agent tells the coordinator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub enum Report {
    /// The agent is there.
    Hello,
    /// Link and capture work.
    Prepared,
    /// Every program is ready to begin.
    Launched,
    /// Every program that ends by itself has ended.
    Done,
    /// Every program has ended.
    Finished,
    /// Nothing is under way at this host any more, or patience has run out.
    Settled {
        /// Packets the host has sent so far; the run has settled when no host's number grows.
        offered: u64,
        /// How many connections had not ended when patience ran out.
        open: usize,
        /// Packets that its link has let go so far.
        delivered: u64,
        /// Packets that have come to it since it was prepared, by its kernel's count.
        arrived: u64,
    },
    /// The host's files are complete.
    Collected(Box<HostRecord>),
    /// The run can't go on at this host.
    Trouble {
        /// One line: what went wrong, with its causes.
        reason: String,
    },
}
