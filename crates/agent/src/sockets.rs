//! What the host's sockets are doing, by /proc/net (proc(5)).

use scenario::plan::Listens;
use std::{fs, path::Path};

/// States of `enum tcp_state` in the kernel's include/net/tcp_states.h.
const CLOSE: u8 = 0x07;
const LISTEN: u8 = 0x0a;

/// How many TCP sockets this network namespace has in use: connections in any state but TIME-WAIT,
/// where only the clock is waited for (RFC 9293, section 3.3.2), and listeners. The kernel keeps
/// this number, while it makes the tables of all sockets anew for whoever reads them, in
/// milliseconds on a machine with much memory.
pub(crate) fn in_use() -> usize {
    [("sockstat", "TCP:"), ("sockstat6", "TCP6:")]
        .into_iter()
        .filter_map(|(file, label)| {
            // A kernel without IPv6 has no second file.
            let text = fs::read_to_string(format!("/proc/thread-self/net/{file}")).ok()?;
            counted(&text, label)
        })
        .sum()
}

/// The number behind `LABEL inuse`.
fn counted(text: &str, label: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix(label))?;
    let mut words = line.split_whitespace();
    words.find(|word| *word == "inuse")?;
    words.next()?.parse().ok()
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
    use std::net::{TcpListener, UdpSocket};

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
    fn sockets_in_use_are_read_where_the_kernel_counts_them() {
        let text =
            "sockets: used 138\nTCP: inuse 4 orphan 1 tw 2 alloc 5 mem 0\nUDP: inuse 1 mem 0\n";
        assert_eq!(counted(text, "TCP:"), Some(4));
        assert_eq!(counted(text, "TCP6:"), None);
    }

    #[test]
    fn listeners_are_seen_when_they_listen() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        assert!(is_served(Listens::Tcp(port)));
        let udp = UdpSocket::bind("[::1]:0").unwrap();
        assert!(is_served(Listens::Udp(udp.local_addr().unwrap().port())));
        drop(tcp);
        assert!(!is_served(Listens::Tcp(port)));
    }
}
