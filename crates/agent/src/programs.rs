//! The host's programs: the lab's own peers, and users' commands.

use crate::{
    AgentError,
    heard::{self, Heard},
    log::Log,
    outputs,
    play::Upbringing,
};
use control::Task;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use record::{event::DESCRIPTOR, layout::RunDir, manifest::ProgramRecord};
use scenario::{
    expectation::{Claim, Metric},
    plan::{Program, ProgramPlan},
};
use std::{
    io::{self, Write},
    os::{
        fd::{AsFd, AsRawFd},
        unix::process::{CommandExt, ExitStatusExt},
    },
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::Sender,
};
use sys::process::{spawn_leashed, without_capabilities};

/// Where a program stands.
#[derive(Debug)]
enum State {
    /// It begins when it is told to; a command without a port has no other way to wait.
    Waiting,
    /// It runs; what speaks to it, when it is a peer.
    Running {
        child: Child,
        stdin: Option<ChildStdin>,
        ready: bool,
    },
    /// It has ended.
    Ended(ProgramRecord),
}

/// All programs of a host.
#[derive(Debug)]
pub(crate) struct Programs {
    plans: Vec<ProgramPlan>,
    states: Vec<State>,
    upbringing: Upbringing,
    queue: Sender<Heard>,
    finishing: bool,
}

impl Programs {
    pub(crate) fn new(
        plans: Vec<ProgramPlan>,
        upbringing: Upbringing,
        queue: Sender<Heard>,
    ) -> Self {
        let states = plans.iter().map(|_| State::Waiting).collect();
        Self {
            plans,
            states,
            upbringing,
            queue,
            finishing: false,
        }
    }

    /// Starts the peers, which wait for [`Programs::go`] by themselves, and the commands that
    /// serve a port.
    pub(crate) fn launch(&mut self, task: &Task, log: &Log) -> Result<(), AgentError> {
        for number in 0..self.plans.len() {
            let plan = &self.plans[number];
            match &plan.program {
                Program::Command(command) if command.listens.is_none() => {}
                _ => self.start(number, task, log)?,
            }
        }
        Ok(())
    }

    /// Whether every program that was launched is ready to begin.
    pub(crate) fn ready(&self) -> bool {
        !self
            .states
            .iter()
            .any(|state| matches!(state, State::Running { ready: false, .. }))
    }

    /// Lets the programs begin.
    pub(crate) fn go(&mut self, task: &Task, log: &Log) -> Result<(), AgentError> {
        for number in 0..self.plans.len() {
            if matches!(self.states[number], State::Waiting) {
                self.start(number, task, log)?;
            } else {
                self.tell(number, peer::lab::GO);
            }
        }
        Ok(())
    }

    /// Whether every program that ends by itself has.
    pub(crate) fn done(&self) -> bool {
        let mut both = self.plans.iter().zip(&self.states);
        both.all(|(plan, state)| !plan.ends_by_itself() || matches!(state, State::Ended(_)))
    }

    /// Tells the others to end: peers by a line, commands by SIGTERM.
    pub(crate) fn finish(&mut self) {
        self.finishing = true;
        for number in 0..self.plans.len() {
            self.tell(number, peer::lab::STOP);
            if let (Program::Command(_), State::Running { child, .. }) =
                (&self.plans[number].program, &self.states[number])
            {
                signal(child, Signal::SIGTERM);
            }
        }
    }

    /// Whether every program has ended.
    pub(crate) fn finished(&self) -> bool {
        self.states
            .iter()
            .all(|state| matches!(state, State::Ended(_)))
    }

    /// Takes note of a line that a program printed; what is not for the agent goes into the log.
    pub(crate) fn said(
        &mut self,
        number: usize,
        line: &str,
        log: &mut Log,
    ) -> Result<(), AgentError> {
        let is_peer = matches!(self.plans[number].program, Program::Peer(_));
        match &mut self.states[number] {
            State::Running { ready, .. }
                if is_peer && !*ready && line.starts_with(peer::lab::READY) =>
            {
                *ready = true;
                Ok(())
            }
            _ => log.line(&self.plans[number].name, line),
        }
    }

    /// Takes note that a command's port is served.
    pub(crate) fn serves(&mut self, number: usize) {
        if let State::Running { ready, .. } = &mut self.states[number] {
            *ready = true;
        }
    }

    /// Takes note of a program's end, and of the last that it printed.
    ///
    /// # Errors
    /// It should not have ended yet, or it failed. How a user's command ends is for expectations to
    /// judge where there are some.
    pub(crate) fn ended(
        &mut self,
        number: usize,
        task: &Task,
        log: &mut Log,
    ) -> Result<(), AgentError> {
        let plan = &self.plans[number];
        let State::Running { child, ready, .. } = &mut self.states[number] else {
            return Ok(());
        };
        let served = *ready;
        let is_command = matches!(plan.program, Program::Command(_));
        if is_command {
            outputs::into_log(task, &plan.name, log)?;
        }
        let name = plan.name.clone();
        let status = child.wait().map_err(|source| AgentError::Start {
            program: name.clone(),
            source,
        })?;
        let record = match (status.code(), status.signal()) {
            (Some(code), _) => ProgramRecord::Exited(code),
            (None, signal) => ProgramRecord::Signalled(signal.unwrap_or_default()),
        };
        let end = match record {
            ProgramRecord::Signalled(signal) => format!("was ended by signal {signal}"),
            _ => format!("ended with {status}"),
        };
        // A command that serves one client and ends well has done what it was to do.
        let has_done = is_command && served && (status.success() || is_judged(task, &name));
        let early = !plan.ends_by_itself() && !self.finishing && !has_done;
        // What was told to end by a signal may say so in its status, as shells do.
        let told = self.finishing
            && (status.signal().is_some() || status.code() == Some(128 + libc::SIGTERM));
        let failed = !status.success() && !told && !is_judged(task, &name);
        self.states[number] = State::Ended(record);
        if early || failed {
            return Err(AgentError::Ended {
                program: name,
                end,
                early,
            });
        }
        Ok(())
    }

    /// Kills what still runs, and tells how all programs ended.
    pub(crate) fn end(
        &mut self,
        task: &Task,
        log: &mut Log,
    ) -> impl Iterator<Item = (String, ProgramRecord)> {
        for number in 0..self.states.len() {
            if let State::Running { child, .. } = &self.states[number] {
                signal(child, Signal::SIGKILL);
                // It is killed: that it did not end as it should is in its record.
                let _ = self.ended(number, task, log);
            }
        }
        let record = |(plan, state): (&ProgramPlan, &State)| {
            let record = match state {
                State::Ended(record) => record.clone(),
                _ => ProgramRecord::NotStarted("the run ended before".into()),
            };
            (plan.name.clone(), record)
        };
        self.plans
            .iter()
            .zip(&self.states)
            .map(record)
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn start(&mut self, number: usize, task: &Task, log: &Log) -> Result<(), AgentError> {
        let plan = &self.plans[number];
        let what = match &plan.program {
            Program::Peer(_) => plan.name.clone(),
            Program::Command(command) => format!("{} ({})", plan.name, command.argv.join(" ")),
        };
        let failed = |source| AgentError::Start {
            program: what.clone(),
            source,
        };
        let mut own_events = None;
        let mut command = match &plan.program {
            Program::Peer(_) => {
                let mut command = Command::new("/proc/self/exe");
                command
                    .arg0("tinygram")
                    .arg("peer")
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped());
                command
            }
            Program::Command(told) => {
                let (program, arguments) = told
                    .argv
                    .split_first()
                    .ok_or_else(|| failed(io::Error::from(io::ErrorKind::InvalidInput)))?;
                let mut command = Command::new(program);
                command.args(arguments).stdin(Stdio::null());
                if self.upbringing.in_scenario_folder {
                    command.current_dir(&told.dir);
                }
                command.stdout(outputs::output(task, &plan.name)?);
                let events = outputs::own_events(task, &plan.name)?;
                command.env(DESCRIPTOR, events.as_raw_fd().to_string());
                own_events = Some(events);
                command
            }
        };
        command.stderr(log.for_program()?);
        if self.upbringing.powerless {
            without_capabilities(&mut command);
        }
        let kept: Vec<_> = own_events.iter().map(AsFd::as_fd).collect();
        let mut child = spawn_leashed(&mut command, &kept).map_err(failed)?;
        let pid = Pid::from_raw(child.id().cast_signed());
        heard::hear_end(number, pid, self.queue.clone())?;
        if let Some(stdout) = child.stdout.take() {
            heard::hear_program(number, stdout, self.queue.clone())?;
        }
        let mut stdin = child.stdin.take();
        let mut ready = false;
        match &plan.program {
            Program::Peer(config) => {
                let events = RunDir::new(&task.dir).events(&task.host);
                let assignment = peer::lab::Task {
                    name: plan.name.clone(),
                    config: config.as_ref().clone(),
                    events: Some(events),
                    tell: self.upbringing.tell,
                };
                let mut line = serde_json::to_vec(&assignment).map_err(|e| failed(e.into()))?;
                line.push(b'\n');
                if let Some(stdin) = &mut stdin {
                    stdin.write_all(&line).map_err(failed)?;
                }
            }
            Program::Command(command) => match command.listens {
                Some(listens) => heard::hear_service(number, listens, self.queue.clone())?,
                None => ready = true,
            },
        }
        self.states[number] = State::Running {
            child,
            stdin,
            ready,
        };
        Ok(())
    }

    fn tell(&mut self, number: usize, word: &str) {
        if let State::Running {
            stdin: Some(stdin), ..
        } = &mut self.states[number]
        {
            // A peer that does not listen any more has ended, which is heard by itself.
            let _ = stdin.write_all(format!("{word}\n").as_bytes());
        }
    }
}

/// Whether the variant expects something of the program's exit status.
fn is_judged(task: &Task, program: &str) -> bool {
    task.variant
        .expect
        .iter()
        .any(|expectation| match &expectation.claim {
            Claim::Value { path, .. } => {
                path.metric == Metric::ExitStatus && path.host == task.host && path.peer == program
            }
            Claim::Finding { .. } | Claim::Condition { .. } | Claim::Output { .. } => false,
        })
}

/// The child is not reaped yet, so its number is still its own.
fn signal(child: &Child, signal: Signal) {
    let _ = kill(Pid::from_raw(child.id().cast_signed()), signal);
}
