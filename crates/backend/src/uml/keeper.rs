//! The process that a kernel's processes never outlive.
//!
//! User-mode Linux is a process that traces others: each process of the kernel inside is one of the
//! machine, whose system calls the tracer takes for itself. If the tracer alone is killed, they are
//! let go and *run on outside*, their system calls being the machine's from then on; and two helpers
//! of the kernel stay for ever. So no signal at the parent's death (PR_SET_PDEATHSIG) will do, which
//! reaches the tracer only: all must be killed at once, as one process group, which the machine's
//! kernel does before it lets any of them go on.

use super::folder::Folder;
use nix::{
    errno::Errno,
    sys::{
        prctl,
        resource::{Resource, setrlimit},
        signal::{Signal, killpg},
        wait::{Id, WaitPidFlag, wait, waitid},
    },
    unistd::Pid,
};
use record::reason;
use serde::{Deserialize, Serialize};
use std::{
    io,
    os::{
        fd::AsFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
};

/// What the keeper tells the command that started it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "kebab-case")]
pub(super) enum News {
    /// The kernel's first process runs; its number is its process group's, too.
    Started {
        /// Its number.
        group: i32,
    },
    /// The kernel has ended, and none of its processes is left.
    Ended {
        /// How, for people.
        how: String,
    },
    /// The kernel can't be started.
    Failed {
        /// Why.
        reason: String,
    },
}

/// `tinygram uml-keeper FOLDER PROGRAM ARGUMENT…`: runs the kernel until it ends, or until the
/// other end of the socket on standard input is closed, as it is when the command ends or is killed.
/// Then the folder goes, too.
#[must_use]
pub fn keeper(arguments: &[String]) -> i32 {
    let [folder, program, arguments @ ..] = arguments else {
        return 2;
    };
    let folder = Folder::adopt(folder.into());
    let told = keep(&folder, program, arguments);
    drop(folder);
    i32::from(told.is_err())
}

fn keep(folder: &Folder, program: &str, arguments: &[String]) -> Result<(), io::Error> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (mut command, mut tell) = control::over::<(), News>(socket)?;
    let mut kernel = match start(folder, program, arguments) {
        Ok(kernel) => kernel,
        Err(error) => {
            let reason = reason(&error);
            // Without the command nobody wants to know.
            let _ = tell.send(&News::Failed { reason });
            return Ok(());
        }
    };
    let group = Pid::from_raw(kernel.id().cast_signed());
    let alive = Mutex::new(Some(group));
    let end = || {
        let mut alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = alive.take() {
            // Until it is waited for, the number is nobody else's.
            let _ = killpg(group, Signal::SIGKILL);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            // The command never says anything. The end of its half is all there is to hear.
            let _ = command.receive();
            end();
        });
        let news = News::Started {
            group: group.as_raw(),
        };
        let _ = tell.send(&news);
        // Its number is kept until the helpers it leaves behind are killed, too.
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(group), flags) == Err(Errno::EINTR) {}
        end();
        let how = match kernel.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        // As a subreaper this process inherits all that the kernel leaves behind.
        while wait() != Err(Errno::ECHILD) {}
        let _ = tell.send(&News::Ended { how });
    });
    Ok(())
}

fn start(folder: &Folder, program: &str, arguments: &[String]) -> io::Result<Child> {
    prctl::set_child_subreaper(true)?;
    // A kernel that panics aborts, and would leave a core of all its memory in the user's folder.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // Should ever a process of the kernel be let go, it shall not configure this machine.
    sys::process::keep_file_capabilities()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .process_group(0)
        // It would make a folder there. Processes inside have the errand's environment.
        .env_remove("HOME");
    sys::preload::xstate(folder.path(), &mut command)?;
    command.spawn()
}
