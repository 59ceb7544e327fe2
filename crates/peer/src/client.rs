//! Opens TCP connections, all at once, and plays one machine on each.

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
use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout_at},
};

/// Pause after the first attempt that failed; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Opens the connections and plays them to their ends; `stop` cuts them.
pub(crate) async fn play(
    config: Arc<PeerConfig>,
    to: SocketAddr,
    witness: Witness,
    stop: impl Future<Output = ()>,
) -> Result<Summary, PeerError> {
    let mut connections = Connections::new();
    for _ in 0..config.connections {
        let talk = talk(Arc::clone(&config), to, witness.clone(), connections.cut());
        connections.spawn(talk);
    }
    connections.finish(stop).await
}

async fn talk(
    config: Arc<PeerConfig>,
    to: SocketAddr,
    witness: Witness,
    mut cut: watch::Receiver<bool>,
) -> Ended {
    let connected = tokio::select! {
        connected = connect(&config, to) => connected?,
        _ = cut.wait_for(|cut| *cut) => return Ok(None),
    };
    let Connected {
        stream,
        conn,
        begin,
        at,
    } = connected;
    let journal = Journal::opened(witness, conn, at, begin);
    let machine = protocol::stream_peer(&config);
    stream::drive(stream, machine, journal, config.quickack, cut)
        .await
        .map(Some)
}

struct Connected {
    stream: TcpStream,
    conn: Conn,
    begin: u64,
    at: u64,
}

/// Connects, again and again while the server is not there yet, within the time allowed.
async fn connect(config: &PeerConfig, to: SocketAddr) -> Result<Connected, PeerError> {
    let deadline = Instant::now() + config.connect_timeout;
    let gave_up = |source| PeerError::Connect {
        to,
        waited: config.connect_timeout,
        source,
    };
    let mut pause = FIRST_PAUSE;
    loop {
        let attempt = timeout_at(deadline, attempt(config, to)).await;
        let Ok(attempt) = attempt else {
            return Err(gave_up(io::ErrorKind::TimedOut.into()));
        };
        let source = match attempt {
            Err(PeerError::Unconnectable { source, .. }) if may_pass(&source) => source,
            connected_or_hopeless => return connected_or_hopeless,
        };
        tracing::debug!(%to, error = %source, "not connected yet");
        if Instant::now() + pause >= deadline {
            return Err(gave_up(source));
        }
        sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

async fn attempt(config: &PeerConfig, to: SocketAddr) -> Result<Connected, PeerError> {
    let failed = |source| PeerError::Unconnectable { to, source };
    let socket = if to.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(failed)?;
    options::set_buffers(SockRef::from(&socket), config)?;
    options::set_nodelay(SockRef::from(&socket), config)?;
    options::set_patience(SockRef::from(&socket), config)?;
    let begin = now();
    let stream = socket.connect(to).await.map_err(failed)?;
    let at = now();
    let local = stream.local_addr().map_err(failed)?;
    if local == to {
        // TCP lets a socket connect to itself (simultaneous open, RFC 9293 section 3.5) when the
        // kernel happens to choose the very port that nobody listens on.
        return Err(failed(io::ErrorKind::ConnectionRefused.into()));
    }
    let conn = Conn { local, remote: to };
    Ok(Connected {
        stream,
        conn,
        begin,
        at,
    })
}

/// Whether the server may be there in a moment: it does not listen yet, or its host is not up.
fn may_pass(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut,
    };
    matches!(
        error.kind(),
        ConnectionRefused | ConnectionReset | HostUnreachable | NetworkUnreachable | TimedOut
    )
}
