//! This network namespace's TCP connections, and their end, sock_diag(7).
//!
//! The messages are put together here: the library at hand speaks rtnetlink only.

use super::{
    NetlinkError,
    message::{ACK, DONE, DUMP, ERROR, HEADER, REQUEST, io_error, messages, refusal},
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};

/// Message types (linux/sock_diag.h).
const BY_FAMILY: u16 = 20;
const DESTROY: u16 = 21;

/// What stands in front of the identity in `struct inet_diag_req_v2` and `struct inet_diag_msg`.
const BEFORE: [usize; 2] = [8, 4];
/// `struct inet_diag_sockid`: ports, addresses, interface, cookie.
const IDENTITY: usize = 48;

/// States of `enum tcp_state` (net/tcp_states.h) as a mask: all but CLOSE, LISTEN, and TIME-WAIT, where
/// only the clock is waited for.
const CONNECTED: u32 = 0x1fff & !(1 << 7) & !(1 << 10) & !(1 << 6) & !1;

/// Ends every TCP connection of this network namespace, whoever had it, without a word to its other
/// side where nothing leads there any more. Returns how many there were.
///
/// # Errors
/// The kernel lacks CONFIG_INET_DIAG_DESTROY (EOPNOTSUPP), or this process CAP_NET_ADMIN.
pub fn end_connections() -> Result<usize, NetlinkError> {
    let open = || {
        let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(socket)
    };
    let socket = open().map_err(NetlinkError::Open)?;
    let mut ended = 0;
    for family in [libc::AF_INET, libc::AF_INET6] {
        for identity in connections(&socket, family as u8)? {
            end(&socket, family as u8, &identity)?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn connections(socket: &Socket, family: u8) -> Result<Vec<[u8; IDENTITY]>, NetlinkError> {
    let what = "tell this host's connections";
    let all = [0; IDENTITY];
    send(socket, &request(BY_FAMILY, DUMP, family, &all), what)?;
    let mut found = Vec::new();
    loop {
        let bytes = receive(socket, what)?;
        for (kind, body) in messages(&bytes) {
            match kind {
                DONE => return Ok(found),
                ERROR => {
                    refusal(body, what)?;
                    return Ok(found);
                }
                _ => {
                    let identity = body.get(BEFORE[1]..).and_then(<[u8]>::first_chunk);
                    found.extend(identity.copied());
                }
            }
        }
    }
}

fn end(socket: &Socket, family: u8, identity: &[u8; IDENTITY]) -> Result<(), NetlinkError> {
    let what = "end a connection";
    send(socket, &request(DESTROY, ACK, family, identity), what)?;
    let bytes = receive(socket, what)?;
    let refused = messages(&bytes)
        .find(|(kind, _)| *kind == ERROR)
        .map_or(Ok(()), |(_, body)| refusal(body, what));
    match refused {
        // It has ended by itself meanwhile.
        Err(NetlinkError::Refused { source, .. })
            if source.raw_os_error() == Some(libc::ENOENT) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
fn request(kind: u16, flags: u16, family: u8, identity: &[u8; IDENTITY]) -> Vec<u8> {
    let length = HEADER + BEFORE[0] + IDENTITY;
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&(length as u32).to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&(REQUEST | flags).to_ne_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[family, libc::IPPROTO_TCP as u8, 0, 0]);
    bytes.extend_from_slice(&CONNECTED.to_ne_bytes());
    bytes.extend_from_slice(identity);
    bytes
}

fn send(socket: &Socket, bytes: &[u8], what: &str) -> Result<(), NetlinkError> {
    socket.send(bytes, 0).map(drop).map_err(io_error(what))
}

fn receive(socket: &Socket, what: &str) -> Result<Vec<u8>, NetlinkError> {
    let (bytes, _) = socket.recv_from_full().map_err(io_error(what))?;
    Ok(bytes)
}
