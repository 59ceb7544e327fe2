//! Everything an agent may hear, in one queue.

use crate::{AgentError, user_stack::News};
use control::{ControlError, Order, Report};
use nix::{
    sys::wait::{Id, WaitPidFlag, waitid},
    unistd::Pid,
};
use scenario::plan::Listens;
use std::{
    io::{BufRead, BufReader, Read},
    os::unix::net::UnixStream,
    sync::mpsc::{Receiver, Sender},
    thread,
    time::Duration,
};

/// How often a port that should be served is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What an agent hears. Programs are numbered as in the plan.
#[derive(Debug)]
pub(crate) enum Heard {
    Order(Order),
    OrdersBroke(ControlError),
    CoordinatorGone,
    Said(usize, String),
    Serves(usize),
    Ended(usize),
    Stack(News),
}

/// Listens to the coordinator. Returns what speaks to it.
pub(crate) fn hear_coordinator(
    socket: UnixStream,
    queue: Sender<Heard>,
) -> Result<control::Sender<Report>, AgentError> {
    let (mut orders, reports) =
        control::over::<Order, Report>(socket).map_err(AgentError::Connection)?;
    spawn("orders", move || {
        loop {
            let heard = match orders.receive() {
                Ok(Some(order)) => Heard::Order(order),
                Ok(None) => Heard::CoordinatorGone,
                Err(error) => Heard::OrdersBroke(error),
            };
            let last = !matches!(heard, Heard::Order(_));
            if queue.send(heard).is_err() || last {
                return;
            }
        }
    })?;
    Ok(reports)
}

/// Listens to a program's standard output, line by line.
pub(crate) fn hear_program(
    number: usize,
    output: impl Read + Send + 'static,
    queue: Sender<Heard>,
) -> Result<(), AgentError> {
    spawn("output", move || {
        for line in BufReader::new(output).lines() {
            // A line that is no text ends the story; the program goes on.
            let Ok(line) = line else { return };
            if queue.send(Heard::Said(number, line)).is_err() {
                return;
            }
        }
    })
}

/// Listens for a program's end. The program stays to be reaped, so its number stays its own.
pub(crate) fn hear_end(number: usize, pid: Pid, queue: Sender<Heard>) -> Result<(), AgentError> {
    spawn("end", move || {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(pid), flags) == Err(nix::Error::EINTR) {}
        // Nobody hears it when the agent is ending anyway.
        let _ = queue.send(Heard::Ended(number));
    })
}

/// Waits until a program serves its port. Linux tells nobody, so the port is looked at.
pub(crate) fn hear_service(
    number: usize,
    listens: Listens,
    queue: Sender<Heard>,
) -> Result<(), AgentError> {
    spawn("service", move || {
        while !crate::sockets::is_served(listens) {
            thread::sleep(LOOK);
        }
        let _ = queue.send(Heard::Serves(number));
    })
}

/// Takes the next message; the queue can't run dry while the agent holds a sender of its own.
pub(crate) fn next(queue: &Receiver<Heard>) -> Heard {
    queue.recv().unwrap_or(Heard::CoordinatorGone)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), AgentError> {
    let thread = thread::Builder::new().name(name.into()).spawn(work);
    thread.map(drop).map_err(AgentError::Connection)
}
