//! Who listens where.

use super::{
    Placed,
    fit::{Kind, kind},
};
use crate::{plan::Listens, problem::Problems, span::Span};
use std::collections::{HashMap, HashSet};

/// Where servers listen when nothing else is written.
pub(super) const DEFAULT_PORT: u16 = 9999;

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// The ports that hosts serve.
#[derive(Debug, Default)]
pub(super) struct Services {
    /// By host and transport, in the order of the programs.
    ports: HashMap<(String, Transport), Vec<u16>>,
    /// Hosts about whose programs not everything is known.
    unsure: HashSet<String>,
}

impl Services {
    /// Collects them; two programs that serve one port are a problem.
    pub(super) fn find(hosts: &[Placed<'_>], problems: &mut Problems) -> Self {
        let mut services = Self::default();
        for placed in hosts {
            let host = &placed.name.name;
            let readable = placed.programs().count();
            let written = placed.host.run.value().map_or(0, |run| run.0.len());
            let unreadable_run =
                placed.host.run.place().is_some() && placed.host.run.given().is_none();
            if placed.name.value.is_none() || unreadable_run || readable < written {
                services.unsure.insert(host.clone());
            }
            for (name, program) in placed.programs() {
                match served(program) {
                    Served::Nothing => {}
                    Served::Unknown => {
                        services.unsure.insert(host.clone());
                    }
                    Served::Port(transport, port, place) => {
                        let span = place.unwrap_or(name.span);
                        services.add(host, transport, port, span, problems);
                    }
                }
            }
        }
        services
    }

    fn add(
        &mut self,
        host: &str,
        transport: Transport,
        port: u16,
        span: Span,
        problems: &mut Problems,
    ) {
        let ports = self.ports.entry((host.to_owned(), transport)).or_default();
        if ports.contains(&port) {
            let message = format!("{host} serves {} port {port} twice", transport.name());
            problems.add(span, message, "give one of the programs another `port`");
        } else {
            ports.push(port);
        }
    }

    /// The port to go to at a host: the one it serves. An error is a message and a hint; none
    /// means that a problem told elsewhere hides the answer.
    pub(super) fn port_at(
        &self,
        host: &str,
        transport: Transport,
    ) -> Result<u16, Option<(String, String)>> {
        let ports = self.ports.get(&(host.to_owned(), transport));
        match ports.map_or(&[][..], Vec::as_slice) {
            [port] => Ok(*port),
            _ if self.unsure.contains(host) => Err(None),
            [] => Err(Some((
                format!("nothing at {host} serves {}", transport.name()),
                format!("let {host} run a server, or write `to: {host}:PORT`"),
            ))),
            several => {
                let choices: Vec<_> = several
                    .iter()
                    .map(|port| format!("`{host}:{port}`"))
                    .collect();
                Err(Some((
                    format!("{host} serves several {} ports", transport.name()),
                    format!("write one of {}", choices.join(", ")),
                )))
            }
        }
    }
}

enum Served {
    Nothing,
    Unknown,
    /// A port, and where it was written.
    Port(Transport, u16, Option<Span>),
}

fn served(program: &crate::written::Program) -> Served {
    let port = |transport| match (&program.port, program.port.given()) {
        (_, Some(given)) => Served::Port(transport, given.value.0, Some(given.span)),
        (port, None) if port.is_absent() => Served::Port(transport, DEFAULT_PORT, None),
        _ => Served::Unknown,
    };
    match kind(program) {
        None => Served::Unknown,
        Some(Kind::TcpServer) => port(Transport::Tcp),
        Some(Kind::UdpResponder) => port(Transport::Udp),
        Some(Kind::TcpClient | Kind::UdpSender) => Served::Nothing,
        Some(Kind::Command) => match (program.listens.given(), program.listens.is_absent()) {
            (Some(given), _) => match given.value {
                Listens::Tcp(port) => Served::Port(Transport::Tcp, port, Some(given.span)),
                Listens::Udp(port) => Served::Port(Transport::Udp, port, Some(given.span)),
            },
            (None, true) => Served::Nothing,
            (None, false) => Served::Unknown,
        },
    }
}
