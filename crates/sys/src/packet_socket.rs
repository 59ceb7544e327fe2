//! Packet sockets, packet(7): every frame that passes an interface of this network namespace.

mod block_ring;
mod filter;
mod frame_ring;
mod send;

pub use block_ring::{Block, BlockRing, RingPacket, RingSize};
pub use filter::{Direction, Filter};
pub use frame_ring::{Frame, FrameRing};
pub use send::BATCH;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use std::{
    io, mem,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

/// All protocols (ETH_P_ALL), the one that also sees outgoing frames.
const ALL_PROTOCOLS: u16 = 0x0003;

/// What the kernel counted on a socket, PACKET_STATISTICS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets that passed the filter, dropped ones included.
    pub packets: u64,
    /// Packets of these that found no room.
    pub dropped: u64,
}

/// A raw packet socket: it sees frames with their link header. Needs CAP_NET_RAW in the user
/// namespace that owns the network namespace.
///
/// It receives nothing until [`bind`](Self::bind): filter and ring are set before, so that no
/// packet slips past them, and the kernel has to wait for its readers (RCU) only once. Closing one
/// that was bound takes the kernel up to 30 ms.
#[derive(Debug)]
pub struct PacketSocket(OwnedFd);

impl PacketSocket {
    /// Opens a socket that receives nothing yet. It never blocks.
    ///
    /// # Errors
    /// EPERM: no CAP_NET_RAW. EAFNOSUPPORT: the kernel has no packet sockets.
    pub fn open() -> io::Result<Self> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        Ok(Self(socket(
            AddressFamily::Packet,
            SockType::Raw,
            flags,
            None,
        )?))
    }

    /// Begins to receive the frames of one interface, or of all of the namespace for 0.
    ///
    /// # Errors
    /// ENODEV, ENETDOWN: no such interface, or it is down.
    pub fn bind(&self, interface: u32) -> io::Result<()> {
        self.bind_protocol(interface, ALL_PROTOCOLS)
    }

    /// Makes the interface the one by which frames are sent; nothing is received.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_to_send(&self, interface: u32) -> io::Result<()> {
        self.bind_protocol(interface, 0)
    }

    fn bind_protocol(&self, interface: u32, protocol: u16) -> io::Result<()> {
        let address = link_address(interface, protocol)?;
        // SAFETY: the address is initialised and its own size is given.
        let done = unsafe {
            libc::bind(
                self.0.as_raw_fd(),
                (&raw const address).cast(),
                mem::size_of_val(&address) as libc::socklen_t,
            )
        };
        nix::errno::Errno::result(done)?;
        Ok(())
    }

    /// Keeps frames that this host sends out of the socket.
    ///
    /// # Errors
    /// ENOPROTOOPT before Linux 4.20.
    pub fn ignore_outgoing(&self) -> io::Result<()> {
        self.set(libc::PACKET_IGNORE_OUTGOING, &1_i32)
    }

    /// Gives the frames it sends a priority, which a queueing discipline may tell bands by
    /// (SO_PRIORITY in socket(7)). Above 6 it needs CAP_NET_ADMIN.
    ///
    /// # Errors
    /// EPERM: no CAP_NET_ADMIN.
    pub fn set_priority(&self, priority: u32) -> io::Result<()> {
        self.set_at(libc::SOL_SOCKET, libc::SO_PRIORITY, &priority)
    }

    /// Receives from now on only what the filter keeps.
    ///
    /// # Errors
    /// EINVAL: the kernel finds the filter wrong.
    pub fn set_filter(&self, filter: &Filter) -> io::Result<()> {
        self.set_at(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter.program())
    }

    /// What the kernel counted since the last call.
    ///
    /// # Errors
    /// None that is known.
    pub fn statistics(&self) -> io::Result<Statistics> {
        // Sockets without a V3 ring fill in the first two fields only.
        let mut counted = libc::tpacket_stats_v3 {
            tp_packets: 0,
            tp_drops: 0,
            tp_freeze_q_cnt: 0,
        };
        let mut size = mem::size_of_val(&counted) as libc::socklen_t;
        // SAFETY: the kernel writes at most `size` bytes, and any bytes are a valid value.
        let done = unsafe {
            libc::getsockopt(
                self.0.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut counted).cast(),
                &mut size,
            )
        };
        nix::errno::Errno::result(done)?;
        Ok(Statistics {
            packets: counted.tp_packets.into(),
            dropped: counted.tp_drops.into(),
        })
    }

    /// Sets an option of level SOL_PACKET.
    pub(crate) fn set<T: Copy>(&self, option: libc::c_int, value: &T) -> io::Result<()> {
        self.set_at(libc::SOL_PACKET, option, value)
    }

    fn set_at<T: Copy>(&self, level: i32, option: i32, value: &T) -> io::Result<()> {
        // SAFETY: the kernel reads `size_of::<T>()` bytes of a live, initialised value.
        let done = unsafe {
            libc::setsockopt(
                self.0.as_raw_fd(),
                level,
                option,
                (value as *const T).cast(),
                mem::size_of::<T>() as libc::socklen_t,
            )
        };
        nix::errno::Errno::result(done)?;
        Ok(())
    }
}

/// An interface as packet(7) names it.
fn link_address(interface: u32, protocol: u16) -> io::Result<libc::sockaddr_ll> {
    // SAFETY: sockaddr_ll is plain numbers, for which all zeros are a value.
    let mut address: libc::sockaddr_ll = unsafe { mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = interface.try_into().map_err(io::Error::other)?;
    Ok(address)
}

impl AsFd for PacketSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
