//! What TCP and UDP sockets tell beyond the standard library: their queues, tcp(7), and where a
//! datagram was sent to, ip(7) and ipv6(7).

use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt,
    sockopt,
};
use std::{
    io::{self, IoSlice, IoSliceMut},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::{AsFd, AsRawFd},
};

mod ioctl {
    nix::ioctl_read_bad!(siocoutq, libc::TIOCOUTQ, libc::c_int);
}

/// Bytes that were written to a TCP socket and that the other side has not acknowledged, sent or
/// not (SIOCOUTQ, tcp(7)).
///
/// # Errors
/// The socket is not a stream socket, or it listens.
pub fn unacknowledged(socket: impl AsFd) -> io::Result<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: SIOCOUTQ writes one int to the address given, which outlives the call.
    unsafe { ioctl::siocoutq(socket.as_fd().as_raw_fd(), &mut bytes) }?;
    Ok(usize::try_from(bytes).unwrap_or_default())
}

/// A datagram that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Bytes in the buffer.
    pub len: usize,
    /// The datagram's own length; larger than `len` where the buffer was too small for it.
    pub full: usize,
    /// Who sent it.
    pub from: SocketAddr,
    /// The address of this machine it was sent to, where [`tell_destination`] asked for it.
    pub to: Option<IpAddr>,
}

/// Makes [`receive`] tell to which of this machine's addresses a datagram was sent: a socket bound
/// to the wildcard address has no other way to know, nor to answer from there.
///
/// # Errors
/// The socket is not of the family of `bound`.
pub fn tell_destination(socket: impl AsFd, bound: SocketAddr) -> io::Result<()> {
    match bound {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?,
        SocketAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6RecvPacketInfo, &true)?,
    }
    Ok(())
}

/// Receives one datagram without waiting. What does not fit into `buffer` is lost, but counted.
///
/// # Errors
/// As recvmsg(2): none there (`WouldBlock`), or an ICMP error that an earlier datagram caused.
pub fn receive(socket: impl AsFd, buffer: &mut [u8]) -> io::Result<Received> {
    let room = buffer.len();
    let mut control = nix::cmsg_space!(libc::in6_pktinfo);
    let mut parts = [IoSliceMut::new(buffer)];
    let got = recvmsg::<SockaddrStorage>(
        socket.as_fd().as_raw_fd(),
        &mut parts,
        Some(&mut control),
        MsgFlags::MSG_TRUNC | MsgFlags::MSG_DONTWAIT,
    )?;
    let from = got.address.as_ref().and_then(standard).ok_or_else(|| {
        io::Error::new(io::ErrorKind::Unsupported, "the sender has no IP address")
    })?;
    let to = got.cmsgs()?.find_map(|message| match message {
        ControlMessageOwned::Ipv4PacketInfo(info) => {
            let bits = u32::from_be(info.ipi_addr.s_addr);
            Some(IpAddr::V4(Ipv4Addr::from_bits(bits)))
        }
        ControlMessageOwned::Ipv6PacketInfo(info) => {
            Some(IpAddr::V6(Ipv6Addr::from(info.ipi6_addr.s6_addr)))
        }
        _ => None,
    });
    Ok(Received {
        len: got.bytes.min(room),
        full: got.bytes,
        from,
        to,
    })
}

/// Sends one datagram to `to`, from this machine's address `from`, without waiting.
///
/// # Errors
/// As sendmsg(2): no room (`WouldBlock`), no such local address, an ICMP error that an earlier
/// datagram caused.
pub fn send_from(socket: impl AsFd, bytes: &[u8], from: IpAddr, to: SocketAddr) -> io::Result<()> {
    let fd = socket.as_fd().as_raw_fd();
    let parts = [IoSlice::new(bytes)];
    let to = SockaddrStorage::from(to);
    let send = |message| sendmsg(fd, &parts, &[message], MsgFlags::MSG_DONTWAIT, Some(&to));
    match from {
        IpAddr::V4(address) => send(ControlMessage::Ipv4PacketInfo(&libc::in_pktinfo {
            ipi_ifindex: 0,
            ipi_spec_dst: libc::in_addr {
                s_addr: address.to_bits().to_be(),
            },
            ipi_addr: libc::in_addr { s_addr: 0 },
        })),
        IpAddr::V6(address) => send(ControlMessage::Ipv6PacketInfo(&libc::in6_pktinfo {
            ipi6_addr: libc::in6_addr {
                s6_addr: address.octets(),
            },
            ipi6_ifindex: 0,
        })),
    }?;
    Ok(())
}

fn standard(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|&v4| SocketAddr::from(v4));
    v4.or_else(|| address.as_sockaddr_in6().map(|&v6| SocketAddr::from(v6)))
}

/// Whether a datagram was larger than UDP takes, or than a router's ICMP error says that the path
/// does (EMSGSIZE in udp(7)).
pub fn is_too_large(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EMSGSIZE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Write,
        net::{TcpListener, TcpStream, UdpSocket},
    };

    #[test]
    fn bytes_the_receiver_has_no_room_for_stay_unacknowledged() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, _) = listener.accept().unwrap();
        assert_eq!(unacknowledged(&client).unwrap(), 0);
        client.set_nonblocking(true).unwrap();
        while client.write(&[0; 65536]).is_ok() {}
        assert!(unacknowledged(&client).unwrap() > 0);
        assert!(unacknowledged(&listener).is_err());
    }

    #[test]
    fn a_datagram_too_large_is_cut_and_tells_its_length_and_destination() {
        for (wildcard, destination) in [("0.0.0.0:0", "127.0.0.2"), ("[::]:0", "::1")] {
            let Ok(receiver) = UdpSocket::bind(wildcard) else {
                continue; // this machine has no IPv6
            };
            let bound = receiver.local_addr().unwrap();
            tell_destination(&receiver, bound).unwrap();
            let to = SocketAddr::new(destination.parse().unwrap(), bound.port());
            let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let sender = UdpSocket::bind(any).unwrap();
            sender.connect(to).unwrap();
            sender.send(b"0123456789").unwrap();

            let mut buffer = [0; 4];
            let got = receive(&receiver, &mut buffer).unwrap();
            assert_eq!(&buffer, b"0123");
            assert_eq!((got.len, got.full), (4, 10));
            assert_eq!(got.from, sender.local_addr().unwrap());
            assert_eq!(got.to, Some(to.ip()));

            // The answer leaves from the address the question went to, so a connected sender
            // takes it.
            send_from(&receiver, b"back", to.ip(), got.from).unwrap();
            assert_eq!(sender.recv(&mut buffer).unwrap(), 4);
            let none = receive(&receiver, &mut buffer).unwrap_err();
            assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        }
    }
}
