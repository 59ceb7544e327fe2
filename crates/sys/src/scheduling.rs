//! How exactly, and how soon, the kernel wakes a thread.

use std::io;

/// Lets the calling thread's timers ring when they are due; by default Linux gathers them within
/// 50 µs (PR_SET_TIMERSLACK, prctl(2)).
///
/// # Errors
/// None that is known.
pub fn exact_timers() -> io::Result<()> {
    nix::sys::prctl::set_timerslack(1)?;
    Ok(())
}

/// Puts the calling thread before all ordinary ones (SCHED_FIFO, sched(7)).
///
/// # Errors
/// EPERM: not root, no CAP_SYS_NICE in the initial user namespace, or no RLIMIT_RTPRIO.
pub fn real_time() -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: 1 };
    // SAFETY: 0 names the calling thread; the kernel only reads the parameters.
    let done = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) };
    nix::errno::Errno::result(done)?;
    Ok(())
}
