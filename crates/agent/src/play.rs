//! The agent's one loop.

use crate::{
    AgentError,
    cast::Cast,
    heard::{self, Heard},
    log::Log,
    stage::Stage,
};
use control::{Order, Report, Sender, Task};
use record::layout::RunDir;
use record::reason;
use std::{
    os::unix::net::UnixStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// How often connections that should end are looked at.
const LOOK: Duration = Duration::from_millis(1);

/// Connects the host to the lab network, and returns the name of the interface that leads there.
pub type Plug<'a> =
    dyn FnMut(&Task) -> Result<String, Box<dyn std::error::Error + Send + Sync>> + 'a;

/// What differs from place to place.
pub struct Place<'a> {
    /// How the host is connected.
    pub plug: &'a mut Plug<'a>,
    /// How programs are started.
    pub programs: Upbringing,
}

/// How programs are started.
#[derive(Clone, Copy, Debug)]
pub struct Upbringing {
    /// Whether they have no capabilities at all, whatever the agent has.
    pub powerless: bool,
    /// Whether users' commands start in the scenario's folder; they do in the container's own where it has
    /// no such folder.
    pub in_scenario_folder: bool,
    /// Whether the lab's own tell in the host's log what happens as it happens.
    pub tell: bool,
}

/// Plays a host until the coordinator has collected its results or is gone. Trouble on the host is
/// reported to the coordinator, after which the agent waits for the order to collect.
///
/// # Errors
/// The coordinator can't be heard or told.
pub fn play(control: UnixStream, place: Place<'_>) -> Result<(), AgentError> {
    match follow(control, place) {
        // It may be gone before it is heard to be.
        Err(AgentError::Control(error)) if error.is_gone() => Ok(()),
        played => played,
    }
}

fn follow(control: UnixStream, place: Place<'_>) -> Result<(), AgentError> {
    let (queue, incoming) = mpsc::channel();
    let mut reports = heard::hear_coordinator(control, queue.clone())?;
    reports.send(&Report::Hello)?;
    let task = match heard::next(&incoming) {
        Heard::Order(Order::Prepare(task)) => *task,
        // Another host did not come up: there is nothing here to collect.
        Heard::CoordinatorGone | Heard::Order(Order::Collect) => return Ok(()),
        other => return Err(AgentError::OutOfTurn(format!("{other:?}"))),
    };
    let plan = task
        .host()
        .ok_or_else(|| AgentError::NoSuchHost(task.host.clone()));
    let cast = plan.map(|host| Cast::new(host, place.programs, queue))?;
    let mut agent = Agent {
        log: Log::create(RunDir::new(&task.dir).log(&task.host))?,
        cast,
        stage: None,
        task,
        reports,
        awaited: None,
        troubled: false,
    };
    let prepared = (place.plug)(&agent.task)
        .map_err(AgentError::Plug)
        .and_then(|wire| Stage::set_up(&agent.task, &wire))
        .map(|stage| agent.stage = Some(stage));
    match prepared {
        Ok(()) => agent.reports.send(&Report::Prepared)?,
        Err(error) => agent.trouble(&error)?,
    }
    loop {
        match heard::next(&incoming) {
            Heard::CoordinatorGone => return Ok(()),
            Heard::OrdersBroke(error) => return Err(error.into()),
            Heard::Order(Order::Collect) => return agent.collect(),
            _ if agent.troubled => {}
            heard => {
                if let Err(error) = agent.hear(heard) {
                    agent.trouble(&error)?;
                }
            }
        }
    }
}

/// What the coordinator waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    Launched,
    Done,
    Finished,
}

struct Agent {
    task: Task,
    reports: Sender<Report>,
    log: Log,
    cast: Cast,
    stage: Option<Stage>,
    awaited: Option<Awaited>,
    troubled: bool,
}

impl Agent {
    fn hear(&mut self, heard: Heard) -> Result<(), AgentError> {
        match heard {
            Heard::Order(Order::Launch) => {
                let interfaces = self.stage.as_ref().map(Stage::interfaces);
                self.cast.launch(&self.task, &self.log, interfaces)?;
                self.awaited = Some(Awaited::Launched);
            }
            Heard::Order(Order::Go { at }) => {
                if let Some(stage) = &self.stage {
                    stage.begin(at);
                }
                self.cast.go(&self.task, &self.log)?;
                self.awaited = Some(Awaited::Done);
            }
            Heard::Order(Order::Finish) => {
                self.cast.finish();
                self.awaited = Some(Awaited::Finished);
            }
            Heard::Order(Order::Settle { ended, patience }) => return self.settle(ended, patience),
            Heard::Order(order) => return Err(AgentError::OutOfTurn(format!("{order:?}"))),
            Heard::Said(number, line) => {
                if let Some(programs) = self.cast.processes() {
                    programs.said(number, &line, &mut self.log)?;
                }
            }
            Heard::Serves(number) => {
                if let Some(programs) = self.cast.processes() {
                    programs.serves(number);
                }
            }
            Heard::Ended(number) => {
                if let Some(programs) = self.cast.processes() {
                    programs.ended(number, &self.task, &mut self.log)?;
                }
            }
            Heard::Stack(news) => self.cast.told(news)?,
            Heard::OrdersBroke(_) | Heard::CoordinatorGone => {}
        }
        self.answer()
    }

    /// Answers what the coordinator waits for, once it is so.
    fn answer(&mut self) -> Result<(), AgentError> {
        let (reached, report) = match self.awaited {
            Some(Awaited::Launched) => (self.cast.ready(), Report::Launched),
            Some(Awaited::Done) => (self.cast.done(), Report::Done),
            Some(Awaited::Finished) => (self.cast.finished(), Report::Finished),
            None => return Ok(()),
        };
        if reached {
            self.awaited = None;
            self.reports.send(&report)?;
        }
        Ok(())
    }

    fn settle(&mut self, ended: bool, patience: Duration) -> Result<(), AgentError> {
        let deadline = Instant::now() + patience;
        let open = if ended {
            self.connections_end(deadline)?
        } else {
            0
        };
        let left = deadline.saturating_duration_since(Instant::now()).max(LOOK);
        let carried = self.stage.as_mut().map(|stage| stage.drain(left));
        let carried = carried.transpose()?.unwrap_or_default();
        Ok(self.reports.send(&Report::Settled {
            offered: carried.offered,
            open,
            delivered: carried.delivered,
            arrived: carried.arrived,
        })?)
    }

    /// Waits until no connection is open; gives how many are when the deadline has come.
    fn connections_end(&mut self, deadline: Instant) -> Result<usize, AgentError> {
        // All programs have ended, so what is in use is a connection that has not. Nobody is told
        // that its last ACK has come, so it is looked at.
        let mut open = self.cast.open_connections();
        while open > 0 && Instant::now() < deadline {
            thread::sleep(LOOK);
            open = self.cast.open_connections();
        }
        if open > 0 {
            self.log
                .line("agent", &format!("{open} connections did not end"))?;
        }
        Ok(open)
    }

    fn trouble(&mut self, error: &AgentError) -> Result<(), AgentError> {
        self.troubled = true;
        let reason = reason(error);
        self.log.line("agent", &reason)?;
        Ok(self.reports.send(&Report::Trouble { reason })?)
    }

    fn collect(mut self) -> Result<(), AgentError> {
        let (programs, nudges) = self.cast.end(&self.task, &mut self.log);
        let Some(stage) = self.stage.take() else {
            return Ok(());
        };
        match stage.strike(programs, nudges) {
            Ok(record) => Ok(self.reports.send(&Report::Collected(Box::new(record)))?),
            Err(error) => self.trouble(&error),
        }
    }
}
