//! The lab's first two processes.

use super::{FORBIDDEN, this_program};
use nix::sys::wait::wait;
use record::reason;
use std::{
    collections::HashSet,
    fs, io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    process::Stdio,
};
use sys::{
    namespace::{NamespaceError, enter_lab, mount_proc},
    netlink::{Netlink, NetlinkError, Request},
    process::{inherited_fd, spawn_leashed},
};

/// Name of the bridge that joins the hosts.
const SWITCH: &str = "switch";

/// What the lab's own processes may stumble over.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// No namespaces.
    #[error(transparent)]
    Namespace(#[from] NamespaceError),
    /// No bridge.
    #[error(transparent)]
    Netlink(#[from] NetlinkError),
    /// A child did not start.
    #[error("can't start {what}")]
    Spawn {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The command line of a hidden subcommand is wrong.
    #[error("`{0}` is not HOST=DESCRIPTOR")]
    Argument(String),
    /// A descriptor was not handed down.
    #[error("host {host} has no control connection")]
    Descriptor {
        /// Whose.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A host's name and the agent's end of its control connection.
type Seat = (String, OwnedFd);

/// `tinygram netns-lab HOST=DESCRIPTOR…`: enters the lab's namespaces and waits for its init.
/// Returns its exit status; what went wrong is on standard output, which the backend reads.
#[must_use]
pub fn lab(arguments: &[String]) -> i32 {
    let run = || -> Result<i32, LabError> {
        let seats = seats(arguments)?;
        enter_lab()?;
        let mut command = this_program("netns-init");
        command.args(arguments);
        let keep: Vec<_> = seats.iter().map(|(_, fd)| fd.as_fd()).collect();
        let mut init = spawn_leashed(&mut command, &keep).map_err(|source| LabError::Spawn {
            what: "the lab's init".into(),
            source,
        })?;
        // The coordinator knows by end of file that an agent is gone, so nobody else may hold it.
        drop(seats);
        let status = init.wait().map_err(|source| LabError::Spawn {
            what: "the lab's init".into(),
            source,
        })?;
        Ok(status.code().unwrap_or(1))
    };
    finish(run())
}

/// `tinygram netns-init HOST=DESCRIPTOR…`: PID 1 of the lab. Makes the switch, starts the agents
/// and ends when all of them have.
#[must_use]
pub fn init(arguments: &[String]) -> i32 {
    let run = || -> Result<i32, LabError> {
        let seats = seats(arguments)?;
        mount_proc();
        // The switch itself speaks no IP. Kernels without IPv6 have no such file, and nothing to
        // switch off.
        for scope in ["all", "default"] {
            let _ = fs::write(format!("/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"), "1");
        }
        // Where br_netfilter is loaded, as Docker does, a bridge drops packets whose IP header has a
        // flipped bit, and asks the machine's firewall about the others.
        for tables in ["iptables", "ip6tables", "arptables"] {
            let _ = fs::write(format!("/proc/sys/net/bridge/bridge-nf-call-{tables}"), "0");
        }
        let mut netlink = Netlink::open()?;
        netlink.apply(&[Request::Bridge {
            name: SWITCH.into(),
        }])?;
        let bridge = netlink.index(SWITCH)?;
        let mut agents = HashSet::new();
        for (number, (host, fd)) in seats.into_iter().enumerate() {
            let mut command = this_program("netns-agent");
            command
                .arg(&host)
                .arg(fd.as_raw_fd().to_string())
                .arg(bridge.to_string())
                .arg(format!("port{number}"))
                .stdin(Stdio::null());
            let agent =
                spawn_leashed(&mut command, &[fd.as_fd()]).map_err(|source| LabError::Spawn {
                    what: format!("the agent of host {host}"),
                    source,
                })?;
            agents.insert(agent.id());
        }
        // As PID 1 this process also inherits, and reaps, whatever users' programs leave behind.
        while !agents.is_empty() {
            match wait() {
                Ok(status) => {
                    if let Some(pid) = status.pid() {
                        agents.remove(&pid.as_raw().unsigned_abs());
                    }
                }
                Err(nix::Error::EINTR) => {}
                Err(_) => break,
            }
        }
        Ok(0)
    };
    finish(run())
}

#[allow(clippy::print_stdout)]
pub(super) fn finish(result: Result<i32, LabError>) -> i32 {
    match result {
        Ok(status) => status,
        Err(error) => {
            println!("{}", reason(&error));
            match error {
                LabError::Namespace(NamespaceError::Forbidden { .. }) => FORBIDDEN,
                _ => 1,
            }
        }
    }
}

fn seats(arguments: &[String]) -> Result<Vec<Seat>, LabError> {
    let seat = |argument: &String| {
        let wrong = || LabError::Argument(argument.clone());
        let (host, fd) = argument.split_once('=').ok_or_else(wrong)?;
        let number = fd.parse().ok().ok_or_else(wrong)?;
        let fd = inherited_fd(number).map_err(|source| LabError::Descriptor {
            host: host.to_owned(),
            source,
        })?;
        Ok((host.to_owned(), fd))
    };
    arguments.iter().map(seat).collect()
}
