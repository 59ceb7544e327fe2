//! Why an agent can't go on.

use control::ControlError;
use std::{io, path::PathBuf};

/// Why an agent can't go on.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The coordinator can't be heard.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The control connection can't be used.
    #[error("can't use the control connection")]
    Connection(#[source] io::Error),
    /// The coordinator's task names a host that its plan does not have.
    #[error("the plan has no host named {0}")]
    NoSuchHost(String),
    /// The host's cable could not be plugged in.
    #[error("can't connect the host to the lab network")]
    Plug(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The host's interfaces could not be set up.
    #[error("can't set up the host's interfaces")]
    Interface(#[from] sys::netlink::NetlinkError),
    /// An interface came up and does not send.
    #[error("the interface {0} is up and sends nothing; is the machine overloaded?")]
    NotSending(String),
    /// What has come can't be counted.
    #[error("can't count in /proc/net/dev what has come")]
    Count(#[source] io::Error),
    /// An interface's offloads could not be switched off.
    #[error("can't switch off the offloads of {interface}, and captures would lie")]
    Offload {
        /// Which interface.
        interface: String,
        /// Why.
        #[source]
        source: sys::ethtool::EthtoolError,
    },
    /// A sysctl could not be set.
    #[error("can't set the sysctl {name} to {value}")]
    Sysctl {
        /// Its name with dots.
        name: String,
        /// The value refused.
        value: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The link.
    #[error(transparent)]
    Link(#[from] link::LinkError),
    /// The capture.
    #[error(transparent)]
    Capture(#[from] capture::CaptureError),
    /// A program could not be started.
    #[error("can't start {program}")]
    Start {
        /// Its name in the scenario.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program that smoltcp can't play.
    #[error("can't start {program} on smoltcp")]
    Launch {
        /// Its name in the scenario.
        program: String,
        /// Why.
        #[source]
        source: stack::StackError,
    },
    /// smoltcp's thread can't go on.
    #[error("smoltcp can't use the host's interfaces")]
    UserStack(#[source] io::Error),
    /// A file in the run directory could not be written.
    #[error("can't write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The coordinator gave an order out of turn.
    #[error("the coordinator's order came out of turn: {0}")]
    OutOfTurn(String),
    /// A program that others rely on ended early, or one failed.
    #[error("{program} {end}{}", if *early { " before the run was over" } else { "" })]
    Ended {
        /// Its name in the scenario.
        program: String,
        /// How it ended, in words.
        end: String,
        /// Whether it was meant to go on.
        early: bool,
    },
}
