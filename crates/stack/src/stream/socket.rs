//! A TCP socket, with what smoltcp's lacks: corking, and a reset where data is left unread.

use crate::{
    Nanos,
    host::Identity,
    nanos,
    net::{self, Net},
};
use protocol::{Framing, PeerConfig, ProtocolName, Role};
use smoltcp::{
    iface::{SocketHandle, SocketSet},
    socket::tcp::{self, CongestionControl, RecvError, State},
    time::Duration,
};
use std::net::SocketAddr;

/// Bytes of a buffer that nobody asked another size of.
const BUFFER: usize = 64 << 10;

/// Linux delays an acknowledgment for 40 ms at least (TCP_DELACK_MIN).
const ACK_DELAY: Duration = Duration::from_millis(40);

/// Probes without an answer that end a connection on Linux (tcp_keepalive_probes, tcp(7)).
const KEEPALIVE_PROBES: u32 = 9;

/// Bytes of a TCP header with time stamps.
const TCP_HEADER: usize = 32;

/// How long a cork holds at most, as tcp(7) says of TCP_CORK.
const CORK: std::time::Duration = std::time::Duration::from_millis(200);

/// One TCP socket in a set of its own.
pub(super) struct Socket {
    sockets: SocketSet<'static>,
    handle: SocketHandle,
    /// Written, and not yet given to smoltcp.
    staged: Vec<u8>,
    corked: bool,
    /// When what is staged goes even if corked.
    cork_ends: Option<Nanos>,
    /// Most payload of a segment.
    full: usize,
    closing: bool,
    keepalive: Option<Duration>,
    /// How long the other side may say nothing to keepalives, and to data.
    silence: Option<Duration>,
    user_timeout: Option<Duration>,
    /// Whether smoltcp gave the connection up.
    timed_out: bool,
}

/// Bytes that a peer writes at most, where that is known beforehand: a larger buffer would never be
/// filled, and making one is much of what a short run costs.
fn all_written(config: &PeerConfig) -> usize {
    /// More than a length, as number or text, and the word that answers one.
    const LENGTH: usize = 64;
    let framing = LENGTH
        + match &config.framing {
            Framing::Delimiter(delimiter) => delimiter.len(),
            Framing::Fixed(size) => *size,
            _ => 0,
        };
    match (config.role, config.protocol) {
        (_, ProtocolName::Sink) => LENGTH,
        (Role::TcpClient, ProtocolName::Greeting | ProtocolName::Command) => {
            let texts = config.send.iter().map(|text| text.len() + framing);
            texts.sum::<usize>() + framing
        }
        _ => usize::MAX,
    }
}

/// What a read finds.
pub(super) enum Found {
    Bytes(usize),
    End,
    Broken,
}

impl Socket {
    fn new(config: &PeerConfig, identity: &Identity) -> Self {
        let size = |asked: Option<u32>| asked.map_or(BUFFER, |bytes| bytes.max(1) as usize);
        let buffer = |bytes| tcp::SocketBuffer::new(vec![0; bytes]);
        let send = size(config.sndbuf).min(all_written(config));
        let mut socket = tcp::Socket::new(buffer(size(config.rcvbuf)), buffer(send));
        socket.set_nagle_enabled(!config.nodelay);
        let quick = identity.quick_ack || config.quickack == Some(true);
        socket.set_ack_delay((!quick).then_some(ACK_DELAY));
        socket.set_tsval_generator(Some(net::milliseconds));
        socket.set_congestion_control(CongestionControl::Reno);
        let micros = |time: std::time::Duration| Duration::from_micros(time.as_micros() as u64);
        let keepalive = config.keepalive.map(micros);
        socket.set_keep_alive(keepalive);
        // The first probe comes after the same time as each other.
        let probes = config.keepalive_probes.unwrap_or(KEEPALIVE_PROBES);
        let silence = keepalive.map(|time| time * (probes + 1));
        let mut sockets = SocketSet::new(Vec::with_capacity(1));
        let handle = sockets.add(socket);
        let ip = if identity.address.is_ipv4() { 20 } else { 40 };
        let headers = ip + TCP_HEADER;
        Self {
            sockets,
            handle,
            staged: Vec::new(),
            corked: false,
            cork_ends: None,
            full: usize::from(identity.mtu).saturating_sub(headers).max(1),
            closing: false,
            keepalive,
            silence,
            user_timeout: config.user_timeout.map(micros),
            timed_out: false,
        }
    }

    /// One that waits for a SYN to that address. None where the port is 0.
    pub(super) fn listening(
        config: &PeerConfig,
        identity: &Identity,
        at: SocketAddr,
    ) -> Option<Self> {
        let mut socket = Self::new(config, identity);
        socket.tcp_mut().listen(at).ok()?;
        Some(socket)
    }

    /// One that connects. None where an address is none to connect from or to.
    pub(super) fn connecting(
        config: &PeerConfig,
        identity: &Identity,
        from: SocketAddr,
        to: SocketAddr,
        net: &mut Net,
    ) -> Option<Self> {
        let mut socket = Self::new(config, identity);
        socket.tcp_mut().connect(net.context(), to, from).ok()?;
        Some(socket)
    }

    fn tcp(&self) -> &tcp::Socket<'static> {
        self.sockets.get(self.handle)
    }

    fn tcp_mut(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.handle)
    }

    pub(super) fn state(&self) -> State {
        self.tcp().state()
    }

    pub(super) fn receive(&mut self, now: Nanos, packet: Vec<u8>, net: &mut Net) {
        net.receive(now, packet, &mut self.sockets);
    }

    /// Sends what can be sent now.
    pub(super) fn send(&mut self, now: Nanos, net: &mut Net) {
        self.set_timeout();
        loop {
            let was_open = self.state() != State::Closed;
            net.send(now, &mut self.sockets);
            // A reset closes it when it arrives.
            self.timed_out |= was_open && self.state() == State::Closed;
            if !self.give(now) {
                return;
            }
        }
    }

    /// With nothing under way only keepalives may find the other side silent: smoltcp would take an
    /// idle one for dead.
    fn set_timeout(&mut self) {
        let user_timeout = self.user_timeout.filter(|_| self.unacknowledged() > 0);
        let timeout = self.silence.into_iter().chain(user_timeout).min();
        self.tcp_mut().set_timeout(timeout);
    }

    /// Whether the connection ended because the other side was silent.
    pub(super) fn has_timed_out(&self) -> bool {
        self.timed_out
    }

    /// Gives smoltcp what is staged, as far as there is room and the cork lets it; then the end.
    /// Returns whether anything was given.
    fn give(&mut self, now: Nanos) -> bool {
        if self.cork_ends.is_some_and(|at| at <= now) {
            self.cork_ends = None;
            return self.give_up_to(self.staged.len());
        }
        let most = if self.corked {
            self.staged.len() / self.full * self.full
        } else {
            self.staged.len()
        };
        let given = self.give_up_to(most);
        if self.corked && !self.staged.is_empty() {
            self.cork_ends.get_or_insert(now + nanos(CORK));
        }
        if self.closing && self.staged.is_empty() {
            self.closing = false;
            self.tcp_mut().close();
            return true;
        }
        given
    }

    fn give_up_to(&mut self, most: usize) -> bool {
        let tcp = self.sockets.get_mut::<tcp::Socket<'_>>(self.handle);
        // What is written to a connection that is gone goes nowhere.
        let given = tcp.send_slice(&self.staged[..most]).unwrap_or(most);
        self.staged.drain(..given);
        given > 0
    }

    pub(super) fn cork(&mut self, on: bool) {
        self.corked = on;
        self.cork_ends = None;
    }

    /// Takes bytes, as many as there is room for. None when the connection does not send any more.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Option<usize> {
        if !self.tcp().may_send() {
            return None;
        }
        let taken = bytes.len().min(self.room());
        self.staged.extend_from_slice(&bytes[..taken]);
        Some(taken)
    }

    fn room(&self) -> usize {
        let tcp = self.tcp();
        let queued = tcp.send_queue() + self.staged.len();
        tcp.send_capacity().saturating_sub(queued)
    }

    /// Whether a blocked write of `rest` bytes should be tried again. Like Linux's, it waits until a
    /// third of the buffer is free.
    pub(super) fn is_writable(&self, rest: usize) -> bool {
        let tcp = self.tcp();
        !tcp.may_send() || self.room() >= rest.min(tcp.send_capacity().div_ceil(3))
    }

    /// Whether a read would not block.
    pub(super) fn is_readable(&self) -> bool {
        let tcp = self.tcp();
        tcp.can_recv() || !tcp.may_recv()
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Found {
        match self.tcp_mut().recv_slice(buffer) {
            Ok(n) => Found::Bytes(n),
            Err(RecvError::Finished) => Found::End,
            Err(RecvError::InvalidState) => Found::Broken,
        }
    }

    /// Bytes written that the other side has not acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.tcp().send_queue() + self.staged.len()
    }

    /// Sends FIN behind what was written.
    pub(super) fn half_close(&mut self) {
        self.corked = false;
        self.closing = true;
    }

    /// Closes both directions: with a reset where data is left unread (RFC 9293, section 3.10.4; RFC
    /// 1122, section 4.2.2.13), which smoltcp leaves to its users.
    pub(super) fn close(&mut self) {
        if self.tcp().recv_queue() > 0 {
            self.abort();
        } else {
            self.half_close();
        }
    }

    /// Data that arrives where nobody will read it is answered with a reset.
    pub(super) fn refuse_data(&mut self) {
        if self.tcp().recv_queue() > 0 {
            self.abort();
        }
    }

    pub(super) fn abort(&mut self) {
        self.staged.clear();
        self.closing = false;
        self.tcp_mut().abort();
    }

    /// Whether the connection is over, but for TIME-WAIT.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.state(),
            State::Closed | State::TimeWait | State::Listen
        )
    }

    /// When it wants to be polled next.
    pub(super) fn next_due(&self, now: Nanos, net: &mut Net) -> Option<Nanos> {
        let due = net.next_due(now, &self.sockets);
        due.into_iter().chain(self.cork_ends).min()
    }

    /// Whether smoltcp has forgotten to send what it has: data is queued and no timer runs. That
    /// happens where an old acknowledgment with window 0 overtakes a newer one and the
    /// retransmission timer then expires.
    pub(super) fn is_stuck(&self, now: Nanos, net: &mut Net) -> bool {
        let open = matches!(
            self.state(),
            State::Established
                | State::CloseWait
                | State::FinWait1
                | State::LastAck
                | State::Closing
        );
        open && self.tcp().send_queue() > 0 && net.next_due(now, &self.sockets).is_none()
    }

    /// Makes smoltcp probe the other side once, whose answer tells the window as it is.
    pub(super) fn nudge(&mut self, now: Nanos, net: &mut Net) {
        self.tcp_mut().set_keep_alive(Some(Duration::from_secs(1)));
        net.send(now, &mut self.sockets);
        let keepalive = self.keepalive;
        self.tcp_mut().set_keep_alive(keepalive);
    }
}
