//! Children that never outlive their parent.

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    io,
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::process::CommandExt,
    },
    process::{Child, Command},
};

/// Starts `command` on a [leash].
///
/// # Errors
/// As [`Command::spawn`].
pub fn spawn_leashed(command: &mut Command, keep: &[BorrowedFd<'_>]) -> io::Result<Child> {
    leash(command, keep);
    command.spawn()
}

/// Kills all processes of the group that this process leads, if there are any left.
pub fn kill_group(leader: u32) {
    // Nothing to kill is what is wanted.
    let leader = i32::try_from(leader).ok().filter(|leader| *leader > 1);
    let _ = leader.map(|leader| killpg(Pid::from_raw(leader), Signal::SIGKILL));
}

/// Makes the kernel kill what `command` starts when the *thread* that starts it ends, and hands it
/// the descriptors in `keep` under the same numbers, which must be open then. Start it from a thread
/// that lives as long as the child may.
pub fn leash(command: &mut Command, keep: &[BorrowedFd<'_>]) {
    let parent = std::process::id();
    let keep: Vec<i32> = keep.iter().map(AsRawFd::as_raw_fd).collect();
    let prepare = move || {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        // The parent may have died before the line above took effect. Inside a new PID namespace
        // the parent's number reads 0 and the namespace's own end takes the child along.
        let now = std::os::unix::process::parent_id();
        if now != parent && now != 0 {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        for &fd in &keep {
            // SAFETY: fcntl(2) on a descriptor number has no memory effects; the numbers were
            // borrowed from open descriptors, and fork(2) copied them.
            if unsafe { libc::fcntl(fd, libc::F_SETFD, 0) } == -1 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec `prepare` only makes system calls that are async-signal-safe
    // (prctl, getppid, fcntl) and allocates nothing; it reads memory copied by fork.
    unsafe { command.pre_exec(prepare) };
}

/// Keeps, of what root may do, only what concerns files, and tracing its own children, for every
/// program that this process starts from now on (capabilities(7), the bounding set). A user who is
/// not root has none of it anyway.
///
/// # Errors
/// As prctl(2), except that a user who may not give up what he does not have is no error.
pub fn keep_file_capabilities() -> io::Result<()> {
    /// CAP_CHOWN, _DAC_OVERRIDE, _DAC_READ_SEARCH, _FOWNER, _FSETID; CAP_SYS_PTRACE
    /// (linux/capability.h).
    const KEPT: [libc::c_ulong; 6] = [0, 1, 2, 3, 4, 19];
    /// Room for those of kernels to come.
    const LAST: libc::c_ulong = 63;
    for capability in (0..=LAST).filter(|capability| !KEPT.contains(capability)) {
        // SAFETY: PR_CAPBSET_DROP takes one number and has no memory effects.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } == -1 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error() {
                // The last one that this kernel knows was the one before; or: no root.
                Some(libc::EINVAL | libc::EPERM) => Ok(()),
                _ => Err(error),
            };
        }
    }
    Ok(())
}

/// Lets `command` start without any capability, and without a way to get one: not by being root, not by a
/// file's (capabilities(7); `no_new_privs` in prctl(2)).
pub fn without_capabilities(command: &mut Command) -> &mut Command {
    /// `_LINUX_CAPABILITY_VERSION_3`, which has two words of each set.
    const VERSION: u32 = 0x2008_0522;
    let prepare = || {
        nix::sys::prctl::set_no_new_privs()?;
        let header: [u32; 2] = [VERSION, 0];
        let none = [0_u32; 6];
        // SAFETY: the kernel reads a header of two words and, with this version, six words of data; both
        // live through the call. Process number 0 is the caller.
        if unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: between fork and exec `prepare` only makes system calls that are async-signal-safe (prctl,
    // capset), and allocates nothing.
    unsafe { command.pre_exec(prepare) }
}

/// Takes over a descriptor that the parent handed down under a known number.
///
/// # Errors
/// No such descriptor is open.
pub fn inherited_fd(fd: i32) -> io::Result<std::os::fd::OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: F_SETFD on a number has no memory effects, and tells whether it is open.
    if fd < 3 || unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } == -1 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the descriptor is open (checked above) and was opened for this process by its
    // parent, which names it on the command line once; nothing else here owns it.
    Ok(unsafe { std::os::fd::OwnedFd::from_raw_fd(fd) })
}
