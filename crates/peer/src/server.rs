//! Accepts TCP connections, many at once or one after the other, and plays one machine on each.

use crate::{
    PeerError, Summary, Witness,
    clock::now,
    connections::{Connections, Ended},
    journal::Journal,
    options, stream,
};
use protocol::PeerConfig;
use record::event::Conn;
use socket2::SockRef;
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};

/// Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn.
const BACKLOG: u32 = 4096;
/// Pause after accept(2) failed: out of descriptors, say, until a connection ends.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Listens as the options say.
pub(crate) fn listen(config: &PeerConfig) -> Result<TcpListener, PeerError> {
    let address = config
        .listen
        .ok_or(PeerError::NoAddress("a server needs one to listen on"))?;
    let failed = |source| PeerError::Listen { address, source };
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(failed)?;
    options::set_buffers(SockRef::from(&socket), config)?;
    options::set_nodelay(SockRef::from(&socket), config)?;
    options::set_patience(SockRef::from(&socket), config)?;
    socket.set_reuseaddr(true).map_err(failed)?;
    socket.bind(address).map_err(failed)?;
    socket.listen(BACKLOG).map_err(failed)
}

/// Serves until `stop`; connections that are open then have `grace` to end by themselves.
pub(crate) async fn serve(
    config: Arc<PeerConfig>,
    listener: TcpListener,
    witness: Witness,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> Result<Summary, PeerError> {
    let mut connections = Connections::new();
    tokio::pin!(stop);
    loop {
        // Meanwhile the others are connected all the same: the kernel answers their SYNs.
        let is_free = !config.one_at_a_time || connections.is_empty();
        tokio::select! {
            accepted = listener.accept(), if is_free => match accepted {
                Ok((stream, remote)) => {
                    let (config, witness) = (Arc::clone(&config), witness.clone());
                    let cut = connections.cut();
                    connections.spawn(talk(config, stream, remote, witness, cut));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            true = connections.one_ended() => {}
            () = &mut stop => break,
        }
    }
    // Who has connected is served, even if tokio has not heard of it yet.
    let failed = |source| PeerError::Resource {
        what: "serve those that have connected",
        source,
    };
    let waiting = listener.into_std().map_err(failed)?;
    while let Ok((stream, remote)) = waiting.accept() {
        let ready = stream.set_nonblocking(true);
        let stream = ready.and_then(|()| TcpStream::from_std(stream));
        let stream = stream.map_err(failed)?;
        let (config, witness) = (Arc::clone(&config), witness.clone());
        let cut = connections.cut();
        connections.spawn(talk(config, stream, remote, witness, cut));
    }
    drop(waiting);
    connections.finish(tokio::time::sleep(grace)).await
}

async fn talk(
    config: Arc<PeerConfig>,
    stream: TcpStream,
    remote: SocketAddr,
    witness: Witness,
    cut: watch::Receiver<bool>,
) -> Ended {
    let at = now();
    let local = stream.local_addr().map_err(|source| PeerError::Resource {
        what: "learn a connection's address",
        source,
    })?;
    let journal = Journal::accepted(witness, Conn { local, remote }, at);
    let machine = protocol::stream_peer(&config);
    stream::drive(stream, machine, journal, config.quickack, cut)
        .await
        .map(Some)
}
