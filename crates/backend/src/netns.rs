//! Hosts as Linux network namespaces, with no engine at all.
//!
//! ```text
//! tinygram run …            the coordinator, outside
//!   tinygram netns-lab      enters user (when not root), network, mount, IPC, UTS namespaces
//!     tinygram netns-init   PID 1 of a PID namespace; owns the switch, a bridge
//!       tinygram netns-agent   one a host, each in its own network, mount and UTS namespace
//!         tinygram peer        the programs
//! ```
//!
//! Every process is killed by the kernel when its parent ends, and PID 1's end kills all that is
//! left of the PID namespace, daemons of users' programs included. Interfaces, bridge, mounts and
//! namespaces have no names outside and go with their last process. So nothing can be left over.

mod host;
mod lab;

pub use host::Wire;
pub use lab::{init, lab};

use crate::{Backend, BackendError, Lab};
use std::{
    io::Read,
    os::{
        fd::{AsFd, AsRawFd},
        unix::{
            net::UnixStream,
            process::{CommandExt, ExitStatusExt},
        },
    },
    process::{Child, Command, Stdio},
};
use sys::process::spawn_leashed;

/// Exit status of `netns-lab` when the machine forbids namespaces.
const FORBIDDEN: i32 = 3;

/// The backend.
#[derive(Clone, Copy, Debug)]
pub struct Namespaces;

impl Backend for Namespaces {
    fn name(&self) -> &'static str {
        "namespaces"
    }

    fn bring_up(&self, hosts: &[&str]) -> Result<Box<dyn Lab>, BackendError> {
        let pairs = hosts
            .iter()
            .map(|_| UnixStream::pair())
            .collect::<Result<Vec<_>, _>>()
            .map_err(BackendError::Start)?;
        let (ours, theirs): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let mut command = this_program("netns-lab");
        for (host, end) in hosts.iter().zip(&theirs) {
            command.arg(format!("{host}={}", end.as_raw_fd()));
        }
        // Its own process group, so that Ctrl-C in a terminal reaches the coordinator only.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0);
        let keep: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
        let child = spawn_leashed(&mut command, &keep).map_err(BackendError::Start)?;
        Ok(Box::new(NamespaceLab {
            child,
            agents: ours,
        }))
    }
}

struct NamespaceLab {
    child: Child,
    agents: Vec<UnixStream>,
}

impl Lab for NamespaceLab {
    fn agents(&mut self) -> Vec<UnixStream> {
        std::mem::take(&mut self.agents)
    }

    fn obituary(&mut self) -> Option<BackendError> {
        let mut said = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            // What can't be read any more is missing from the message, no more.
            let _ = stdout.read_to_string(&mut said);
        }
        let status = match self.child.wait() {
            Ok(status) if status.success() => return None,
            Ok(status) => status,
            Err(error) => return Some(BackendError::Start(error)),
        };
        let mut reason = said.trim().to_owned();
        if reason.is_empty() {
            reason = match status.signal() {
                Some(signal) => format!("its first process was ended by signal {signal}"),
                None => format!("its first process ended with {status}"),
            };
        }
        Some(if status.code() == Some(FORBIDDEN) {
            BackendError::Forbidden { reason }
        } else {
            BackendError::SetUp { reason }
        })
    }
}

impl Drop for NamespaceLab {
    fn drop(&mut self) {
        self.agents.clear();
        // Already reaped when `obituary` was asked; then both calls say so and change nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This very program, even if its file was replaced meanwhile.
fn this_program(subcommand: &str) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("tinygram").arg(subcommand);
    command
}
