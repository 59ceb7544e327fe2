//! What the host's sockets are doing, by /proc/net (proc(5)).

use scenario::plan::Listens;
use std::{fs, path::Path};

/// States of `enum tcp_state` in the kernel's include/net/tcp_states.h.
const TIME_WAIT: u8 = 0x06;
const CLOSE: u8 = 0x07;
const LISTEN: u8 = 0x0a;

/// How many TCP connections have not ended: anything but closed, listening, or in TIME-WAIT, where
/// only the clock is waited for (RFC 9293, section 3.3.2).
pub(crate) fn open_connections() -> usize {
    tables("tcp")
        .filter(|row| ![TIME_WAIT, CLOSE, LISTEN].contains(&row.state))
        .count()
}

/// Whether some program serves that port.
pub(crate) fn is_served(listens: Listens) -> bool {
    match listens {
        Listens::Tcp(port) => tables("tcp").any(|row| row.port == port && row.state == LISTEN),
        // An unconnected UDP socket stands in the table as closed.
        Listens::Udp(port) => tables("udp").any(|row| row.port == port && row.state == CLOSE),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    port: u16,
    state: u8,
}

fn tables(protocol: &str) -> impl Iterator<Item = Row> {
    // A kernel without IPv6 has no second table.
    ["", "6"].into_iter().flat_map(move |family| {
        let path = format!("/proc/thread-self/net/{protocol}{family}");
        let table = fs::read_to_string(Path::new(&path)).unwrap_or_default();
        table.lines().skip(1).filter_map(row).collect::<Vec<_>>()
    })
}

/// One line: `sl local_address rem_address st …`, addresses and state in hexadecimal.
fn row(line: &str) -> Option<Row> {
    let mut columns = line.split_whitespace().skip(1);
    let (_, port) = columns.next()?.rsplit_once(':')?;
    let state = columns.nth(1)?;
    Some(Row {
        port: u16::from_str_radix(port, 16).ok()?,
        state: u8::from_str_radix(state, 16).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream, UdpSocket};

    #[test]
    fn a_row_gives_port_and_state() {
        let line = "   0: 0100007F:270F 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        assert_eq!(
            row(line),
            Some(Row {
                port: 9999,
                state: LISTEN
            })
        );
        assert_eq!(row("nonsense"), None);
    }

    #[test]
    fn listeners_are_seen_when_they_listen() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        assert!(is_served(Listens::Tcp(port)));
        let udp = UdpSocket::bind("[::1]:0").unwrap();
        assert!(is_served(Listens::Udp(udp.local_addr().unwrap().port())));
        let stream = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
        assert!(open_connections() >= 2);
        drop((tcp, stream));
        assert!(!is_served(Listens::Tcp(port)));
    }
}
