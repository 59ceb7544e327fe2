//! Whether the messages to send can be sent under the framing at all.

use crate::{
    decode::{Item, Key},
    problem::Problems,
    span::Span,
    written::Program,
};
use framing::{EncodeError, Encoder};
use protocol::{Framing, PeerConfig, ProtocolName, Role, Wait};

/// The largest payload of a UDP datagram over IPv4.
const MAX_DATAGRAM: usize = 65_507;

/// Checks what is certain; a problem names the option to change.
pub(super) fn check(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    check_protocol(program, config, problems);
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
        if let Some((message, hint)) = unsendable(item, &encoder) {
            problems.add(item.span, message, hint);
        }
    }
}

/// `sink` and `source` move bytes, not messages.
fn check_protocol(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    if config.protocol == ProtocolName::Greeting || matches!(program.protocol, Key::Wrong(_)) {
        return;
    }
    let mut refuse = |key: &str, place: Option<Span>| {
        if let Some(place) = place {
            let message = format!("`{key}` is for the protocol `greeting`");
            problems.add(
                place,
                message,
                "leave it away: `sink` and `source` move plain bytes",
            );
        }
    };
    refuse("send", program.send.place());
    refuse("wait", program.wait.place());
    refuse("think", program.think.place());
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
fn unsendable(item: &Item<String>, encoder: &Encoder) -> Option<(String, &'static str)> {
    let error = encoder.encode(item.value.as_bytes()).err()?;
    let hint = match error {
        EncodeError::Empty { .. } => "leave it away, or choose a delimiter",
        EncodeError::TooLong { .. } => "shorten it, raise `max-message`, or choose `u32`",
        EncodeError::DelimiterInside { .. } => "or write a length in front: `framing: i32`",
        EncodeError::WrongSize { .. } => "pad it or shorten it, or choose another `framing`",
    };
    Some((error.to_string(), hint))
}
