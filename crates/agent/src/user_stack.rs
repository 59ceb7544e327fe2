//! A host whose programs run on smoltcp, `stack: smoltcp`: in a thread of the agent, in real time.
//!
//! ```text
//! smoltcp ── lab0 ══ lab0-tap ──(link)── eth0 ══ the lab network
//!    └──────────── arrives ───────────────┘
//! ```
//!
//! It sends by `lab0` and takes what arrives at the wire, both by packet sockets, so captures and link
//! are those of every host. The host's kernel has no address, and therefore answers nothing.

mod driver;
mod wire;

use crate::{AgentError, heard::Heard, interface::Interfaces};
use control::Task;
use driver::{Driver, Word};
use nix::sys::eventfd::{EfdFlags, EventFd};
use record::manifest::ProgramRecord;
use scenario::plan::{HostPlan, ProgramPlan};
use stack::End;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
};
use wire::Wire;

/// What the thread tells the agent.
#[derive(Debug)]
pub(crate) enum News {
    /// A program, by its place in the plan, has ended.
    Ended(usize, End),
    /// The stack can't go on.
    Broke(io::Error),
}

/// The host's programs, and the thread that plays them once they are launched.
pub(crate) struct UserStack {
    plans: Vec<ProgramPlan>,
    ends: Vec<Option<End>>,
    queue: Sender<Heard>,
    finishing: bool,
    playing: Option<Playing>,
}

struct Playing {
    thread: JoinHandle<u64>,
    words: Sender<Word>,
    /// What a word wakes the thread by.
    bell: Arc<EventFd>,
    open: Arc<AtomicUsize>,
}

impl UserStack {
    pub(crate) fn new(plans: Vec<ProgramPlan>, queue: Sender<Heard>) -> Self {
        Self {
            ends: plans.iter().map(|_| None).collect(),
            plans,
            queue,
            finishing: false,
            playing: None,
        }
    }

    /// Starts the stack and its programs. When this returns they can be reached.
    pub(crate) fn launch(
        &mut self,
        task: &Task,
        host: &HostPlan,
        interfaces: &Interfaces,
    ) -> Result<(), AgentError> {
        let wire = Wire::open(&task.variant, host, interfaces).map_err(AgentError::UserStack)?;
        let bell = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK);
        let bell = Arc::new(bell.map_err(|errno| AgentError::UserStack(errno.into()))?);
        let open = Arc::new(AtomicUsize::new(0));
        let (words, orders) = mpsc::channel();
        let mut driver = Driver::new(
            task,
            host,
            wire,
            orders,
            Arc::clone(&bell),
            Arc::clone(&open),
        )?;
        let queue = self.queue.clone();
        let play = move || driver.play(&queue);
        let thread = thread::Builder::new().name("smoltcp".into()).spawn(play);
        self.playing = Some(Playing {
            thread: thread.map_err(AgentError::UserStack)?,
            words,
            bell,
            open,
        });
        Ok(())
    }

    /// Whether the programs were launched, and so can be reached.
    pub(crate) fn ready(&self) -> bool {
        self.playing.is_some()
    }

    /// Lets the programs connect and send.
    pub(crate) fn go(&self) {
        self.say(Word::Go);
    }

    /// Whether every program that ends by itself has.
    pub(crate) fn done(&self) -> bool {
        let mut both = self.plans.iter().zip(&self.ends);
        both.all(|(plan, end)| !plan.ends_by_itself() || end.is_some())
    }

    /// Tells the others to end.
    pub(crate) fn finish(&mut self) {
        self.finishing = true;
        self.say(Word::Stop);
    }

    /// Whether every program has ended.
    pub(crate) fn finished(&self) -> bool {
        self.ends.iter().all(Option::is_some)
    }

    /// How many connections are not over, TIME-WAIT not counted.
    pub(crate) fn open_connections(&self) -> usize {
        let playing = self.playing.as_ref();
        playing.map_or(0, |playing| playing.open.load(Ordering::Acquire))
    }

    /// Takes note of what the thread tells.
    ///
    /// # Errors
    /// It broke, or a program failed or ended before it should.
    pub(crate) fn told(&mut self, news: News) -> Result<(), AgentError> {
        let (number, end) = match news {
            News::Broke(error) => return Err(AgentError::UserStack(error)),
            News::Ended(number, end) => (number, end),
        };
        let plan = &self.plans[number];
        let early = !plan.ends_by_itself() && !self.finishing;
        let words = match &end {
            End::Well => "ended".to_owned(),
            End::Failed(reason) => format!("failed: {reason}"),
        };
        let failed = end != End::Well;
        self.ends[number] = Some(end);
        if early || failed {
            return Err(AgentError::Ended {
                program: plan.name.clone(),
                end: words,
                early,
            });
        }
        Ok(())
    }

    /// Ends the thread. Gives how all programs ended, and how often the stack was nudged.
    pub(crate) fn end(&mut self) -> (Vec<(String, ProgramRecord)>, u64) {
        self.say(Word::Quit);
        let ended = self.playing.take().map(|playing| playing.thread.join());
        // A thread that panicked has left a message in the agent's log.
        let nudges = ended.and_then(Result::ok).unwrap_or_default();
        let record = |(plan, end): (&ProgramPlan, &Option<End>)| {
            let record = match end {
                Some(End::Well) => ProgramRecord::Exited(0),
                Some(End::Failed(_)) => ProgramRecord::Exited(1),
                None => ProgramRecord::NotStarted("the run ended before".into()),
            };
            (plan.name.clone(), record)
        };
        (
            self.plans.iter().zip(&self.ends).map(record).collect(),
            nudges,
        )
    }

    fn say(&self, word: Word) {
        if let Some(playing) = &self.playing {
            // A thread that listens no more has said why.
            let _ = playing.words.send(word);
            let _ = playing.bell.write(1);
        }
    }
}
