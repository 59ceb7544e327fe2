//! The stack's attachment: frames of the host's interfaces, packets of IP for smoltcp.

use crate::interface::Interfaces;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use packet::{LinkType, decode::decode};
use scenario::plan::{HostPlan, VariantPlan};
use std::{
    collections::BTreeMap,
    io,
    net::IpAddr,
    os::fd::{AsFd, BorrowedFd},
};
use sys::packet_socket::{Direction, Filter, FrameRing, PacketSocket};

/// Bytes of Ethernet's header.
const ETHERNET: usize = 14;
/// More than the header of an Ethernet frame.
const LINK_HEADER: usize = 64;
/// Frames that may wait while the stack is kept from running.
const SLOTS: usize = 1024;
/// How long it is waited for room in the interface's queue, in ms, before it is asked again.
const ROOM: u8 = 10;

pub(super) struct Wire {
    arrivals: FrameRing,
    out: PacketSocket,
    own: [u8; 6],
    neighbours: BTreeMap<IpAddr, [u8; 6]>,
}

impl Wire {
    /// Opens both ways. What arrives from now on waits.
    pub(super) fn open(
        variant: &VariantPlan,
        host: &HostPlan,
        interfaces: &Interfaces,
    ) -> io::Result<Self> {
        let (lab, wire) = (interfaces.lab, interfaces.wire);
        let arrives = Some(Direction::Incoming);
        let socket = PacketSocket::open()?;
        socket.set_filter(&Filter::passing(&[(wire, arrives), (lab, arrives)]))?;
        let longest = variant.hosts.iter().map(|host| host.link.mtu()).max();
        let longest = usize::from(longest.unwrap_or(u16::MAX)) + LINK_HEADER;
        let arrivals = FrameRing::new(socket, longest, SLOTS)?;
        arrivals.socket().bind(0)?;
        let out = PacketSocket::open()?;
        out.bind_to_send(lab)?;
        Ok(Self {
            arrivals,
            out,
            own: host.mac.0,
            neighbours: variant
                .hosts
                .iter()
                .map(|other| (other.address, other.mac.0))
                .collect(),
        })
    }

    /// The next packet for this host.
    pub(super) fn receive(&mut self) -> Option<Vec<u8>> {
        let own = self.own;
        loop {
            let packet = self.arrivals.receive(|frame| {
                // A bridge that does not know yet who is where sends to all.
                let is_ours = frame.data.get(..6) == Some(&own);
                let packet = frame.data.get(ETHERNET..).filter(|_| is_ours)?;
                Some(packet.to_vec())
            })?;
            if packet.is_some() {
                return packet;
            }
        }
    }

    /// Sends a packet. One for an address that no host has goes nowhere, as on a wire.
    ///
    /// # Errors
    /// The interface does not take it.
    pub(super) fn send(&self, packet: &[u8]) -> io::Result<()> {
        let decoded = decode(LinkType::RAW, packet, packet.len());
        let to = decoded.map(|decoded| decoded.network.destination());
        let Some(mac) = to.ok().and_then(|to| self.neighbours.get(&to)) else {
            return Ok(());
        };
        let kind: [u8; 2] = match packet.first().map(|first| first >> 4) {
            Some(6) => [0x86, 0xdd],
            _ => [0x08, 0x00],
        };
        let frame = [mac, &self.own[..], &kind, packet].concat();
        loop {
            match self.out.send_batch(&[&frame]) {
                Ok(_) => return Ok(()),
                Err(error) if is_full(&error) => {
                    let mut room = [PollFd::new(self.out.as_fd(), PollFlags::POLLOUT)];
                    poll(&mut room, PollTimeout::from(ROOM))?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.arrivals.socket().as_fd()
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::ENOBUFS))
}
