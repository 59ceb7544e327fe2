//! The link's thread: from the tap, through the emulator, to the wire.

use super::{
    clock::{Clock, wall_clock},
    entrance::Entrance,
    exit::Exit,
    pace::Pace,
    shared::Shared,
};
use crate::LinkReport;
use emulator::Nanos;
use nix::{
    poll::{PollFd, PollFlags, ppoll},
    sys::socket::{getsockopt, sockopt::SocketError},
    sys::time::TimeSpec,
};
use std::{
    hint, io,
    os::fd::AsFd,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use sys::packet_socket::FrameRing;

/// Frames taken in before the thread looks for frames to send.
const GULP: usize = 1024;

pub(super) struct Carrier {
    ring: FrameRing,
    entrance: Entrance,
    exit: Exit,
    shared: Arc<Shared>,
    clock: Clock,
    /// When the newest frame entered the link.
    newest: Nanos,
    pace: Pace,
    /// The last request to drain that was answered.
    answered: u64,
}

impl Carrier {
    pub(super) fn new(
        ring: FrameRing,
        entrance: Entrance,
        exit: Exit,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            ring,
            entrance,
            exit,
            shared,
            clock: Clock::new(),
            newest: 0,
            pace: Pace::default(),
            answered: 0,
        }
    }

    /// Carries frames until it is told to stop.
    pub(super) fn run(mut self, end: &mpsc::Sender<io::Result<LinkReport>>) {
        // Without the right to it the link is as good as an ordinary thread can be.
        let _ = sys::scheduling::real_time();
        let result = sys::scheduling::exact_timers().and_then(|()| self.carry());
        self.shared.over();
        let counters = self.entrance.counters();
        let phases = self.entrance.timetable.into_phases();
        // The owner may be gone already; then nobody asks how it ended.
        let _ = end.send(result.map(|()| LinkReport { phases, counters }));
        // For each socket that is closed the kernel waits; so it waits for all at once.
        let exit = self.exit;
        let _ = thread::Builder::new().spawn(move || drop(exit));
    }

    fn carry(&mut self) -> io::Result<()> {
        while !self.shared.is_stopping() {
            if let Some(refusal) = self.entrance.refusal.take() {
                return Err(io::Error::other(refusal));
            }
            let wishes = self.shared.wishes();
            self.entrance.timetable.begin(wishes.begin);
            let looked = wall_clock();
            let taken = self.take_in();
            let now = self.clock.now();
            let sent = self.exit.send_due(&mut self.entrance, now, &self.shared)?;
            self.pace.moved(taken + sent);
            if self.rest() {
                continue;
            }
            if taken > 0 {
                // Look again before sleeping: the call that woke the thread may have been a request
                // to drain, which only an empty ring answers and nothing repeats.
                continue;
            }
            self.entrance.enter_phases(looked.saturating_sub(STAMPING));
            if self.entrance.refusal.is_some() {
                continue;
            }
            let is_asked = wishes.drain > self.answered;
            if is_asked && self.entrance.is_at_rest() {
                self.count_overrun()?;
                self.shared.publish(self.entrance.counters());
                self.shared.done(wishes.drain);
                self.answered = wishes.drain;
            }
            self.wait(is_asked)?;
        }
        self.count_overrun()
    }

    /// Takes what the tap has, at most a gulp. Returns how many frames that was.
    fn take_in(&mut self) -> usize {
        // In this order: an interruption between the two lets frames leave late, but never early.
        let wall = wall_clock();
        let now = self.clock.now();
        let (entrance, newest) = (&mut self.entrance, &mut self.newest);
        let mut taken = 0;
        while taken < GULP {
            let frame = self.ring.receive(|frame| {
                // The delay counts from when the kernel stamped the frame, not from when this
                // thread got round to it. The two clocks may drift apart or be set, but a frame
                // never overtakes the one before it.
                let age = wall.saturating_sub(frame.at);
                *newest = (*newest).max(now.saturating_sub(age));
                entrance.admit(*newest, &frame);
            });
            if frame.is_none() {
                break;
            }
            taken += 1;
        }
        for answer in std::mem::take(&mut self.entrance.answers) {
            // An answer that does not get through is lost as any packet may be.
            let _ = self.ring.socket().send_batch(&[&answer]);
        }
        taken
    }

    /// Lets the processor go for a while where frames come one upon the other. Returns whether it
    /// did.
    fn rest(&mut self) -> bool {
        let now = self.clock.now();
        let Some(until) = self.pace.rest(now) else {
            return false;
        };
        thread::sleep(Duration::from_nanos(until - now));
        self.pace.woke(self.clock.now());
        true
    }

    /// Sleeps until a frame comes, one is due, or somebody asks something.
    ///
    /// Netem does not tell when it has become empty: while somebody waits for it, it is looked at.
    fn wait(&mut self, is_asked: bool) -> io::Result<()> {
        let now = self.clock.now();
        let due = self.entrance.lanes.next_due();
        if let Some(due) = due
            && self.pace.watch(now, due)
        {
            while self.clock.now() < due {
                hint::spin_loop();
            }
            return Ok(());
        }
        let due = due.map(|due| self.pace.wake_for(due));
        let change = self.entrance.timetable.next().map(|at| {
            let rest = at.saturating_add(STAMPING).saturating_sub(wall_clock());
            now.saturating_add(rest)
        });
        let look = (is_asked && self.entrance.netem.is_some()).then_some(now + LOOK);
        let until = due.into_iter().chain(change).chain(look).min();
        let timeout = match until.map(|until| until.saturating_sub(now)) {
            None => None,
            Some(0) => return Ok(()),
            Some(rest) => Some(TimeSpec::from_duration(Duration::from_nanos(rest))),
        };
        let mut fds = [
            PollFd::new(self.ring.socket().as_fd(), PollFlags::POLLIN),
            PollFd::new(self.shared.wake_fd(), PollFlags::POLLIN),
        ];
        match ppoll(&mut fds, timeout, None) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        self.pace.woke(self.clock.now());
        if fds[0]
            .revents()
            .is_some_and(|events| events.contains(PollFlags::POLLERR))
        {
            // The tap went down or away. Reading the error clears it; unread, it would wake this
            // thread for ever.
            let error = getsockopt(self.ring.socket(), SocketError)?;
            if error != 0 {
                return Err(io::Error::from_raw_os_error(error));
            }
        }
        if fds[1].any().unwrap_or(false) {
            self.shared.clear_wake();
        }
        Ok(())
    }

    /// The kernel's count of frames that found no slot starts again with each call.
    fn count_overrun(&mut self) -> io::Result<()> {
        let dropped = self.ring.socket().statistics()?.dropped;
        self.entrance.counters.offered += dropped;
        self.entrance.counters.overrun += dropped;
        Ok(())
    }
}

/// How often it is looked whether netem is empty.
const LOOK: Nanos = 1_000_000;

/// So long after the kernel has stamped a frame it is in the ring. A phase begins that much later
/// where no frame comes, so that none that was stamped before is met by it.
const STAMPING: u64 = 100_000;
