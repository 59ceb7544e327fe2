//! Which host has an address, and which program of it.

use crate::{
    diary::Diary,
    model::{connection::End, program::ProgramSummary},
};
use framing::Framing;
use protocol::Encoding;
use record::run::Run;
use scenario::plan::{Command, HostPlan, Listens, Program, ProgramPlan, VariantPlan};
use std::net::SocketAddr;

/// The hosts of a run and what they ran. Empty for a capture from anywhere.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    hosts: Vec<HostPlan>,
}

/// The `command:` programs of a run, in the plan's order.
pub(crate) fn commands(run: &Run, diary: &Diary) -> Vec<ProgramSummary> {
    let hosts = run.manifest.variant.hosts.iter();
    let programs = hosts.flat_map(|host| host.run.iter().map(move |program| (host, program)));
    let commands = programs.filter(|(_, plan)| matches!(plan.program, Program::Command(_)));
    let summary = |(host, plan): (&HostPlan, &ProgramPlan)| {
        let record = run.manifest.hosts.iter().find(|at| at.name == host.name);
        let output = run
            .host(&host.name)
            .and_then(|data| data.outputs.get(&plan.name));
        ProgramSummary {
            host: host.name.clone(),
            program: plan.name.clone(),
            ended: record.and_then(|record| record.programs.get(&plan.name).cloned()),
            output: output.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            keeps_diary: diary.is_kept(&host.name, &plan.name),
        }
    };
    commands.map(summary).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

impl Programs {
    pub(crate) fn new(variant: &VariantPlan) -> Self {
        Self {
            hosts: variant.hosts.clone(),
        }
    }

    fn at(&self, address: SocketAddr) -> Option<&HostPlan> {
        self.hosts.iter().find(|host| host.address == address.ip())
    }

    pub(crate) fn host_of(&self, address: SocketAddr) -> Option<&str> {
        self.at(address).map(|host| host.name.as_str())
    }

    /// The `command:` program at an address: the one that serves the port, else, since the ports
    /// of clients are the kernel's choice, the only one that serves none.
    pub(crate) fn command_at(&self, address: SocketAddr, protocol: Protocol) -> Option<&str> {
        let commands = || {
            self.at(address)
                .into_iter()
                .flat_map(|host| &host.run)
                .filter_map(|program| match &program.program {
                    Program::Command(command) => Some((program.name.as_str(), command)),
                    Program::Peer(_) => None,
                })
        };
        let serves = |command: &Command| {
            matches!(
                (protocol, command.listens),
                (Protocol::Tcp, Some(Listens::Tcp(port))) | (Protocol::Udp, Some(Listens::Udp(port)))
                    if port == address.port()
            )
        };
        if let Some((name, _)) = commands().find(|(_, command)| serves(command)) {
            return Some(name);
        }
        let mut clients = commands().filter(|(_, command)| command.listens.is_none());
        match (clients.next(), clients.next()) {
            (Some((name, _)), None) => Some(name),
            _ => None,
        }
    }

    /// How a program marks off its messages, if it is one of the lab's own.
    pub(crate) fn framing(&self, host: Option<&str>, program: Option<&str>) -> Option<&Framing> {
        match self.program(host, program)? {
            Program::Peer(config) => Some(&config.framing),
            Program::Command(_) => None,
        }
    }

    /// How a program writes text, if it is one of the lab's own; else UTF-8.
    pub(crate) fn encoding(&self, end: &End) -> Encoding {
        match self.program(end.host.as_deref(), end.program.as_deref()) {
            Some(Program::Peer(config)) => config.encoding,
            Some(Program::Command(_)) | None => Encoding::default(),
        }
    }

    /// Whether a peer sets TCP_NODELAY.
    pub(crate) fn nodelay(&self, host: Option<&str>, program: Option<&str>) -> bool {
        let program = self.program(host, program);
        matches!(program, Some(Program::Peer(config)) if config.nodelay)
    }

    fn program(&self, host: Option<&str>, program: Option<&str>) -> Option<&Program> {
        let host = self
            .hosts
            .iter()
            .find(|each| Some(each.name.as_str()) == host)?;
        let found = host
            .run
            .iter()
            .find(|each| Some(each.name.as_str()) == program)?;
        Some(&found.program)
    }
}
