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
mod probe;

pub use host::Wire;
pub use lab::{init, lab};
pub use probe::{abilities, allowed, attempt, probe};

use crate::{Backend, BackendError, Lab};
use lab::finish;
use scenario::plan::VariantPlan;
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
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use sys::process::spawn_leashed;

/// Exit status of `netns-lab` when the machine forbids namespaces.
const FORBIDDEN: i32 = 3;

/// How long a lab may take to end by itself.
const ENDING: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(2);

/// The backend. Labs end in the background, while the next is already coming up, since the kernel
/// takes its time to close packet sockets; when this is dropped, all of them have ended.
#[derive(Debug)]
pub struct Namespaces {
    name: &'static str,
    ending: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Default for Namespaces {
    fn default() -> Self {
        Self::named("namespaces")
    }
}

impl Namespaces {
    /// Namespaces of a kernel that goes by another name, such as user-mode Linux.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self {
            name,
            ending: Arc::default(),
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in ending.drain(..) {
            // A thread that panicked has nothing more to wait for.
            let _ = thread.join();
        }
    }
}

impl Backend for Namespaces {
    fn name(&self) -> &str {
        self.name
    }

    fn bring_up(&self, variant: &VariantPlan) -> Result<Box<dyn Lab>, BackendError> {
        let hosts = &variant.hosts;
        let pairs = hosts
            .iter()
            .map(|_| UnixStream::pair())
            .collect::<Result<Vec<_>, _>>()
            .map_err(BackendError::Start)?;
        let (ours, theirs): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let mut command = this_program("netns-lab");
        for (host, end) in hosts.iter().zip(&theirs) {
            command.arg(format!("{}={}", host.name, end.as_raw_fd()));
        }
        // Its own process group, so that Ctrl-C in a terminal reaches the coordinator only.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0);
        let keep: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
        let child = spawn_leashed(&mut command, &keep).map_err(BackendError::Start)?;
        Ok(Box::new(NamespaceLab {
            child: Some(child),
            agents: ours,
            ending: Arc::clone(&self.ending),
        }))
    }
}

struct NamespaceLab {
    child: Option<Child>,
    agents: Vec<UnixStream>,
    ending: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Lab for NamespaceLab {
    fn agents(&mut self) -> Vec<UnixStream> {
        std::mem::take(&mut self.agents)
    }

    fn obituary(&mut self) -> Option<BackendError> {
        let mut child = self.child.take()?;
        let mut said = String::new();
        if let Some(mut stdout) = child.stdout.take() {
            // What can't be read any more is missing from the message, no more.
            let _ = stdout.read_to_string(&mut said);
        }
        let status = match child.wait() {
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
        // Without its coordinator an agent ends, and the lab with its last agent.
        self.agents.clear();
        let Some(child) = self.child.take() else {
            return;
        };
        let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        ending.push(thread::spawn(move || see_to_the_end(child)));
    }
}

fn see_to_the_end(mut child: Child) {
    let deadline = Instant::now() + ENDING;
    // An error means that there is no such child any more.
    while let Ok(None) = child.try_wait() {
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        thread::sleep(LOOK);
    }
}

/// This very program, even if its file was replaced meanwhile.
pub(crate) fn this_program(subcommand: &str) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("tinygram").arg(subcommand);
    command
}
