//! Whether the messages to send can be sent under the framing at all.

mod command;
mod http;

use crate::{decode::Key, problem::Problems, span::Span, written::Program};
use framing::{EncodeError, Encoder};
use protocol::{Framing, PeerConfig, ProtocolName, Role, Wait};

/// The largest payload of a UDP datagram over IPv4.
const MAX_DATAGRAM: usize = 65_507;

/// Checks what is certain; a problem names the option to change.
pub(super) fn check(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    check_protocol(program, config, problems);
    check_transport(program, config, problems);
    check_direction(program, config, problems);
    let send = program.send.value().map_or(&[][..], Vec::as_slice);
    if config.role == Role::UdpPeer {
        for item in send.iter().filter(|item| item.value.len() > MAX_DATAGRAM) {
            let message = format!("{} bytes don't fit into a datagram", item.value.len());
            problems.add(item.span, message, format!("write at most {MAX_DATAGRAM}"));
        }
        return;
    }
    // Unknown framing, nothing certain.
    if matches!(program.framing, Key::Wrong(_)) {
        return;
    }
    match config.protocol {
        ProtocolName::Http => return http::check(program, config, problems),
        ProtocolName::Command => command::check(program, config, problems),
        ProtocolName::Greeting | ProtocolName::Sink | ProtocolName::Source => {}
    }
    if config.framing == Framing::Handshake
        && config.wait == Wait::Never
        && let Some(place) = program.wait.place()
    {
        let message = "a handshake can't be pipelined: each message waits for a reply";
        problems.add(place, message, "write `wait: reply`");
    }
    if let (Framing::UntilClose, Some(second)) = (&config.framing, send.get(1)) {
        let message = "until-close carries one message: its end is the end of the stream";
        problems.add(
            second.span,
            message,
            "send one, or choose another `framing`",
        );
    }
    check_limit(program, config, problems);
    let encoder = Encoder::new(config.framing.clone(), config.max_message);
    for item in send {
        let bytes = config.encoding.encode(&item.value);
        if let Some((message, hint)) = unsendable(&bytes, &encoder) {
            problems.add(item.span, message, hint);
        }
    }
}

/// Options that are for other protocols.
fn check_protocol(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    use ProtocolName::{Command, Greeting, Http};
    if matches!(program.protocol, Key::Wrong(_)) {
        return;
    }
    let mut only = |key: &str, place: Option<Span>, of: &[ProtocolName], hint: &str| {
        if let Some(place) = place.filter(|_| !of.contains(&config.protocol)) {
            let names: Vec<_> = of.iter().map(|name| format!("`{}`", word(*name))).collect();
            let plural = if names.len() > 1 { "s" } else { "" };
            let message = format!("`{key}` is for the protocol{plural} {}", names.join(", "));
            problems.add(place, message, hint);
        }
    };
    const BULK: &str = "leave it away: `sink` and `source` move plain bytes";
    only(
        "send",
        program.send.place(),
        &[Greeting, Http, Command],
        BULK,
    );
    only(
        "think",
        program.think.place(),
        &[Greeting, Http, Command],
        BULK,
    );
    let one = match config.protocol {
        Http => "leave it away: a connection carries one request",
        _ => BULK,
    };
    only("wait", program.wait.place(), &[Greeting, Command], one);
    let http = "leave it away, or write `protocol: http`";
    only("cut", program.cut.place(), &[Http], http);
    let command = "leave it away, or write `protocol: command`";
    only("allow", program.allow.place(), &[Command], command);
    only("shell", program.shell.place(), &[Command], command);
    only(
        "time-limit",
        program.time_limit.place(),
        &[Command],
        command,
    );
    only("encoding", program.encoding.place(), &[Command], command);
}

fn word(name: ProtocolName) -> &'static str {
    match name {
        ProtocolName::Greeting => "greeting",
        ProtocolName::Http => "http",
        ProtocolName::Command => "command",
        ProtocolName::Sink => "sink",
        ProtocolName::Source => "source",
    }
}

/// Protocols that need a stream.
fn check_transport(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    let needs_stream = matches!(config.protocol, ProtocolName::Http | ProtocolName::Command);
    if let Some(protocol) = program.protocol.given()
        && needs_stream
        && config.role == Role::UdpPeer
    {
        let message = format!("`{}` is for TCP", word(config.protocol));
        let hint = "write `peer: tcp-server` or `peer: tcp-client`";
        problems.add(protocol.span, message, hint);
    }
}

/// Over UDP, who sends and who receives follows from `to`.
fn check_direction(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    let Some(protocol) = program
        .protocol
        .given()
        .filter(|_| config.role == Role::UdpPeer)
    else {
        return;
    };
    match (protocol.value, program.to.place()) {
        (ProtocolName::Source, None) => {
            problems.add(
                protocol.span,
                "a source without anybody to send to",
                "add `to: HOST`",
            );
        }
        (ProtocolName::Sink, Some(to)) => {
            let message = "a sink sends nothing: it has nobody to go to";
            problems.add(to, message, "leave it away");
        }
        _ => {}
    }
}

/// The framing's own sizes against `max-message`.
fn check_limit(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    let (Framing::Fixed(size), Some(framing)) = (&config.framing, program.framing.given()) else {
        return;
    };
    if *size as u64 > config.max_message {
        let message = format!("{size} bytes are more than `max-message` accepts");
        problems.add(framing.span, message, "write less, or raise `max-message`");
    }
}

/// Why this message can't be sent: a message and a hint.
fn unsendable(bytes: &[u8], encoder: &Encoder) -> Option<(String, &'static str)> {
    let error = encoder.encode(bytes).err()?;
    let hint = match error {
        EncodeError::Empty { .. } => "leave it away, or choose a delimiter",
        EncodeError::TooLong { .. } => "shorten it, raise `max-message`, or choose `u32`",
        EncodeError::DelimiterInside { .. } => "or write a length in front: `framing: i32`",
        EncodeError::WrongSize { .. } => "pad it or shorten it, or choose another `framing`",
    };
    Some((error.to_string(), hint))
}
