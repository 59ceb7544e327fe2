//! One host: its programs, who a packet is for, and what is due when.

mod connections;
mod programs;

use crate::{
    Nanos,
    cost::Costs,
    net::Net,
    program::{End, Kind, Program, ProgramId},
    stream::{Scene, Stream},
    wakes::{Sleeper, Wakes},
};
use packet::{
    LinkType,
    decode::{Transport, decode},
};
use record::event::Event;
use smoltcp::iface::SocketSet;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// The stack and its version, as the manifest names it.
pub const SMOLTCP: &str = "smoltcp 0.14";

/// First port of connections that a host opens (RFC 6335, section 6).
const FIRST_PORT: u16 = 49_152;

/// Where a host is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its address.
    pub address: IpAddr,
    /// Length of its network's prefix.
    pub prefix: u8,
    /// The MTU of its interface in bytes.
    pub mtu: u16,
    /// Whether it acknowledges every segment at once (`quickack` of ip-route(8)).
    pub quick_ack: bool,
}

/// A host with a stack of its own.
pub struct Host {
    identity: Identity,
    seed: u64,
    net: Net,
    programs: Vec<Program>,
    /// The programs' names, for the diary.
    names: Vec<String>,
    streams: Vec<Option<Box<Stream>>>,
    free: Vec<usize>,
    /// Connections by our port and the other end.
    by_ends: BTreeMap<(u16, SocketAddr), usize>,
    /// UDP sockets share a set: which one a later fragment is for is known only when all are there.
    udp: SocketSet<'static>,
    wakes: Wakes,
    events: Vec<Event>,
    next_port: u16,
    /// Counts what has costs of its own.
    numbers: u64,
    nudges: u64,
    /// Connections that are not over.
    open: usize,
}

impl Host {
    /// A host without programs.
    pub fn new(identity: Identity, seed: u64) -> Self {
        Self {
            identity,
            seed,
            net: Net::new(&identity, Costs::new(seed, 0).draw()),
            programs: Vec::new(),
            names: Vec::new(),
            streams: Vec::new(),
            free: Vec::new(),
            by_ends: BTreeMap::new(),
            udp: SocketSet::new(Vec::new()),
            wakes: Wakes::default(),
            events: Vec::new(),
            next_port: FIRST_PORT,
            numbers: 0,
            nudges: 0,
            open: 0,
        }
    }

    /// A packet arrives at `now`: IPv4 or IPv6, without a link header.
    pub fn receive(&mut self, now: Nanos, packet: Vec<u8>) {
        let Ok(decoded) = decode(LinkType::RAW, &packet, packet.len()) else {
            return self.receive_by_nobody(now, packet);
        };
        let is_ours = decoded.network.destination() == self.identity.address;
        let source = decoded.network.source();
        match decoded.transport {
            Transport::Tcp(segment) if is_ours && decoded.network.fragment().is_none() => {
                let header = &segment.header;
                let remote = SocketAddr::new(source, header.source());
                let port = header.destination();
                let flags = header.flags();
                let opens = flags.syn() && !flags.ack() && !flags.rst();
                if let Some(&stream) = self.by_ends.get(&(port, remote)) {
                    self.receive_for(stream, now, packet);
                } else if opens && let Some(program) = self.server_on(port) {
                    self.accept(program, port, remote, packet, now);
                } else {
                    self.receive_by_nobody(now, packet);
                }
            }
            Transport::Udp(_) | Transport::LaterFragment if is_ours => {
                self.net.receive(now, packet, &mut self.udp);
                self.run_all_udp(now);
            }
            _ => self.receive_by_nobody(now, packet),
        }
    }

    /// A packet without a socket: the stack answers as it should, by a reset for example.
    fn receive_by_nobody(&mut self, now: Nanos, packet: Vec<u8>) {
        let mut none = SocketSet::new(Vec::new());
        self.net.receive(now, packet, &mut none);
        self.net.send(now, &mut none);
    }

    /// Does the first thing that is due by `now`; what is due besides is still so.
    pub fn run(&mut self, now: Nanos) {
        if self.next_due().is_none_or(|due| due > now) {
            return;
        }
        let Some((_, _, sleeper)) = self.wakes.first() else {
            return;
        };
        self.wakes.pop();
        match sleeper {
            Sleeper::Stream(place) => {
                if let Some(stream) = &mut self.streams[place] {
                    stream.armed.disarm();
                }
                self.run_stream(place, now);
            }
            Sleeper::Program(number) => {
                self.programs[number].armed.disarm();
                self.run_program(ProgramId(number), now);
            }
        }
    }

    /// When something is to be done next, even if no packet comes.
    pub fn next_due(&mut self) -> Option<Nanos> {
        while let Some((at, number, sleeper)) = self.wakes.first() {
            let armed = match sleeper {
                Sleeper::Stream(stream) => self.streams[stream].as_ref().map(|it| it.armed),
                Sleeper::Program(program) => Some(self.programs[program].armed),
            };
            if armed.is_some_and(|armed| armed.is_by((at, number))) {
                return Some(at);
            }
            self.wakes.pop();
        }
        None
    }

    /// Takes the packets sent so far, in order.
    pub fn sent(&mut self) -> impl Iterator<Item = Vec<u8>> {
        self.net.sent()
    }

    /// Takes the diary kept so far, in order of time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// How a program ended, when it has.
    pub fn end(&self, program: ProgramId) -> Option<&End> {
        self.programs.get(program.0)?.end.as_ref()
    }

    /// Whether all programs that end by themselves have.
    pub fn is_done(&self) -> bool {
        let mut programs = self.programs.iter();
        programs.all(|program| program.is_over() || !program.config.ends_by_itself())
    }

    /// Whether all programs have ended.
    pub fn is_finished(&self) -> bool {
        self.programs.iter().all(Program::is_over)
    }

    /// How many connections are not over, TIME-WAIT not counted.
    pub fn open_connections(&self) -> usize {
        self.open
    }

    /// How often the stack had forgotten to send what it had, and was nudged.
    pub fn nudges(&self) -> u64 {
        let streams = self.streams.iter().flatten();
        self.nudges + streams.map(|stream| stream.nudges).sum::<u64>()
    }

    /// How many packets the stack made that were larger than the MTU, and did not leave.
    pub fn oversized(&self) -> u64 {
        self.net.oversized()
    }

    /// How its programs and connections stand, a line each, for a person.
    pub fn describe(&self) -> Vec<String> {
        let program = |program: &Program| match &program.end {
            None => format!("{}: runs", program.name),
            Some(End::Well) => format!("{}: has ended", program.name),
            Some(End::Failed(reason)) => format!("{}: {reason}", program.name),
        };
        let streams = self.streams.iter().flatten();
        let streams = streams.map(|stream| {
            let name = &self.names[stream.program.0];
            format!("{name}: {}", stream.describe())
        });
        self.programs.iter().map(program).chain(streams).collect()
    }

    fn scene<R>(&mut self, now: Nanos, act: impl FnOnce(&mut Scene<'_>) -> R) -> R {
        let Self {
            net, names, events, ..
        } = self;
        let mut note = |program: ProgramId, conn, kind| {
            events.push(Event {
                at: now,
                peer: names[program.0].clone(),
                conn,
                kind,
            });
        };
        act(&mut Scene {
            now,
            net,
            note: &mut note,
        })
    }

    fn costs(&mut self) -> Costs {
        self.numbers += 1;
        Costs::new(self.seed, self.numbers)
    }

    fn free_port(&mut self, is_taken: impl Fn(&Self, u16) -> bool) -> u16 {
        // There are more ports than connections that a client may open.
        for _ in FIRST_PORT..=u16::MAX {
            let port = self.next_port;
            self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
            if !is_taken(self, port) {
                return port;
            }
        }
        self.next_port
    }

    fn server_on(&self, port: u16) -> Option<ProgramId> {
        let serves = |program: &Program| match &program.kind {
            Kind::Server(server) => server.is_accepting && server.listen.port() == port,
            _ => false,
        };
        self.programs.iter().position(serves).map(ProgramId)
    }
}
