//! Whether the messages to send can be sent under the framing at all.

use crate::{
    decode::{Item, Key},
    problem::Problems,
    span::Span,
    written::Program,
};
use protocol::{Framing, PeerConfig, ProtocolName, Role, Wait};

/// The largest payload of a UDP datagram over IPv4.
const MAX_DATAGRAM: usize = 65_507;

/// Checks what is certain; a problem names the option to change.
pub(super) fn check(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    check_protocol(program, config, problems);
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
    for item in send {
        if let Some((message, hint)) = unsendable(item, config) {
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
fn unsendable(item: &Item<String>, config: &PeerConfig) -> Option<(String, String)> {
    let len = item.value.len();
    let told = |message: String, hint: &str| Some((message, hint.to_owned()));
    match &config.framing {
        Framing::Fixed(size) if len != *size => told(
            format!("{len} bytes, where every message has {size}"),
            "pad it, or shorten it",
        ),
        Framing::Delimiter(mark) if contains(item.value.as_bytes(), mark) => told(
            "this message contains the delimiter, and would be taken for two".to_owned(),
            "choose another delimiter, or a length in front",
        ),
        Framing::None | Framing::Handshake | Framing::LengthPrefix(_) if len == 0 => told(
            format!("{} can't carry an empty message", spoken(&config.framing)),
            "leave it away, or choose a delimiter",
        ),
        Framing::LengthPrefix(framing::Prefix::U16Be) if len > usize::from(u16::MAX) => told(
            format!("{len} bytes are more than two bytes can count"),
            "choose `u32`",
        ),
        _ if len as u64 > config.max_message => told(
            format!("{len} bytes are more than `max-message` accepts"),
            "shorten it, or raise `max-message`",
        ),
        _ => None,
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && bytes.windows(part.len()).any(|window| window == part)
}

fn spoken(framing: &Framing) -> String {
    match framing {
        Framing::None => "a stream without framing".to_owned(),
        framing => format!("the framing `{framing}`"),
    }
}
