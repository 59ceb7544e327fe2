//! PID 1 of the kernel.

use super::{
    Errand,
    folder::{BOOTED, ERRAND, STATUS, STDERR, STDOUT},
};
use nix::{
    mount::{MsFlags, mount},
    sys::{
        reboot::{RebootMode, reboot},
        wait::{WaitStatus, wait},
    },
    unistd::{Pid, getpid, sync},
};
use record::reason;
use std::{
    error::Error,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};
use sys::modules::Modules;

/// What the lab needs of a kernel besides what is built in.
const MODULES: [&str; 5] = ["veth", "bridge", "ipv6", "sch_netem", "sch_prio"];

/// PID 1's number.
const INIT: Pid = Pid::from_raw(1);

/// `tinygram uml-init FOLDER`: runs the errand that lies in the folder, then switches the kernel
/// off. What goes wrong is said on the console, which is the kernel's log. Anywhere else than as a
/// kernel's first process it does nothing.
#[allow(clippy::print_stdout)]
pub fn init(arguments: &[String]) {
    // User-mode Linux adds words of its own behind.
    let [folder, ..] = arguments else { return };
    if getpid() != INIT {
        return;
    }
    if let Err(error) = run(Path::new(folder)) {
        println!("tinygram: {}", reason(error.as_ref()));
    }
    // Files are written late, and the kernel forgets what it has not written.
    sync();
    // reboot(2) by root switches off whatever machine it runs on. Should the kernel have been killed
    // meanwhile, that is the user's, where this process has another number.
    if getpid() == INIT {
        let _ = reboot(RebootMode::RB_POWER_OFF);
    }
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    File::create(folder.join(BOOTED))?;
    for (kind, place) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        match mount(Some(kind), place, Some(kind), flags, None::<&str>) {
            // The kernel may have done it by itself.
            Ok(()) | Err(nix::Error::EBUSY) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let errand: Errand = serde_json::from_slice(&fs::read(folder.join(ERRAND))?)?;
    let modules = Modules::read(&errand.modules)?;
    for module in MODULES {
        modules.load(module)?;
    }
    let child = Command::new("/proc/self/exe")
        .arg0("tinygram")
        .args(&errand.arguments)
        .current_dir(&errand.dir)
        .env_clear()
        .envs(&errand.environment)
        .stdin(Stdio::null())
        .stdout(File::create(folder.join(STDOUT))?)
        .stderr(File::create(folder.join(STDERR))?)
        .spawn()?;
    let status = loop {
        // As PID 1 this process also inherits, and reaps, what others leave behind.
        let ended = wait()?;
        if ended.pid().map(Pid::as_raw) == Some(child.id().cast_signed()) {
            break status_of(ended)?;
        }
    };
    fs::write(folder.join(STATUS), status.to_string())?;
    Ok(())
}

/// The command's exit status. One that was killed, for want of memory perhaps, has none: it must not
/// pass for a failed expectation's.
fn status_of(ended: WaitStatus) -> Result<i32, Box<dyn Error>> {
    match ended {
        WaitStatus::Exited(_, code) => Ok(code),
        WaitStatus::Signaled(_, signal, _) => {
            Err(format!("the command was killed: {signal}").into())
        }
        other => Err(format!("the command ended strangely: {other:?}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::signal::Signal;

    #[test]
    fn a_killed_command_has_no_exit_status() {
        let status = |ended| status_of(ended).map_err(|error| error.to_string());
        assert_eq!(status(WaitStatus::Exited(INIT, 4)), Ok(4));
        let killed = status(WaitStatus::Signaled(INIT, Signal::SIGKILL, false));
        assert_eq!(killed, Err("the command was killed: SIGKILL".to_owned()));
    }
}
