//! Drives one machine on one UDP socket.

use crate::{PeerError, Summary, Witness, clock::now, options};
use protocol::{DatagramEvent, DatagramOrders, DatagramPeer, PeerConfig};
use record::event::{Conn, EventKind, digest};
use socket2::SockRef;
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};
use sys::alarm::Alarm;
use tokio::{io::Interest, net::UdpSocket, task::coop};

/// Binds as the options say: a peer that sends is connected to whom it sends, so that ICMP errors
/// reach it and its own address is known.
pub(crate) async fn bind(config: &PeerConfig) -> Result<Endpoint, PeerError> {
    let any = |to: SocketAddr| match to {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let address = config
        .listen
        .or(config.to.map(any))
        .ok_or(PeerError::NoAddress(
            "a UDP peer needs one to bind or one to send to",
        ))?;
    let failed = |source| PeerError::Listen { address, source };
    let socket = UdpSocket::bind(address).await.map_err(failed)?;
    options::set_buffers(SockRef::from(&socket), config)?;
    if let Some(to) = config.to {
        let failed = |source| PeerError::Unconnectable { to, source };
        socket.connect(to).await.map_err(failed)?;
    }
    let local = socket.local_addr().map_err(failed)?;
    if local.ip().is_unspecified() {
        sys::socket::tell_destination(&socket, local).map_err(failed)?;
    }
    Ok(Endpoint {
        socket,
        local,
        to: config.to,
    })
}

/// A bound socket.
pub(crate) struct Endpoint {
    socket: UdpSocket,
    pub(crate) local: SocketAddr,
    to: Option<SocketAddr>,
}

/// Plays `machine` until it ends. After `stop` it goes on while datagrams wait to be received or
/// an answer is being thought about, but no longer than `grace`.
pub(crate) async fn drive(
    endpoint: Endpoint,
    machine: Box<dyn DatagramPeer + Send>,
    witness: Witness,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> Result<Summary, PeerError> {
    let mut driver = Driver {
        endpoint,
        machine,
        witness,
        receive: None,
        send: None,
        wake: None,
        end: false,
        stopping: false,
        arrived_at: HashMap::new(),
        buffer: Vec::new(),
        received: 0,
    };
    driver.run(stop, grace).await?;
    Ok(Summary {
        understood: driver.received,
        ..Summary::default()
    })
}

struct Driver {
    endpoint: Endpoint,
    machine: Box<dyn DatagramPeer + Send>,
    witness: Witness,
    receive: Option<ReceiveCall>,
    send: Option<SendCall>,
    wake: Option<Instant>,
    end: bool,
    /// Whether the peer was told to stop: what is in the socket is read, and no more.
    stopping: bool,
    /// On a wildcard socket: which of our addresses each sender uses, for the answers to leave from.
    arrived_at: HashMap<SocketAddr, IpAddr>,
    buffer: Vec<u8>,
    received: u64,
}

struct ReceiveCall {
    begin: u64,
    size: usize,
}

struct SendCall {
    begin: u64,
    to: SocketAddr,
    bytes: Vec<u8>,
    /// Whether the kernel has said before that it, or an earlier one, is too large.
    was_too_large: bool,
}

impl Driver {
    async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        grace: Duration,
    ) -> Result<(), PeerError> {
        let mut alarm = Alarm::default();
        let mut stopped: Option<Instant> = None;
        tokio::pin!(stop);
        self.tell(DatagramEvent::Opened)?;
        while !self.end {
            coop::consume_budget().await;
            self.stopping = stopped.is_some();
            if self.turn_to_send()? | self.turn_to_receive()? | self.turn_to_wake()? {
                continue;
            }
            let idle = self.send.is_none() && self.wake.is_none();
            if stopped.is_some_and(|since| idle || since.elapsed() >= grace) {
                return self.tell(DatagramEvent::Stopped);
            }
            let last = stopped.map(|since| since + grace);
            let wake = self.wake.into_iter().chain(last).min();
            let waiting = |source| PeerError::Resource {
                what: "wait for datagrams",
                source,
            };
            let socket = &self.endpoint.socket;
            tokio::select! {
                ready = socket.readable(), if self.receive.is_some() => ready.map_err(waiting)?,
                ready = socket.writable(), if self.send.is_some() => ready.map_err(waiting)?,
                rang = alarm.at(wake.unwrap_or_else(Instant::now)), if wake.is_some() => rang.map_err(waiting)?,
                () = &mut stop, if stopped.is_none() => stopped = Some(Instant::now()),
            }
        }
        Ok(())
    }

    fn tell(&mut self, event: DatagramEvent<'_>) -> Result<(), PeerError> {
        let mut orders = DatagramOrders::default();
        self.machine.on(event, &mut orders);
        let begin = now();
        if let Some(size) = orders.receive {
            self.receive = Some(ReceiveCall { begin, size });
        }
        if let Some((to, bytes)) = orders.send {
            let to = to.or(self.endpoint.to).ok_or(PeerError::NoAddress(
                "a UDP peer that sends first needs one to send to",
            ))?;
            self.send = Some(SendCall {
                begin,
                to,
                bytes,
                was_too_large: false,
            });
        }
        if let Some(pause) = orders.wait {
            self.wake = Some(Instant::now() + pause);
        }
        self.end |= orders.end;
        Ok(())
    }

    fn turn_to_send(&mut self) -> Result<bool, PeerError> {
        let Some(SendCall {
            begin,
            to,
            ref bytes,
            ref mut was_too_large,
        }) = self.send
        else {
            return Ok(false);
        };
        let from = self.arrived_at.get(&to);
        let sent = self.endpoint.send(bytes, from.copied(), to);
        let at = now();
        match sent {
            Ok(()) => {
                let local = SocketAddr::new(
                    from.map_or(self.endpoint.local.ip(), |ip| *ip),
                    self.endpoint.local.port(),
                );
                let kind = EventKind::DatagramSent {
                    begin,
                    len: bytes.len() as u64,
                    digest: digest(bytes),
                };
                self.witness.pen.note(at, Conn { local, remote: to }, kind);
                self.send = None;
                self.tell(DatagramEvent::Sent)?;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            // The kernel reports what an earlier datagram met; this one is still to be sent. That it
            // is too large for the path is news once; told again, it is about this one.
            Err(error)
                if is_news(&error) || (sys::socket::is_too_large(&error) && !*was_too_large) =>
            {
                *was_too_large |= sys::socket::is_too_large(&error);
                self.hear(&error);
            }
            Err(source) => {
                return Err(PeerError::Datagram {
                    len: bytes.len(),
                    to,
                    source,
                });
            }
        }
        Ok(true)
    }

    fn turn_to_receive(&mut self) -> Result<bool, PeerError> {
        let Some(ReceiveCall { begin, size }) = self.receive else {
            return Ok(false);
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        let socket = &self.endpoint.socket;
        let mut receive = || sys::socket::receive(socket, &mut buffer[..size]);
        // To stop comes from a thread. Tokio may not have heard yet of what is in the socket.
        let got = match self.stopping {
            true => receive(),
            false => socket.try_io(Interest::READABLE, receive),
        };
        let at = now();
        let moved = match got {
            Ok(got) => {
                self.receive = None;
                let bytes = &buffer[..got.len];
                let mut local = self.endpoint.local;
                if let Some(ip) = got.to
                    && local.ip().is_unspecified()
                {
                    local.set_ip(ip);
                    self.arrived_at.insert(got.from, ip);
                }
                let conn = Conn {
                    local,
                    remote: got.from,
                };
                let kind = EventKind::DatagramReceived {
                    begin,
                    len: got.len as u64,
                    full: got.full as u64,
                    digest: digest(bytes),
                };
                self.witness.pen.note(at, conn, kind);
                self.witness.story.datagram(conn, bytes, got.full);
                self.received += 1;
                self.tell(DatagramEvent::Received {
                    from: got.from,
                    bytes,
                })?;
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) if is_news(&error) || sys::socket::is_too_large(&error) => {
                self.hear(&error);
                true
            }
            Err(source) => {
                let local = self.endpoint.local;
                return Err(PeerError::Receive { local, source });
            }
        };
        self.buffer = buffer;
        Ok(moved)
    }

    fn turn_to_wake(&mut self) -> Result<bool, PeerError> {
        let due = self.wake.is_some_and(|wake| wake <= Instant::now());
        if due {
            self.wake = None;
            self.tell(DatagramEvent::Woke)?;
        }
        Ok(due)
    }

    fn hear(&self, error: &io::Error) {
        tracing::info!(%error, "an earlier datagram did not arrive");
        self.witness
            .story
            .line(format_args!("a datagram did not arrive: {error}"));
    }
}

impl Endpoint {
    fn send(&self, bytes: &[u8], from: Option<IpAddr>, to: SocketAddr) -> io::Result<()> {
        match from {
            Some(from) => self.socket.try_io(Interest::WRITABLE, || {
                sys::socket::send_from(&self.socket, bytes, from, to)
            }),
            None if self.to == Some(to) => self.socket.try_send(bytes).map(|_| ()),
            None => self.socket.try_send_to(bytes, to).map(|_| ()),
        }
    }
}

/// Whether an error is about an earlier datagram, told by ICMP (udp(7)), and no reason to stop.
fn is_news(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    matches!(
        error.kind(),
        ConnectionRefused | HostUnreachable | NetworkUnreachable
    )
}
