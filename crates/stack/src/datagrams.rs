//! Drives one machine on one UDP socket.

use crate::{Nanos, cost::Costs, nanos, net::Net, program::ProgramId, stream::Scene};
use protocol::{DatagramEvent, DatagramOrders, DatagramPeer, PeerConfig};
use record::event::{Conn, EventKind, digest};
use smoltcp::{
    iface::{SocketHandle, SocketSet},
    socket::udp::{self, PacketBuffer, PacketMetadata},
};
use std::net::SocketAddr;

/// Bytes that wait to be received at most, unless told otherwise. Linux's default buffer has more, but
/// counts its own overhead: 92 datagrams of 1,000 bytes fill it.
const RECEIVE_BUFFER: usize = 96 << 10;
/// Bytes that the longest answer has besides the name.
const ANSWER: usize = 16;
/// Datagrams that wait to be received at most; Linux counts their overhead instead.
const WAITING: usize = 256;
/// Most payload of a UDP datagram over IPv4.
const LARGEST: usize = 65_507;
/// Bytes of the headers of UDP over IPv6, whose packets smoltcp does not fragment.
const IPV6_HEADERS: usize = 48;

/// A UDP peer.
pub(crate) struct Datagrams {
    program: ProgramId,
    handle: SocketHandle,
    local: SocketAddr,
    to: Option<SocketAddr>,
    mtu: u16,
    machine: Box<dyn DatagramPeer + Send>,
    costs: Costs,
    receive: Option<ReceiveCall>,
    send: Option<SendCall>,
    wake: Option<Nanos>,
    end: bool,
    /// When it was told to stop, and when it then ends at the latest.
    stopped: Option<Nanos>,
    over: bool,
}

struct ReceiveCall {
    begin: Nanos,
    size: usize,
    /// When it returns; none while it blocks.
    due: Option<Nanos>,
}

struct SendCall {
    begin: Nanos,
    to: SocketAddr,
    bytes: Vec<u8>,
    due: Nanos,
}

/// Bytes of the longest datagram that the peer may send. One leaves before the next is made.
fn longest(config: &PeerConfig) -> usize {
    let texts = config.send.iter().map(String::len);
    let pieces = [
        config.read.saturating_add(ANSWER),
        config.write.unwrap_or(1024),
    ];
    texts.chain(pieces).max().unwrap_or(0).min(LARGEST)
}

/// How a UDP peer ends.
pub(crate) type Ended = Result<(), String>;

impl Datagrams {
    /// Binds a socket of `sockets`.
    pub(crate) fn bind(
        config: &PeerConfig,
        program: ProgramId,
        local: SocketAddr,
        mtu: u16,
        costs: Costs,
        sockets: &mut SocketSet<'static>,
    ) -> Option<Self> {
        let bytes = config
            .rcvbuf
            .map_or(RECEIVE_BUFFER, |bytes| bytes.max(1) as usize);
        let buffer = |metadata, bytes| {
            PacketBuffer::new(vec![PacketMetadata::EMPTY; metadata], vec![0; bytes])
        };
        let mut socket = udp::Socket::new(buffer(WAITING, bytes), buffer(1, longest(config)));
        socket.bind(local).ok()?;
        Some(Self {
            program,
            handle: sockets.add(socket),
            local,
            to: config.to,
            mtu,
            machine: protocol::datagram_peer(config),
            costs,
            receive: None,
            send: None,
            wake: None,
            end: false,
            stopped: None,
            over: false,
        })
    }

    /// Lets the machine begin.
    pub(crate) fn begin(&mut self, scene: &mut Scene<'_>) {
        self.tell(DatagramEvent::Opened, scene.now);
    }

    /// From now on it goes on only while datagrams wait to be received or an answer is being thought
    /// about, until `grace` is over.
    pub(crate) fn stop(&mut self, now: Nanos, grace: Nanos) {
        self.stopped.get_or_insert(now + grace);
    }

    /// Does what is to be done by now. Returns how it ended, when it has.
    pub(crate) fn run(
        &mut self,
        sockets: &mut SocketSet<'static>,
        scene: &mut Scene<'_>,
    ) -> Option<Ended> {
        if self.over {
            return None;
        }
        let ended = loop {
            if self.end {
                break Ok(());
            }
            match self.turn(sockets, scene) {
                Ok(true) => {}
                Err(reason) => break Err(reason),
                Ok(false) => match self.stopped {
                    Some(latest) if latest <= scene.now || self.is_idle() => {
                        self.tell(DatagramEvent::Stopped, scene.now);
                        break Ok(());
                    }
                    _ => return None,
                },
            }
        };
        self.over = true;
        sockets.get_mut::<udp::Socket<'_>>(self.handle).close();
        Some(ended)
    }

    fn is_idle(&self) -> bool {
        let receiving = self.receive.as_ref().is_some_and(|call| call.due.is_some());
        self.send.is_none() && self.wake.is_none() && !receiving
    }

    fn turn(
        &mut self,
        sockets: &mut SocketSet<'static>,
        scene: &mut Scene<'_>,
    ) -> Result<bool, String> {
        if self.send.as_ref().is_some_and(|call| call.due <= scene.now) {
            return self.send(sockets, scene).map(|()| true);
        }
        if self.turn_to_receive(sockets, scene) {
            return Ok(true);
        }
        let due = self.wake.is_some_and(|wake| wake <= scene.now);
        if due {
            self.wake = None;
            self.tell(DatagramEvent::Woke, scene.now);
        }
        Ok(due)
    }

    fn tell(&mut self, event: DatagramEvent<'_>, now: Nanos) {
        let mut orders = DatagramOrders::default();
        self.machine.on(event, &mut orders);
        if let Some(size) = orders.receive {
            self.receive = Some(ReceiveCall {
                begin: now,
                size,
                due: None,
            });
        }
        // The protocols say whom a first datagram is for: they are not configured without.
        if let Some((to, bytes)) = orders.send
            && let Some(to) = to.or(self.to)
        {
            self.send = Some(SendCall {
                begin: now,
                to,
                bytes,
                due: now + self.costs.next(),
            });
        }
        if let Some(pause) = orders.wait {
            self.wake = Some(now + nanos(pause));
        }
        self.end |= orders.end;
    }

    fn send(
        &mut self,
        sockets: &mut SocketSet<'static>,
        scene: &mut Scene<'_>,
    ) -> Result<(), String> {
        let Some(SendCall {
            begin, to, bytes, ..
        }) = self.send.take()
        else {
            return Ok(());
        };
        let most = match to {
            SocketAddr::V4(_) => LARGEST,
            SocketAddr::V6(_) => usize::from(self.mtu).saturating_sub(IPV6_HEADERS),
        };
        let socket = sockets.get_mut::<udp::Socket<'_>>(self.handle);
        let fits = bytes.len() <= most;
        if !fits || socket.send_slice(&bytes, to).is_err() {
            let len = bytes.len();
            return Err(format!(
                "can't send a datagram of {len} bytes to {to}: {most} is the most that this stack sends there"
            ));
        }
        scene.net.send(scene.now, sockets);
        let kind = EventKind::DatagramSent {
            begin,
            len: bytes.len() as u64,
            digest: digest(&bytes),
        };
        self.note(to, kind, scene);
        self.tell(DatagramEvent::Sent, scene.now);
        Ok(())
    }

    fn turn_to_receive(&mut self, sockets: &mut SocketSet<'static>, scene: &mut Scene<'_>) -> bool {
        let Some(call) = &mut self.receive else {
            return false;
        };
        let socket = sockets.get_mut::<udp::Socket<'_>>(self.handle);
        match call.due {
            None => {
                if socket.can_recv() {
                    call.due = Some(scene.now + self.costs.next());
                }
                return false;
            }
            Some(due) if due > scene.now => return false,
            Some(_) => {}
        }
        call.due = None;
        let (begin, size) = (call.begin, call.size);
        let Ok((bytes, from)) = socket.recv() else {
            return false;
        };
        let from = SocketAddr::from(from.endpoint);
        if self.to.is_some_and(|to| to != from) {
            // A connected socket hears only whom it is connected to.
            return true;
        }
        let full = bytes.len();
        let bytes = bytes[..full.min(size)].to_vec();
        self.receive = None;
        let kind = EventKind::DatagramReceived {
            begin,
            len: bytes.len() as u64,
            full: full as u64,
            digest: digest(&bytes),
        };
        self.note(from, kind, scene);
        self.tell(
            DatagramEvent::Received {
                from,
                bytes: &bytes,
            },
            scene.now,
        );
        true
    }

    fn note(&self, remote: SocketAddr, kind: EventKind, scene: &mut Scene<'_>) {
        let conn = Conn {
            local: self.local,
            remote,
        };
        (scene.note)(self.program, conn, kind);
    }

    /// When it is to run next, even if no packet comes.
    pub(crate) fn next_due(
        &self,
        now: Nanos,
        sockets: &SocketSet<'static>,
        net: &mut Net,
    ) -> Option<Nanos> {
        if self.over {
            return None;
        }
        let receive = self.receive.as_ref().and_then(|call| call.due);
        let send = self.send.as_ref().map(|call| call.due);
        let socket = net.next_due(now, sockets);
        let all = [receive, send, self.wake, self.stopped, socket];
        all.into_iter().flatten().min()
    }
}
