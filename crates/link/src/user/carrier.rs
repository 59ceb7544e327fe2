//! The link's thread: from the tap, through the emulator, to the wire.

use super::{
    entrance::{ETHERNET, Entrance},
    pace::Pace,
    pool::{Handle, LINE},
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
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use sys::packet_socket::{BATCH, FrameRing, PacketSocket};

/// Frames taken in before the thread looks for frames to send.
const GULP: usize = 1024;

/// Frames sent before the thread looks for frames to take in: fewer than it takes in, so that a
/// burst makes packets late rather than overrun the ring.
const SPELL: usize = 256;

/// When packets are so late, this thread is what the burst is too much for. It sends more in turn
/// and lets the ring overrun: memory is no endless queue.
const LATE: Nanos = 50_000_000;
const LONG_SPELL: usize = 16 * SPELL;

pub(super) struct Carrier {
    ring: FrameRing,
    /// What each lane's frames are sent by, or one for all lanes.
    outlets: Vec<PacketSocket>,
    entrance: Entrance,
    shared: Arc<Shared>,
    start: Instant,
    /// When the newest frame entered the link.
    newest: Nanos,
    leaving: Vec<Handle>,
    pace: Pace,
    /// The last request to drain that was answered.
    answered: u64,
}

impl Carrier {
    pub(super) fn new(
        ring: FrameRing,
        entrance: Entrance,
        outlets: Vec<PacketSocket>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            ring,
            outlets,
            entrance,
            shared,
            start: Instant::now(),
            newest: 0,
            leaving: Vec::with_capacity(BATCH),
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
        let outlets = self.outlets;
        let _ = thread::Builder::new().spawn(move || drop(outlets));
    }

    fn carry(&mut self) -> io::Result<()> {
        while !self.shared.is_stopping() {
            let wishes = self.shared.wishes();
            self.entrance.timetable.begin(wishes.begin);
            let looked = wall_clock();
            let taken = self.take_in();
            let sent = self.send_due()?;
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
            if let Some(refusal) = self.entrance.refusal.take() {
                return Err(io::Error::other(refusal));
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
        let now = self.now();
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

    /// Sends what has left the lanes by now, batch by batch, at most a spell of each lane. Returns
    /// how many frames that was.
    fn send_due(&mut self) -> io::Result<usize> {
        // Not what leaves meanwhile, which would be one or two frames each time.
        let now = self.now();
        let mut sent = 0;
        for lane in 0..self.entrance.lanes.count() {
            let due = self.entrance.lanes.get_mut(lane).emulator.next_due();
            let is_late = due.is_some_and(|due| due.saturating_add(LATE) < now);
            let mut rest = if is_late { LONG_SPELL } else { SPELL };
            while rest > 0 && self.collect(lane, now) {
                rest = rest.saturating_sub(self.leaving.len());
                sent += self.leaving.len();
                self.send_leaving(lane)?;
            }
        }
        Ok(sent)
    }

    /// Collects a batch of what has left a lane by `now`. Returns whether there is any.
    fn collect(&mut self, lane: usize, now: Nanos) -> bool {
        let Entrance { lanes, pool, .. } = &mut self.entrance;
        let emulator = &mut lanes.get_mut(lane).emulator;
        while self.leaving.len() < BATCH
            && let Some(leaving) = emulator.take(now)
        {
            if let Some(flip) = leaving.flip {
                pool.flip(leaving.packet, ETHERNET, flip);
            }
            self.leaving.push(leaving.packet);
        }
        !self.leaving.is_empty()
    }

    fn send_leaving(&mut self, lane: usize) -> io::Result<()> {
        let Entrance {
            pool,
            counters,
            netem,
            ..
        } = &mut self.entrance;
        let outlet = &self.outlets[lane.min(self.outlets.len() - 1)];
        // Netem refuses a packet by an error, which sendmmsg keeps to itself when it is not about
        // the first: sent once more, the packet would be counted twice, or even pass.
        let most = if netem.is_some() { 1 } else { BATCH };
        let mut sent = 0;
        while sent < self.leaving.len() && !self.shared.is_stopping() {
            let mut frames: [&[u8]; BATCH] = [&[]; BATCH];
            let batch = (self.leaving.len() - sent).min(most);
            for (frame, handle) in frames.iter_mut().zip(&self.leaving[sent..][..batch]) {
                *frame = pool.get(*handle);
                // They have left the processor's cache since they came. Asked for here, all are
                // fetched at once; the kernel would have to wait for one after the other.
                hint::black_box([frame.first(), frame.get(LINE)].map(Option::<&u8>::copied));
            }
            match outlet.send_batch(&frames[..batch]) {
                Ok(count) => {
                    counters.delivered += count as u64;
                    sent += count;
                }
                Err(error) => match error.raw_os_error() {
                    // So netem tells that its queue is full: drop-tail.
                    Some(libc::ENOBUFS) if netem.is_some() => {
                        counters.dropped += 1;
                        sent += 1;
                    }
                    // The wire's queue is full for a moment. Yielding would not do: a real-time
                    // thread only yields to its like, and an ordinary one empties the queue.
                    Some(libc::ENOBUFS | libc::EAGAIN) => thread::sleep(FULL_QUEUE),
                    Some(libc::EINTR) => {}
                    // This one frame can't go; the next may.
                    Some(libc::EMSGSIZE | libc::EINVAL) => {
                        counters.overrun += 1;
                        sent += 1;
                    }
                    _ => return Err(error),
                },
            }
        }
        for handle in self.leaving.drain(..) {
            pool.free(handle);
        }
        Ok(())
    }

    /// Lets the processor go for a while where frames come one upon the other. Returns whether it
    /// did.
    fn rest(&mut self) -> bool {
        let now = self.now();
        let Some(until) = self.pace.rest(now) else {
            return false;
        };
        thread::sleep(Duration::from_nanos(until - now));
        self.pace.woke(self.now());
        true
    }

    /// Sleeps until a frame comes, one is due, or somebody asks something.
    ///
    /// Netem does not tell when it has become empty: while somebody waits for it, it is looked at.
    fn wait(&mut self, is_asked: bool) -> io::Result<()> {
        let now = self.now();
        let due = self.entrance.lanes.next_due();
        if let Some(due) = due
            && self.pace.watch(now, due)
        {
            while self.now() < due {
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
        self.pace.woke(self.now());
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

    fn now(&self) -> Nanos {
        Nanos::try_from(self.start.elapsed().as_nanos()).unwrap_or(Nanos::MAX) + HEAD_START
    }
}

/// How often it is looked whether netem is empty.
const LOOK: Nanos = 1_000_000;

/// How long a full queue is left to empty: at 400,000 packets/s, 20 find room again.
const FULL_QUEUE: Duration = Duration::from_micros(50);

/// So long after the kernel has stamped a frame it is in the ring. A phase begins that much later
/// where no frame comes, so that none that was stamped before is met by it.
const STAMPING: u64 = 100_000;

/// The clock starts this late, so that a frame stamped before the thread began has a time, too.
const HEAD_START: Nanos = 1_000_000_000;

/// Nanoseconds since 1970, the clock of the kernel's stamps.
pub(super) fn wall_clock() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
