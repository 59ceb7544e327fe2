//! Calls that a machine ordered and that have not returned yet.

use crate::clock::now;
use std::time::{Duration, Instant};

/// A read order.
pub(super) struct ReadCall {
    pub(super) start: Start,
    /// Most bytes it may return.
    pub(super) asked: usize,
}

/// A write order.
pub(super) struct WriteCall {
    pub(super) start: Start,
    pub(super) bytes: Vec<u8>,
    /// How many of them the kernel has taken.
    pub(super) done: usize,
}

/// When a call is first tried.
#[derive(Clone, Copy)]
pub(super) enum Start {
    /// After a pause.
    Due(Instant),
    /// It was, at this wall-clock time.
    Begun(u64),
}

impl Start {
    /// Now, or after this pause.
    pub(super) fn after(pause: Duration) -> Self {
        match pause {
            Duration::ZERO => Self::Begun(now()),
            pause => Self::Due(Instant::now() + pause),
        }
    }

    /// When the call begins, if it has not.
    pub(super) fn due(self) -> Option<Instant> {
        match self {
            Self::Due(due) => Some(due),
            Self::Begun(_) => None,
        }
    }

    pub(super) fn has_begun(self) -> bool {
        self.due().is_none()
    }

    /// When the call began; `None` while its pause lasts.
    pub(super) fn begin(&mut self) -> Option<u64> {
        if self.due().is_some_and(|due| due <= Instant::now()) {
            *self = Self::Begun(now());
        }
        match self {
            Self::Due(_) => None,
            Self::Begun(begin) => Some(*begin),
        }
    }
}
