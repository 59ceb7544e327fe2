//! Socket options, tcp(7) and socket(7).

use crate::PeerError;
use protocol::PeerConfig;
use socket2::{SockRef, TcpKeepalive};
use std::io;

/// Buffer sizes. TCP settles its window scale by them, so they must be set before connect(2) or
/// listen(2); accepted connections inherit them.
pub(crate) fn set_buffers(socket: SockRef<'_>, config: &PeerConfig) -> Result<(), PeerError> {
    if let Some(bytes) = config.rcvbuf {
        checked("SO_RCVBUF", socket.set_recv_buffer_size(bytes as usize))?;
    }
    if let Some(bytes) = config.sndbuf {
        checked("SO_SNDBUF", socket.set_send_buffer_size(bytes as usize))?;
    }
    Ok(())
}

/// TCP_NODELAY. Set before listen(2) it is inherited too.
pub(crate) fn set_nodelay(socket: SockRef<'_>, config: &PeerConfig) -> Result<(), PeerError> {
    match config.nodelay {
        true => checked("TCP_NODELAY", socket.set_tcp_nodelay(true)),
        false => Ok(()),
    }
}

/// SO_KEEPALIVE and what belongs to it, and TCP_USER_TIMEOUT. Set before listen(2) they are inherited,
/// too.
pub(crate) fn set_patience(socket: SockRef<'_>, config: &PeerConfig) -> Result<(), PeerError> {
    if let Some(time) = config.keepalive {
        let keepalive = TcpKeepalive::new().with_time(time).with_interval(time);
        let keepalive = match config.keepalive_probes {
            Some(probes) => keepalive.with_retries(probes),
            None => keepalive,
        };
        checked("SO_KEEPALIVE", socket.set_tcp_keepalive(&keepalive))?;
    }
    match config.user_timeout {
        Some(time) => checked("TCP_USER_TIMEOUT", socket.set_tcp_user_timeout(Some(time))),
        None => Ok(()),
    }
}

fn checked(option: &'static str, result: io::Result<()>) -> Result<(), PeerError> {
    result.map_err(|source| PeerError::Option { option, source })
}
