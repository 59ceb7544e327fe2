//! Children that never outlive their parent.

use nix::sys::signal::Signal;
use std::{
    io,
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::process::CommandExt,
    },
    process::{Child, Command},
};

/// Starts `command` so that the kernel kills it when the calling *thread* ends, and hands it the
/// descriptors in `keep` under the same numbers. Call it from a thread that lives as long as the
/// child may.
///
/// # Errors
/// As [`Command::spawn`].
pub fn spawn_leashed(command: &mut Command, keep: &[BorrowedFd<'_>]) -> io::Result<Child> {
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
    command.spawn()
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
