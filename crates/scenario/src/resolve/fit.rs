//! Which options make sense for which programs.

use crate::written::Program;
use protocol::Role;

/// What kind of program it is, as far as options are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    TcpServer,
    TcpClient,
    /// A UDP peer that answers.
    UdpResponder,
    /// A UDP peer that is told `to` whom.
    UdpSender,
    Command,
}

/// None when that cannot be told, because of a problem that is told elsewhere.
pub(crate) fn kind(program: &Program) -> Option<Kind> {
    if !program.peer.is_absent() && !program.command.is_absent() {
        return None;
    }
    if !program.command.is_absent() {
        return Some(Kind::Command);
    }
    Some(match (program.peer.value()?, program.to.is_absent()) {
        (Role::TcpServer, _) => Kind::TcpServer,
        (Role::TcpClient, _) => Kind::TcpClient,
        (Role::UdpPeer, true) => Kind::UdpResponder,
        (Role::UdpPeer, false) => Kind::UdpSender,
    })
}

/// Why an option is wrong for this kind of program; nothing when it fits.
pub(crate) fn misfit(key: &str, kind: Kind) -> Option<(&'static str, &'static str)> {
    use Kind::{Command, TcpClient, TcpServer, UdpResponder, UdpSender};
    const UDP: [Kind; 2] = [UdpResponder, UdpSender];
    let tcp_only = || UDP.contains(&kind);
    let sender_only = || [TcpServer, UdpResponder].contains(&kind);
    let (is_wrong, reason, hint) = match key {
        "peer" => return None,
        "command" | "listens" => (
            kind != Command,
            "is for commands",
            "leave it away: a peer listens on its `port`",
        ),
        _ if kind == Command => (
            true,
            "is for the lab's own peers",
            "leave it away: a command is told by its arguments",
        ),
        "framing" | "max-message" => (
            tcp_only(),
            "is for TCP: datagrams keep their boundaries by themselves",
            "leave it away",
        ),
        "encoding" => (
            tcp_only(),
            "is for the protocol `command`, which is for TCP",
            "leave it away",
        ),
        "cut" | "allow" | "shell" | "time-limit" => (
            kind != TcpServer,
            "is for a tcp-server: it is how one answers",
            "move it to the server",
        ),
        "keepalive" | "keepalive-probes" | "user-timeout" => (
            tcp_only(),
            "is for TCP: UDP has no connections to lose",
            "leave it away",
        ),
        "quickack" => (
            tcp_only(),
            "is for TCP: UDP acknowledges nothing",
            "leave it away",
        ),
        "nodelay" | "cork" | "gather" => (
            tcp_only(),
            "is for TCP: UDP holds nothing back",
            "leave it away",
        ),
        "to" => (
            kind == TcpServer,
            "is for clients: a server waits for them",
            "leave it away",
        ),
        "send" | "wait" if kind == UdpResponder => (
            true,
            "is for a peer that knows whom to send to",
            "add `to: HOST`",
        ),
        "send" | "wait" => (
            sender_only(),
            "is for clients: a server sends what its protocol answers",
            "move it to the client",
        ),
        "think" => (
            [TcpClient, UdpSender].contains(&kind),
            "is for whoever answers: it is the time before a reply",
            "a client's pauses are `read-pause` and `write-pause`",
        ),
        "connections" | "connect-timeout" => (
            kind != TcpClient,
            "is for a tcp-client: nobody else connects",
            "leave it away",
        ),
        "one-at-a-time" => (
            kind != TcpServer,
            "is for a tcp-server: nobody else is connected to",
            "leave it away",
        ),
        "reply-timeout" => (
            kind != UdpSender,
            "is for a udp-peer with `to`: only a datagram's reply may be lost",
            "leave it away",
        ),
        _ => return None,
    };
    is_wrong.then_some((reason, hint))
}
