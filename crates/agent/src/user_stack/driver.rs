//! The stack's thread: packets in, packets out, and what is due when.

use super::{News, wire::Wire};
use crate::{AgentError, heard::Heard};
use control::Task;
use nix::{
    poll::{PollFd, PollFlags, ppoll},
    sys::{eventfd::EventFd, time::TimeSpec},
};
use record::{event::digest, layout::RunDir};
use scenario::plan::{HostPlan, Program};
use stack::{Host, Identity, Nanos, ProgramId};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What the agent tells the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Connect, send.
    Go,
    /// Come to an end.
    Stop,
    /// The run is over.
    Quit,
}

pub(super) struct Driver {
    host: Host,
    /// Programs that have not ended, by their places in the plan.
    running: Vec<(usize, ProgramId)>,
    wire: Wire,
    diary: BufWriter<File>,
    words: Receiver<Word>,
    bell: Arc<EventFd>,
    open: Arc<AtomicUsize>,
    now: Nanos,
}

impl Driver {
    pub(super) fn new(
        task: &Task,
        plan: &HostPlan,
        wire: Wire,
        words: Receiver<Word>,
        bell: Arc<EventFd>,
        open: Arc<AtomicUsize>,
    ) -> Result<Self, AgentError> {
        let identity = Identity {
            address: plan.address,
            prefix: task.variant.network.prefix,
            mtu: plan.link.mtu(),
            quick_ack: plan.route.quickack == Some(true),
        };
        // As in the simulation: each host's chance is its own.
        let seed = task.seed.rotate_left(32) ^ digest(plan.name.as_bytes());
        let mut host = Host::new(identity, seed);
        let now = wall_clock();
        let mut running = Vec::new();
        for (number, program) in plan.run.iter().enumerate() {
            // A scenario with a command on smoltcp is refused.
            let Program::Peer(config) = &program.program else {
                continue;
            };
            let id = host.launch(&program.name, config, now);
            let id = id.map_err(|source| AgentError::Launch {
                program: program.name.clone(),
                source,
            })?;
            running.push((number, id));
        }
        let path = RunDir::new(&task.dir).events(&plan.name);
        let diary = OpenOptions::new().append(true).create(true).open(&path);
        let diary = diary.map_err(|source| AgentError::Write { path, source })?;
        Ok(Self {
            host,
            running,
            wire,
            diary: BufWriter::new(diary),
            words,
            bell,
            open,
            now,
        })
    }

    /// Plays until it is told to quit, or can't go on. Returns how often the stack was nudged.
    pub(super) fn play(&mut self, queue: &Sender<Heard>) -> u64 {
        let played = sys::scheduling::exact_timers().and_then(|()| self.turns(queue));
        if let Err(error) = played.and_then(|()| self.diary.flush()) {
            // The agent is there for as long as it has not joined this thread.
            let _ = queue.send(Heard::Stack(News::Broke(error)));
        }
        self.host.nudges()
    }

    fn turns(&mut self, queue: &Sender<Heard>) -> io::Result<()> {
        loop {
            self.tick();
            // All of them: the bell rings once for those that came together.
            while let Ok(word) = self.words.try_recv() {
                match word {
                    Word::Go => self.host.go(self.now),
                    Word::Stop => self.host.stop(self.now),
                    Word::Quit => return Ok(()),
                }
            }
            let arrived = self.wire.receive();
            let is_busy = arrived.is_some();
            if let Some(packet) = arrived {
                self.host.receive(self.now, packet);
            }
            self.carry()?;
            self.tick();
            let due = self.host.next_due();
            let is_due = due.is_some_and(|due| due <= self.now);
            if is_due {
                self.host.run(self.now);
                self.carry()?;
            }
            self.tell(queue);
            if !is_busy && !is_due {
                self.wait(due)?;
            }
        }
    }

    /// The clock of diaries and captures; it may be set back, but not here.
    fn tick(&mut self) {
        self.now = self.now.max(wall_clock());
    }

    /// Sends what the stack has made, and keeps the diary.
    fn carry(&mut self) -> io::Result<()> {
        for packet in self.host.sent() {
            self.wire.send(&packet)?;
        }
        for event in self.host.take_events() {
            serde_json::to_writer(&mut self.diary, &event)?;
            self.diary.write_all(b"\n")?;
        }
        Ok(())
    }

    fn tell(&mut self, queue: &Sender<Heard>) {
        self.open
            .store(self.host.open_connections(), Ordering::Release);
        let host = &self.host;
        self.running.retain(|(number, id)| {
            let Some(end) = host.end(*id) else {
                return true;
            };
            // As above: the agent is there.
            let _ = queue.send(Heard::Stack(News::Ended(*number, end.clone())));
            false
        });
    }

    /// Until a packet comes, a word is said, or something is due.
    fn wait(&self, due: Option<Nanos>) -> io::Result<()> {
        let left =
            due.map(|due| TimeSpec::from(Duration::from_nanos(due.saturating_sub(self.now))));
        let mut watched = [
            PollFd::new(self.wire.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.bell.as_fd(), PollFlags::POLLIN),
        ];
        match ppoll(&mut watched, left, None) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Rung or not: what was said is looked for at every turn.
        let _ = self.bell.read();
        Ok(())
    }
}

/// Nanoseconds since 1970 (CLOCK_REALTIME).
fn wall_clock() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}
