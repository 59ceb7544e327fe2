//! Drives one machine on one TCP connection.
//!
//! Three lanes (read, write, wait) with one order outstanding in each. A call begins when it is
//! ordered or its pause is over, and returns when its cost has passed; a read that finds nothing
//! blocks until something has arrived, a write that finds no room until there is some. After every
//! call the stack may send, so three writes are three chances for a segment.

mod calls;
mod socket;

use crate::{
    Nanos, cost::Costs, host::Identity, nanos, net::Net, program::ProgramId, wakes::Armed,
};
use calls::{ReadCall, WriteCall};
use protocol::{Broken, End, Orders, PeerConfig, Ran, StreamEvent, StreamPeer};
use record::{
    event::{Closing, Conn, EventKind},
    journal::Ledger,
};
use smoltcp::socket::tcp::State as TcpState;
use socket::Socket;

/// How long data may lie there without any timer before the stack is nudged: as long as the
/// shortest timer that should have run.
const NUDGE: Nanos = 1_000_000_000;

/// What a driver is given for a turn.
pub(crate) struct Scene<'a> {
    pub(crate) now: Nanos,
    pub(crate) net: &'a mut Net,
    /// Where the diary goes.
    pub(crate) note: &'a mut dyn FnMut(ProgramId, Conn, EventKind),
}

/// One connection, from its first SYN until nothing of it is left.
pub(crate) struct Stream {
    pub(crate) program: ProgramId,
    pub(crate) conn: Conn,
    pub(crate) armed: Armed,
    /// How often the stack had to be nudged.
    pub(crate) nudges: u64,
    socket: Socket,
    phase: Phase,
    machine: Box<dyn StreamPeer + Send>,
    ledger: Ledger,
    costs: Costs,
    begun: Nanos,
    is_client: bool,
    /// Whether the server accepts it only when it is free to.
    queues: bool,
    read: Option<ReadCall>,
    write: Option<WriteCall>,
    wake: Option<Nanos>,
    /// A half-close was ordered and waits.
    draining: bool,
    end: Option<End>,
    /// Why a write failed. What arrived before may still be read.
    broken: Option<Broken>,
    eof: bool,
    buffer: Vec<u8>,
    stuck_since: Option<Nanos>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The handshake is under way.
    Handshake,
    /// It is over, but the server is not free to accept.
    Queued,
    /// It is over; connect or accept returns then.
    Opening(Nanos),
    /// The machine plays.
    Open,
    /// The program is done with it.
    Left,
}

/// What is new about a connection after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The handshake failed: the other side refused.
    Refused,
    /// The handshake is over, and the connection waits to be accepted.
    Queued,
    /// The program is done with it.
    Left,
}

impl Stream {
    /// A connection that a client opens. None where the addresses can't be connected.
    pub(crate) fn connect(
        config: &PeerConfig,
        program: ProgramId,
        conn: Conn,
        identity: &Identity,
        costs: Costs,
        scene: &mut Scene<'_>,
    ) -> Option<Self> {
        let socket = Socket::connecting(config, identity, conn.local, conn.remote, scene.net)?;
        Some(Self::new(
            config, program, conn, socket, costs, scene.now, true,
        ))
    }

    /// A connection that a server accepts, if `syn` is what it should be.
    pub(crate) fn accept(
        config: &PeerConfig,
        program: ProgramId,
        conn: Conn,
        identity: &Identity,
        costs: Costs,
        syn: Vec<u8>,
        scene: &mut Scene<'_>,
    ) -> Option<Self> {
        let mut socket = Socket::listening(config, identity, conn.local)?;
        socket.receive(scene.now, syn, scene.net);
        if socket.state() != TcpState::SynReceived {
            return None;
        }
        Some(Self::new(
            config, program, conn, socket, costs, scene.now, false,
        ))
    }

    fn new(
        config: &PeerConfig,
        program: ProgramId,
        conn: Conn,
        socket: Socket,
        costs: Costs,
        now: Nanos,
        is_client: bool,
    ) -> Self {
        Self {
            program,
            conn,
            armed: Armed::default(),
            nudges: 0,
            socket,
            phase: Phase::Handshake,
            machine: protocol::stream_peer(config),
            ledger: Ledger::default(),
            costs,
            begun: now,
            is_client,
            queues: !is_client && config.one_at_a_time,
            read: None,
            write: None,
            wake: None,
            draining: false,
            end: None,
            broken: None,
            eof: false,
            buffer: Vec::new(),
            stuck_since: None,
        }
    }

    /// Takes a packet that has arrived for it, and does what is to be done then.
    pub(crate) fn receive(&mut self, packet: Vec<u8>, scene: &mut Scene<'_>) -> Option<News> {
        self.socket.receive(scene.now, packet, scene.net);
        self.run(scene)
    }

    /// Does what is to be done by now: sends, carries calls out, tells the machine.
    pub(crate) fn run(&mut self, scene: &mut Scene<'_>) -> Option<News> {
        loop {
            self.socket.send(scene.now, scene.net);
            match self.phase {
                Phase::Handshake => match self.socket.state() {
                    TcpState::Closed | TcpState::Listen => {
                        self.phase = Phase::Left;
                        return Some(News::Refused);
                    }
                    TcpState::SynSent | TcpState::SynReceived => return None,
                    _ if self.queues => {
                        self.phase = Phase::Queued;
                        return Some(News::Queued);
                    }
                    _ => self.phase = Phase::Opening(scene.now + self.costs.next()),
                },
                Phase::Queued => return None,
                Phase::Opening(at) if at <= scene.now => self.open(scene),
                Phase::Opening(_) => return None,
                Phase::Open => {
                    let moved = self.turn(scene);
                    if let Some(how) = self.over(scene) {
                        self.leave(how, scene);
                        return Some(News::Left);
                    }
                    self.turn_to_half_close();
                    if !moved {
                        self.socket.send(scene.now, scene.net);
                        self.help(scene);
                        return None;
                    }
                }
                Phase::Left => {
                    self.socket.refuse_data();
                    self.socket.send(scene.now, scene.net);
                    self.help(scene);
                    return None;
                }
            }
        }
    }

    fn open(&mut self, scene: &mut Scene<'_>) {
        self.phase = Phase::Open;
        let kind = if self.is_client {
            EventKind::Opened { begin: self.begun }
        } else {
            EventKind::Accepted
        };
        self.note(kind, scene);
        self.tell(StreamEvent::Opened, scene);
    }

    fn tell(&mut self, event: StreamEvent<'_>, scene: &mut Scene<'_>) {
        let mut orders = Orders::default();
        self.machine.on(event, &mut orders);
        for note in orders.notes {
            let kind = self.ledger.said(note);
            self.note(kind, scene);
        }
        if let Some(cork) = orders.cork {
            self.socket.cork(cork);
        }
        let now = scene.now;
        if let Some(bytes) = orders.write {
            let begin = now + nanos(orders.write_pause);
            let due = Some(begin + self.costs.next());
            self.write = Some(WriteCall {
                begin,
                bytes,
                done: 0,
                due,
            });
        }
        if let Some(asked) = orders.read {
            self.read = Some(ReadCall {
                begin: now + nanos(orders.read_pause),
                asked,
                due: None,
            });
        }
        if let Some(pause) = orders.wait {
            self.wake = Some(now + nanos(pause));
        }
        if orders.run.is_some() {
            let reason = "a simulated host has no processes";
            self.tell(StreamEvent::Ran(Ran::NotStarted(reason)), scene);
        }
        match orders.end {
            Some(End::HalfClose) => self.draining = true,
            Some(end) => {
                self.end = Some(end);
                self.read = None;
                self.wake = None;
            }
            None => {}
        }
    }

    /// Cuts it, whatever it is doing.
    pub(crate) fn cut(&mut self, scene: &mut Scene<'_>) -> Option<News> {
        match self.phase {
            Phase::Left => None,
            Phase::Handshake | Phase::Queued | Phase::Opening(_) => {
                self.socket.abort();
                self.phase = Phase::Left;
                self.socket.send(scene.now, scene.net);
                Some(News::Refused)
            }
            Phase::Open => {
                let how = self.breaks(Broken::Stopped, scene);
                self.leave(how, scene);
                Some(News::Left)
            }
        }
    }

    fn leave(&mut self, how: Closing, scene: &mut Scene<'_>) {
        if how == Closing::Aborted {
            self.socket.abort();
        } else {
            self.socket.close();
        }
        let kind = self.ledger.closed(how);
        self.note(kind, scene);
        self.phase = Phase::Left;
        self.socket.send(scene.now, scene.net);
    }

    fn note(&self, kind: EventKind, scene: &mut Scene<'_>) {
        (scene.note)(self.program, self.conn, kind);
    }

    /// When it is to run next, even if no packet comes.
    pub(crate) fn next_due(&self, now: Nanos, net: &mut Net) -> Option<Nanos> {
        let opening = match self.phase {
            Phase::Opening(at) => Some(at),
            _ => None,
        };
        let calls = if self.phase == Phase::Open {
            self.calls_due()
        } else {
            None
        };
        let nudge = self.stuck_since.map(|since| since + NUDGE);
        let socket = self.socket.next_due(now, net);
        [opening, calls, nudge, socket].into_iter().flatten().min()
    }

    /// Nudges the stack where it has forgotten its data for long enough.
    fn help(&mut self, scene: &mut Scene<'_>) {
        if !self.socket.is_stuck(scene.now, scene.net) {
            self.stuck_since = None;
            return;
        }
        let since = *self.stuck_since.get_or_insert(scene.now);
        if scene.now >= since + NUDGE {
            self.stuck_since = None;
            self.nudges += 1;
            self.socket.nudge(scene.now, scene.net);
        }
    }

    /// Whether the handshake is not over.
    pub(crate) fn is_in_handshake(&self) -> bool {
        self.phase == Phase::Handshake
    }

    /// Whether the server has not begun to accept it.
    pub(crate) fn is_unaccepted(&self) -> bool {
        matches!(self.phase, Phase::Handshake | Phase::Queued)
    }

    /// The server is free for it.
    pub(crate) fn admit(&mut self, now: Nanos) {
        if self.phase == Phase::Queued {
            self.phase = Phase::Opening(now + self.costs.next());
        }
    }

    /// Whether the connection is over, but for TIME-WAIT.
    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Left && self.socket.is_over()
    }

    /// Whether nothing is left of it, and its place may be used again.
    pub(crate) fn is_gone(&self) -> bool {
        let state = self.socket.state();
        self.phase == Phase::Left && matches!(state, TcpState::Closed | TcpState::Listen)
    }

    /// How it stands, for a person.
    pub(crate) fn describe(&self) -> String {
        format!(
            "{} → {}: {:?}, {} bytes unacknowledged",
            self.conn.local,
            self.conn.remote,
            self.socket.state(),
            self.socket.unacknowledged()
        )
    }
}
