//! Programs: a command, or a peer's configuration.

use super::{
    Placed,
    fit::{Kind, kind, misfit},
    messages,
    services::{DEFAULT_PORT, Services, Transport},
};
use crate::{
    decode::{Given, Item, Key, Name},
    plan::{self, Command},
    problem::{Problems, quoted},
    suggest,
    units::Bytes,
    written::{CallSize, Connections, Endpoint, MessageSize, Probes, Program, SocketBuffer},
};
use protocol::{PeerConfig, Problem, ProtocolName, Role};
use std::{net::SocketAddr, time::Duration};

/// What resolving a program needs to know of the others.
pub(super) struct Resolver<'a> {
    pub(super) hosts: &'a [Placed<'a>],
    pub(super) services: &'a Services,
    /// The folder that commands are started in.
    pub(super) dir: &'a str,
}

impl Resolver<'_> {
    /// None when it is neither a peer nor a command; then a problem says so.
    pub(super) fn program(
        &self,
        at: &Placed<'_>,
        name: &Name<Program>,
        program: &Program,
        problems: &mut Problems,
    ) -> Option<plan::Program> {
        match (&program.peer, &program.command) {
            (Key::Absent, Key::Absent) => {
                let message = format!(
                    "`{}` says neither which `peer` nor which `command`",
                    name.name
                );
                problems.add(
                    name.span,
                    message,
                    "add `peer: tcp-server`, tcp-client or udp-peer",
                );
            }
            (peer, command) if !peer.is_absent() && !command.is_absent() => {
                let message = format!("`{}` is a `peer` and a `command` at once", name.name);
                problems.add(
                    name.span,
                    message,
                    "keep one; a host can run several programs",
                );
            }
            _ => {}
        }
        let kind = kind(program)?;
        for (key, place) in program.written() {
            if let Some((reason, hint)) = misfit(key, kind) {
                problems.add(place, format!("`{key}` {reason}"), hint);
            }
        }
        if kind == Kind::Command {
            return self.command(program, problems).map(plan::Program::Command);
        }
        let config = self.peer(at, name, program, kind, problems)?;
        Some(plan::Program::Peer(Box::new(config)))
    }

    fn command(&self, program: &Program, problems: &mut Problems) -> Option<Command> {
        let given = program.command.given()?;
        let argv: Vec<String> = given.value.iter().map(|item| item.value.clone()).collect();
        if argv.first().is_none_or(String::is_empty) {
            problems.add(
                given.span,
                "a command without a program",
                "write `[PROGRAM, ARGUMENT]`",
            );
        }
        if let Some(item) = given.value.iter().find(|item| item.value.contains('\0')) {
            problems.add(
                item.span,
                "an argument with a zero byte",
                "no program can be given one",
            );
        }
        Some(Command {
            argv,
            dir: self.dir.to_owned(),
            listens: program.listens.value().copied(),
        })
    }

    fn peer(
        &self,
        at: &Placed<'_>,
        name: &Name<Program>,
        program: &Program,
        kind: Kind,
        problems: &mut Problems,
    ) -> Option<PeerConfig> {
        let role = *program.peer.value()?;
        let mut config = PeerConfig::new(role);
        options(&mut config, program);
        let served = program.port.value().map_or(DEFAULT_PORT, |port| port.0);
        config.listen = match kind {
            Kind::TcpServer | Kind::UdpResponder => Some(SocketAddr::new(at.address, served)),
            Kind::UdpSender => Some(SocketAddr::new(at.address, 0)),
            Kind::TcpClient | Kind::Command => None,
        };
        if kind == Kind::TcpClient && program.to.is_absent() {
            let message = format!("`{}` doesn't say whom to connect to", name.name);
            problems.add(name.span, message, "add `to: HOST`");
        }
        if kind != Kind::TcpServer {
            config.to = program
                .to
                .given()
                .and_then(|to| self.goal(at, role, to, program, problems));
        }
        check_bytes(name, program, problems);
        check_timeouts(program, problems);
        check_patience(program, &config, problems);
        messages::check(program, &config, problems);
        Some(config)
    }

    /// The address that `to` means.
    fn goal(
        &self,
        at: &Placed<'_>,
        role: Role,
        to: &Given<Endpoint>,
        program: &Program,
        problems: &mut Problems,
    ) -> Option<SocketAddr> {
        let Endpoint { host, port } = &to.value;
        let Some(placed) = self.hosts.iter().find(|placed| placed.name.name == *host) else {
            let names = self.hosts.iter().map(|placed| placed.name.name.as_str());
            let message = format!("there is no host {}", quoted(host));
            problems.add(to.span, message, suggest::hint(host, "hosts", names));
            return None;
        };
        if placed.name.name == at.name.name {
            let message = format!("{host} would talk to itself, and nothing be on the wire");
            problems.add(to.span, message, "name another host");
            return None;
        }
        let port = match (port, program.port.given()) {
            (Some(_), Some(port)) => {
                let message = "the port is written twice";
                problems.add(
                    port.span,
                    message,
                    "keep it here or behind the host in `to`",
                );
                return None;
            }
            (Some(port), None) => *port,
            (None, Some(port)) => port.value.0,
            (None, None) => {
                let transport = match role {
                    Role::UdpPeer => Transport::Udp,
                    Role::TcpServer | Role::TcpClient => Transport::Tcp,
                };
                match self.services.port_at(host, transport) {
                    Ok(port) => port,
                    Err(problem) => {
                        if let Some((message, hint)) = problem {
                            problems.add(to.span, message, hint);
                        }
                        return None;
                    }
                }
            }
        };
        Some(SocketAddr::new(placed.address, port))
    }
}

/// Takes over whatever was written and could be read.
fn options(config: &mut PeerConfig, program: &Program) {
    /// `field = KEY` for each option, through a conversion where the types differ.
    macro_rules! take {
        ($($field:ident $(: $convert:expr)?,)*) => {$(
            if let Some(value) = program.$field.value() {
                let value = value.clone();
                $(let value = $convert(value);)?
                config.$field = value;
            }
        )*};
    }
    take! {
        protocol,
        framing,
        wait,
        bytes: |bytes: Bytes| bytes.0,
        read: |size: CallSize| size.0,
        read_pause,
        write: |size: CallSize| Some(size.0),
        write_pause,
        think,
        cut: Some,
        allow: texts,
        shell,
        time_limit,
        encoding,
        nodelay,
        cork,
        gather,
        rcvbuf: |size: SocketBuffer| Some(size.0),
        sndbuf: |size: SocketBuffer| Some(size.0),
        keepalive: Some,
        keepalive_probes: |probes: Probes| Some(probes.0),
        user_timeout: Some,
        quickack: Some,
        one_at_a_time,
        connections: |number: Connections| number.0,
        connect_timeout,
        reply_timeout,
        max_message: |size: MessageSize| size.0,
        send: texts,
    }
}

fn texts(list: Vec<Item<String>>) -> Vec<String> {
    list.into_iter().map(|item| item.value).collect()
}

/// `bytes` and who sends some belong together: a `source`, and an `http` server.
fn check_bytes(name: &Name<Program>, program: &Program, problems: &mut Problems) {
    let sends = match (&program.protocol, program.peer.value()) {
        (Key::Wrong(_), _) => return,
        (protocol, role) => match protocol.value() {
            Some(ProtocolName::Source) => true,
            Some(ProtocolName::Http) => role == Some(&Role::TcpServer),
            _ => false,
        },
    };
    match &program.bytes {
        Key::Given(bytes) if !sends => problems.add(
            bytes.key,
            "`bytes` is for the protocol `source`, and for a server of `http`",
            "leave it away, or add `protocol: source`",
        ),
        Key::Given(bytes) if bytes.value.0 == 0 => {
            problems.add(bytes.span, "nothing to send", "write how much: `1MiB`");
        }
        Key::Absent if sends => {
            let message = format!("`{}` doesn't say how much it sends", name.name);
            problems.add(name.span, message, "add `bytes: 1MiB`");
        }
        _ => {}
    }
}

fn check_patience(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    for problem in config.problems() {
        let (place, message, hint) = match problem {
            Problem::Keepalive => (
                program.keepalive.given().map(|given| given.span),
                "the kernel counts seconds here",
                "write `1s` to `32767s`",
            ),
            Problem::UserTimeout => (
                program.user_timeout.given().map(|given| given.span),
                "the kernel counts milliseconds here",
                "write `1ms` or more",
            ),
            Problem::ProbesWithoutKeepalive if program.keepalive.is_absent() => (
                program.keepalive_probes.given().map(|given| given.key),
                "probes that are never sent",
                "add `keepalive: 1s`: when they are",
            ),
            _ => continue,
        };
        if let Some(place) = place {
            problems.add(place, message, hint);
        }
    }
}

fn check_timeouts(program: &Program, problems: &mut Problems) {
    for (key, timeout) in [
        ("connect-timeout", &program.connect_timeout),
        ("reply-timeout", &program.reply_timeout),
        ("time-limit", &program.time_limit),
    ] {
        if let Some(given) = timeout
            .given()
            .filter(|given| given.value == Duration::ZERO)
        {
            problems.add(
                given.span,
                format!("a `{key}` of nothing"),
                "write how long: `2s`",
            );
        }
    }
}
