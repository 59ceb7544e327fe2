//! Who plays the host's programs: processes on the kernel's stack, or smoltcp.

use crate::{
    AgentError,
    heard::Heard,
    interface::Interfaces,
    log::Log,
    play::Upbringing,
    programs::Programs,
    sockets::in_use,
    user_stack::{News, UserStack},
};
use control::Task;
use record::manifest::ProgramRecord;
use scenario::plan::HostPlan;
use std::{collections::BTreeMap, sync::mpsc::Sender};

/// The host's programs, on whatever stack.
pub(crate) enum Cast {
    Kernel {
        programs: Programs,
        /// TCP sockets that were in use before any program was: an engine's own name server's, say.
        others: usize,
    },
    Smoltcp(UserStack),
}

impl Cast {
    pub(crate) fn new(host: &HostPlan, upbringing: Upbringing, queue: Sender<Heard>) -> Self {
        match host.is_on_smoltcp() {
            true => Self::Smoltcp(UserStack::new(host.run.clone(), queue)),
            false => Self::Kernel {
                programs: Programs::new(host.run.clone(), upbringing, queue),
                others: in_use(),
            },
        }
    }

    /// Starts what can wait for the others; smoltcp on these interfaces.
    pub(crate) fn launch(
        &mut self,
        task: &Task,
        log: &Log,
        interfaces: Option<&Interfaces>,
    ) -> Result<(), AgentError> {
        match self {
            Self::Kernel { programs, .. } => programs.launch(task, log),
            Self::Smoltcp(stack) => {
                let host = task.host();
                let host = host.ok_or_else(|| AgentError::NoSuchHost(task.host.clone()))?;
                let interfaces = interfaces.ok_or_else(|| {
                    AgentError::OutOfTurn("to launch what is not prepared".into())
                })?;
                stack.launch(task, host, interfaces)
            }
        }
    }

    pub(crate) fn ready(&self) -> bool {
        match self {
            Self::Kernel { programs, .. } => programs.ready(),
            Self::Smoltcp(stack) => stack.ready(),
        }
    }

    pub(crate) fn go(&mut self, task: &Task, log: &Log) -> Result<(), AgentError> {
        match self {
            Self::Kernel { programs, .. } => programs.go(task, log),
            Self::Smoltcp(stack) => {
                stack.go();
                Ok(())
            }
        }
    }

    pub(crate) fn done(&self) -> bool {
        match self {
            Self::Kernel { programs, .. } => programs.done(),
            Self::Smoltcp(stack) => stack.done(),
        }
    }

    pub(crate) fn finish(&mut self) {
        match self {
            Self::Kernel { programs, .. } => programs.finish(),
            Self::Smoltcp(stack) => stack.finish(),
        }
    }

    pub(crate) fn finished(&self) -> bool {
        match self {
            Self::Kernel { programs, .. } => programs.finished(),
            Self::Smoltcp(stack) => stack.finished(),
        }
    }

    /// The processes, where there are any.
    pub(crate) fn processes(&mut self) -> Option<&mut Programs> {
        match self {
            Self::Kernel { programs, .. } => Some(programs),
            Self::Smoltcp(_) => None,
        }
    }

    /// Takes note of what smoltcp's thread tells.
    pub(crate) fn told(&mut self, news: News) -> Result<(), AgentError> {
        match self {
            Self::Kernel { .. } => Ok(()),
            Self::Smoltcp(stack) => stack.told(news),
        }
    }

    /// Connections that are not over, and on the kernel's stack also listeners, of its programs.
    pub(crate) fn open_connections(&self) -> usize {
        match self {
            Self::Kernel { others, .. } => in_use().saturating_sub(*others),
            Self::Smoltcp(stack) => stack.open_connections(),
        }
    }

    /// Ends what still runs. Gives how all programs ended, and how often smoltcp was nudged.
    pub(crate) fn end(
        &mut self,
        task: &Task,
        log: &mut Log,
    ) -> (BTreeMap<String, ProgramRecord>, u64) {
        match self {
            Self::Kernel { programs, .. } => (programs.end(task, log).collect(), 0),
            Self::Smoltcp(stack) => {
                let (programs, nudges) = stack.end();
                (programs.into_iter().collect(), nudges)
            }
        }
    }
}
