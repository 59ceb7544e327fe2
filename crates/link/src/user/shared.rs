//! What the link's thread and its owner share.

use crate::Counters;
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[derive(Debug)]
pub(super) struct Shared {
    wake: EventFd,
    stopping: AtomicBool,
    state: Mutex<State>,
    drained: Condvar,
}

#[derive(Debug, Default)]
struct State {
    counters: Counters,
    /// When the programs began: wall clock, ns.
    begin: Option<u64>,
    drains: Drains,
}

/// Requests to drain are numbered; the thread says up to which it has found itself empty.
#[derive(Debug, Default)]
struct Drains {
    asked: u64,
    done: u64,
    over: bool,
}

/// What the owner wants of the thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes {
    /// The newest request to drain.
    pub(super) drain: u64,
    /// When the programs began: wall clock, ns.
    pub(super) begin: Option<u64>,
}

impl Shared {
    pub(super) fn new() -> io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        Ok(Self {
            wake,
            stopping: AtomicBool::new(false),
            state: Mutex::default(),
            drained: Condvar::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counters(&self) -> Counters {
        self.state().counters
    }

    pub(super) fn publish(&self, counters: Counters) {
        self.state().counters = counters;
    }

    pub(super) fn begin(&self, at: u64) {
        self.state().begin = Some(at);
        self.wake_thread();
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake_thread();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(super) fn drain(&self, patience: Duration) -> bool {
        let mut state = self.state();
        state.drains.asked += 1;
        let mine = state.drains.asked;
        self.wake_thread();
        let (state, _) = self
            .drained
            .wait_timeout_while(state, patience, |state| {
                state.drains.done < mine && !state.drains.over
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.drains.done >= mine
    }

    /// What is wanted; read it before looking whether there is anything to do.
    pub(super) fn wishes(&self) -> Wishes {
        let state = self.state();
        Wishes {
            drain: state.drains.asked,
            begin: state.begin,
        }
    }

    /// The thread has seen nothing to do after that request to drain came.
    pub(super) fn done(&self, request: u64) {
        let mut state = self.state();
        if state.drains.done < request {
            state.drains.done = request;
            self.drained.notify_all();
        }
    }

    /// The thread ends: nobody may wait for it any more.
    pub(super) fn over(&self) {
        self.state().drains.over = true;
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
