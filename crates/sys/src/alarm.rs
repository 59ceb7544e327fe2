//! Waking up on time: tokio's own timers round up to whole milliseconds, too coarse for a pause
//! of 200 µs between two writes.

use nix::sys::{
    time::TimeSpec,
    timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags},
};
use std::{
    io,
    os::fd::{AsFd, AsRawFd, RawFd},
    time::{Duration, Instant},
};
use tokio::io::unix::AsyncFd;

/// One timerfd_create(2) timer, made when it is first needed.
#[derive(Debug, Default)]
pub struct Alarm {
    timer: Option<AsyncFd<Timer>>,
    set: Option<Instant>,
}

impl Alarm {
    /// Ends at `due`, at once when that has passed. Cancelling it is safe. Needs a tokio runtime
    /// with I/O enabled.
    ///
    /// # Errors
    /// No descriptor is left for the timer.
    pub async fn at(&mut self, due: Instant) -> io::Result<()> {
        if Instant::now() >= due {
            return Ok(());
        }
        if self.timer.is_none() {
            let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
            let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
            // SAFETY: the descriptor is open, `AsyncFd` owns it from here on, and nothing takes it
            // out or closes it before.
            self.timer = Some(unsafe { AsyncFd::register(Timer(timer)) }?);
        }
        let Some(timer) = &self.timer else {
            return Ok(());
        };
        loop {
            // A timer of zero would never ring.
            let rest = due.saturating_duration_since(Instant::now());
            let rest = rest.max(Duration::from_nanos(1));
            if self.set != Some(due) {
                let once = Expiration::OneShot(TimeSpec::from_duration(rest));
                timer.get_ref().0.set(once, TimerSetTimeFlags::empty())?;
                self.set = Some(due);
            }
            // Readiness may be an older alarm's, which setting the timer again took back.
            timer.readable().await?.clear_ready();
            self.set = None;
            if Instant::now() >= due {
                return Ok(());
            }
        }
    }
}

#[derive(Debug)]
struct Timer(TimerFd);

impl AsRawFd for Timer {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_rings_when_due_and_not_before_however_often_it_is_set() {
        let mut alarm = Alarm::default();
        for micros in [200, 0, 900, 50] {
            let due = Instant::now() + Duration::from_micros(micros);
            alarm.at(due).await.unwrap();
            assert!(Instant::now() >= due);
        }
    }

    #[tokio::test]
    async fn a_later_alarm_replaces_one_that_was_given_up() {
        let mut alarm = Alarm::default();
        let soon = Instant::now() + Duration::from_micros(100);
        let given_up = tokio::time::timeout(Duration::ZERO, alarm.at(soon)).await;
        assert!(given_up.is_err() || Instant::now() >= soon);
        let later = soon + Duration::from_millis(2);
        alarm.at(later).await.unwrap();
        assert!(Instant::now() >= later);
    }
}
