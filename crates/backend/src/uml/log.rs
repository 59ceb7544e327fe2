//! The end of a kernel's log, as far as it says something.

use std::{fs, path::Path};

/// How many lines of it go into a message.
const LINES: usize = 15;

/// What the kernel or PID 1 said last, each line on a line of its own, indented.
pub(super) fn last_words(log: &Path) -> String {
    let log = fs::read(log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().map(plain).filter(|line| tells(line)).collect();
    let skipped = lines.len().saturating_sub(LINES);
    lines[skipped..]
        .iter()
        .map(|line| format!("\n  {line}"))
        .collect()
}

/// The line without the level in front that a panicking kernel adds: `<4>Call Trace:`.
fn plain(line: &str) -> &str {
    let level = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    match level {
        Some((level, rest)) if level.bytes().all(|byte| byte.is_ascii_digit()) => rest.trim_end(),
        _ => line.trim_end(),
    }
}

/// A panic's registers and its stack, indented, push its reason out of sight; a bridge tells of
/// every port it opens and shuts.
fn tells(line: &str) -> bool {
    let is_chatter = line.starts_with("switch: port ") || line.starts_with("device port");
    let is_heading = ["Stack:", "Call Trace:"].contains(&line);
    !line.is_empty() && !line.starts_with(' ') && !is_chatter && !is_heading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_panic_is_there_and_its_stack_is_not() {
        let folder = std::env::temp_dir().join(format!("tinygram-log-{}", std::process::id()));
        let stack = " [<6069f497>] ? dump_stack_lvl+0x0/0x58\n".repeat(40);
        let text = format!(
            "Run /x as init process\nswitch: port 1(port0) entered blocking state\n\
             <0>Kernel panic - not syncing: no memory\n<4>Call Trace:\n{stack}<4> 6067bb96\n\n"
        );
        fs::write(&folder, text).unwrap();
        let said = last_words(&folder);
        fs::remove_file(&folder).unwrap();
        assert_eq!(
            said,
            "\n  Run /x as init process\n  Kernel panic - not syncing: no memory"
        );
    }

    #[test]
    fn a_kernel_that_never_spoke_has_no_last_words() {
        assert_eq!(last_words(Path::new("/nonexistent")), "");
    }
}
