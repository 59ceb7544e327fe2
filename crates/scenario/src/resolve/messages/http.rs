//! What one connection of HTTP carries.

use crate::{problem::Problems, written::Program};
use protocol::{PeerConfig, Problem, Role};

/// Checks what is certain; a problem names the option to change.
pub(super) fn check(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    let send = program.send.value().map_or(&[][..], Vec::as_slice);
    if config.role == Role::TcpClient
        && let Some(framing) = program.framing.given()
    {
        let message = "the client finds out from the answer how its body is marked off";
        problems.add(framing.key, message, "write it at the server");
    }
    for problem in config.problems() {
        let (place, hint) = match &problem {
            Problem::HttpFraming { .. } if config.role == Role::TcpServer => (
                program.framing.given().map(|given| given.span),
                "write one of those",
            ),
            Problem::SeveralRequests { .. } => (
                send.get(1).map(|item| item.span),
                "ask for one, or open several connections",
            ),
            Problem::Path { path } => (
                send.iter()
                    .find(|item| item.value == *path)
                    .map(|item| item.span),
                "write `/` and what follows",
            ),
            Problem::BodyOverLimit { .. } => (
                program.bytes.given().map(|given| given.span),
                "write less, or raise `max-message`",
            ),
            _ => continue,
        };
        if let Some(place) = place {
            problems.add(place, problem.to_string(), hint);
        }
    }
}
