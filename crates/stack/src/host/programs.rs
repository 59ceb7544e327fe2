//! Starting, leading and ending a host's programs.

use super::Host;
use crate::{
    Nanos, StackError,
    datagrams::Datagrams,
    nanos,
    program::{Client, End, Kind, Program, ProgramId, Server},
    wakes::{Armed, Sleeper},
};
use protocol::{PeerConfig, Role};
use smoltcp::iface::SocketSet;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
};

/// How long connections may go on after the end was ordered, as those of the kernel's peers.
const GRACE: Nanos = 2_000_000_000;

impl Host {
    /// Starts a program. A server can be reached from now on; one that opens connections or sends
    /// first waits for [`Host::go`].
    ///
    /// # Errors
    /// Its options make no sense, or not on this host.
    pub fn launch(
        &mut self,
        name: &str,
        config: &PeerConfig,
        now: Nanos,
    ) -> Result<ProgramId, StackError> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(problem.into());
        }
        let id = ProgramId(self.programs.len());
        let kind = match config.role {
            Role::TcpServer => self.server(config)?,
            Role::TcpClient => Kind::Client(Client {
                to: config
                    .to
                    .ok_or(StackError::NoAddress("a client needs one to connect to"))?,
                open: BTreeSet::new(),
                retries: Vec::new(),
                patience: None,
                pauses: BTreeMap::new(),
                failed: None,
            }),
            Role::UdpPeer => self.udp(config, id)?,
        };
        self.names.push(name.to_owned());
        self.programs.push(Program {
            name: name.to_owned(),
            config: config.clone(),
            kind,
            end: None,
            armed: Armed::default(),
        });
        if config.role == Role::UdpPeer && !config.ends_by_itself() {
            self.begin(id, now);
        }
        Ok(id)
    }

    fn server(&self, config: &PeerConfig) -> Result<Kind, StackError> {
        let listen = config
            .listen
            .ok_or(StackError::NoAddress("a server needs one to listen on"))?;
        if self.server_on(listen.port()).is_some() {
            return Err(StackError::PortInUse(listen.port()));
        }
        Ok(Kind::Server(Server {
            listen,
            is_accepting: true,
            open: BTreeSet::new(),
            queue: VecDeque::new(),
            served: None,
            cut_at: None,
        }))
    }

    fn udp(&mut self, config: &PeerConfig, id: ProgramId) -> Result<Kind, StackError> {
        let port = match (config.listen, config.to) {
            (Some(listen), _) if listen.port() != 0 => listen.port(),
            (Some(_), _) | (None, Some(_)) => self.free_port(|_, _| false),
            (None, None) => {
                return Err(StackError::NoAddress(
                    "a UDP peer needs one to bind or one to send to",
                ));
            }
        };
        let local = SocketAddr::new(self.identity.address, port);
        let costs = self.costs();
        let (mtu, udp) = (self.identity.mtu, &mut self.udp);
        let bound = Datagrams::bind(config, id, local, mtu, costs, udp);
        let datagrams = bound.ok_or(StackError::PortInUse(port))?;
        Ok(Kind::Udp(Box::new(datagrams)))
    }

    /// Lets the programs connect and send.
    pub fn go(&mut self, now: Nanos) {
        for number in 0..self.programs.len() {
            let id = ProgramId(number);
            if !self.programs[number].config.ends_by_itself() {
                continue;
            }
            self.begin(id, now);
        }
    }

    fn begin(&mut self, id: ProgramId, now: Nanos) {
        let (count, patience) = {
            let config = &self.programs[id.0].config;
            (config.connections, nanos(config.connect_timeout))
        };
        match &mut self.programs[id.0].kind {
            Kind::Client(client) => {
                client.patience = Some(now.saturating_add(patience));
                for _ in 0..count {
                    self.connect(id, now, super::connections::FIRST_PAUSE);
                }
            }
            Kind::Udp(_) => self.with_udp(id, now, |datagrams, _, scene| {
                datagrams.begin(scene);
                None
            }),
            Kind::Server(_) => {}
        }
        self.run_program(id, now);
    }

    /// Tells all programs to come to an end.
    pub fn stop(&mut self, now: Nanos) {
        for number in 0..self.programs.len() {
            let id = ProgramId(number);
            match &mut self.programs[number].kind {
                Kind::Server(server) => {
                    server.is_accepting = false;
                    server.cut_at.get_or_insert(now + GRACE);
                    let unaccepted: Vec<usize> = server.open.iter().copied().collect();
                    for stream in unaccepted {
                        let slot = self.streams[stream].as_ref();
                        if slot.is_some_and(|stream| stream.is_unaccepted()) {
                            self.cut(stream, now);
                        }
                    }
                }
                Kind::Client(client) => {
                    client.retries.clear();
                    client.patience = Some(now);
                    let open: Vec<usize> = client.open.iter().copied().collect();
                    for stream in open {
                        self.cut(stream, now);
                    }
                }
                Kind::Udp(datagrams) => datagrams.stop(now, GRACE),
            }
            self.run_program(id, now);
        }
    }

    /// Does what is due for a program, apart from its connections.
    pub(super) fn run_program(&mut self, id: ProgramId, now: Nanos) {
        match &self.programs[id.0].kind {
            Kind::Server(server) => {
                if server.cut_at.is_some_and(|at| at <= now) {
                    let open: Vec<usize> = server.open.iter().copied().collect();
                    for stream in open {
                        self.cut(stream, now);
                    }
                }
            }
            Kind::Client(_) => self.retry(id, now),
            Kind::Udp(_) => self.with_udp(id, now, |datagrams, sockets, scene| {
                datagrams.run(sockets, scene)
            }),
        }
        self.settle(id, now);
    }

    pub(super) fn run_all_udp(&mut self, now: Nanos) {
        for number in 0..self.programs.len() {
            if matches!(self.programs[number].kind, Kind::Udp(_)) {
                self.run_program(ProgramId(number), now);
            }
        }
    }

    /// Notes whether a program has ended, and when it is to be looked at next.
    pub(super) fn settle(&mut self, id: ProgramId, now: Nanos) {
        let Self {
            programs,
            wakes,
            udp,
            net,
            ..
        } = self;
        let program = &mut programs[id.0];
        let (end, due) = match &mut program.kind {
            Kind::Server(server) => (
                (server.cut_at.is_some() && server.open.is_empty()).then_some(End::Well),
                server.cut_at,
            ),
            Kind::Client(client) => {
                let is_over = client.patience.is_some()
                    && client.open.is_empty()
                    && client.retries.is_empty();
                let end = match client.failed.clone() {
                    Some(reason) => End::Failed(reason),
                    None => End::Well,
                };
                let retry = client.retries.iter().map(|retry| retry.at).min();
                let patience = client.patience.filter(|at| *at > now);
                (
                    is_over.then_some(end),
                    retry.into_iter().chain(patience).min(),
                )
            }
            Kind::Udp(datagrams) => (None, datagrams.next_due(now, udp, net)),
        };
        if program.end.is_none() {
            program.end = end;
        }
        let due = due.filter(|_| program.end.is_none());
        wakes.arm(Sleeper::Program(id.0), &mut program.armed, due);
    }

    fn with_udp(
        &mut self,
        id: ProgramId,
        now: Nanos,
        act: impl FnOnce(
            &mut Datagrams,
            &mut SocketSet<'static>,
            &mut crate::stream::Scene<'_>,
        ) -> Option<Result<(), String>>,
    ) {
        let mut udp = std::mem::replace(&mut self.udp, SocketSet::new(Vec::new()));
        let mut programs = std::mem::take(&mut self.programs);
        if let Kind::Udp(datagrams) = &mut programs[id.0].kind {
            let ended = self.scene(now, |scene| act(datagrams, &mut udp, scene));
            if let Some(ended) = ended {
                programs[id.0].end = Some(match ended {
                    Ok(()) => End::Well,
                    Err(reason) => End::Failed(reason),
                });
            }
        }
        self.udp = udp;
        self.programs = programs;
    }
}
