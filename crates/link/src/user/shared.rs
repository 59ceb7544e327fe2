//! What the link's thread and its owner share.

use crate::Counters;
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) offered: AtomicU64,
    pub(super) delivered: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) overrun: AtomicU64,
    wake: EventFd,
    stopping: AtomicBool,
    drains: Mutex<Drains>,
    drained: Condvar,
}

/// Requests to drain are numbered; the thread says up to which it has found itself empty.
#[derive(Debug, Default)]
struct Drains {
    asked: u64,
    done: u64,
    over: bool,
}

impl Shared {
    pub(super) fn new() -> io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        Ok(Self {
            offered: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            overrun: AtomicU64::new(0),
            wake,
            stopping: AtomicBool::new(false),
            drains: Mutex::default(),
            drained: Condvar::new(),
        })
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            offered: self.offered.load(Ordering::Relaxed),
            delivered: self.delivered.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            overrun: self.overrun.load(Ordering::Relaxed),
            ..Counters::default()
        }
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake_thread();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(super) fn drain(&self, patience: Duration) -> bool {
        let mut drains = self.drains.lock().unwrap_or_else(PoisonError::into_inner);
        drains.asked += 1;
        let mine = drains.asked;
        self.wake_thread();
        let (drains, _) = self
            .drained
            .wait_timeout_while(drains, patience, |drains| {
                drains.done < mine && !drains.over
            })
            .unwrap_or_else(PoisonError::into_inner);
        drains.done >= mine
    }

    /// The newest request to drain; read it before looking whether there is anything to do.
    pub(super) fn asked(&self) -> u64 {
        self.drains
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .asked
    }

    /// The thread has seen nothing to do after that request came.
    pub(super) fn done(&self, request: u64) {
        let mut drains = self.drains.lock().unwrap_or_else(PoisonError::into_inner);
        if drains.done < request {
            drains.done = request;
            self.drained.notify_all();
        }
    }

    /// The thread ends: nobody may wait for it any more.
    pub(super) fn over(&self) {
        self.drains
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .over = true;
        self.drained.notify_all();
    }

    /// Becomes readable when the thread should look up.
    pub(super) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    pub(super) fn clear_wake(&self) {
        // Nothing to clear is fine.
        let _ = self.wake.read();
    }

    fn wake_thread(&self) {
        // It fails only when the counter is full, and then the thread is awake.
        let _ = self.wake.write(1);
    }
}
