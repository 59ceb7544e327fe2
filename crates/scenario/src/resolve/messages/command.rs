//! What a server of commands may run.

use crate::{problem::Problems, written::Program};
use protocol::{PeerConfig, Role};

/// Checks what is certain; a problem names the option to change.
pub(super) fn check(program: &Program, config: &PeerConfig, problems: &mut Problems) {
    if config.role != Role::TcpServer {
        return;
    }
    let is_known = !program.allow.is_wrong() && !program.shell.is_wrong();
    let is_open = is_known && config.allow.is_empty() && !config.shell;
    if let Some(protocol) = program.protocol.given().filter(|_| is_open) {
        let message = "a server of commands that may run nothing";
        let hint = "add `allow: [whoami]`, or `shell: true` for anything";
        problems.add(protocol.span, message, hint);
    }
    let allow = program.allow.value().map_or(&[][..], Vec::as_slice);
    for item in allow {
        if item.value.is_empty() || item.value.trim() != item.value {
            let message = "a command without a program, or with spaces around it";
            problems.add(item.span, message, "write it as it is asked for: `seq 400`");
        }
        if item.value.contains('\0') {
            problems.add(
                item.span,
                "a command with a zero byte",
                "no program can be given one",
            );
        }
    }
}
