//! Display filters for Wireshark (wireshark-filter(4)), to paste.

use crate::model::{
    connection::{Connection, Direction},
    finding::{Details, Finding, FrameRef, Place},
};

/// Shows a finding in its capture, whose connections have Wireshark's numbers. `ends` is the connection
/// of a finding in one.
pub(crate) fn filter(finding: &Finding, ends: Option<&Connection>) -> Option<String> {
    let (connection, direction) = match finding.place {
        Place::Stream {
            connection,
            direction,
        } => (connection, direction),
        Place::Flow { flow, .. } => {
            return Some(joined(&format!("udp.stream eq {flow}"), &frames(finding)));
        }
        Place::Link { .. } => return None,
    };
    let ends = ends?;
    let stream = format!("tcp.stream eq {connection}");
    let sent = format!("{stream} && {}", source(ends, direction));
    let filter = match finding.details {
        Details::Tinygrams { largest, .. } => format!(
            "{sent} && tcp.len > 0 && tcp.len <= {largest} && {}",
            span(finding)
        ),
        Details::SillySender { .. } => format!("{sent} && tcp.len > 0 && {}", span(finding)),
        // With the packets that announced each crumb of the window.
        Details::SillyReceiver { .. } => format!("{stream} && {}", span(finding)),
        Details::SmallMss { largest, .. } => format!("{sent} && tcp.len == {largest}"),
        // From the window that closed to the one that opened, with the probes between.
        Details::ZeroWindow { .. } => format!("{stream} && {}", span(finding)),
        // Which Wireshark flags by the same rule.
        Details::WindowFull { .. } => format!("{sent} && tcp.analysis.window_full"),
        _ => joined(&stream, &frames(finding)),
    };
    Some(filter)
}

/// The packets that one end sends: by its address too where both ports are the same.
fn source(ends: &Connection, direction: Direction) -> String {
    let (sender, receiver) = (ends.sender(direction), ends.receiver(direction));
    let (from, to) = (sender.address, receiver.address);
    if from.port() != to.port() {
        return format!("tcp.srcport == {}", from.port());
    }
    let field = if from.is_ipv4() { "ip.src" } else { "ipv6.src" };
    format!("{field} == {}", from.ip())
}

/// From its first frame to its last; all behind the only one.
fn span(finding: &Finding) -> String {
    let numbers = || finding.frames.iter().map(|frame| frame.number);
    let first = numbers().min().unwrap_or(1);
    match numbers().max() {
        Some(last) if finding.frames.len() > 1 => format!("frame.number in {{{first}..{last}}}"),
        _ => format!("frame.number >= {first}"),
    }
}

fn frames(finding: &Finding) -> String {
    let number = |frame: &FrameRef| frame.number.to_string();
    let numbers: Vec<String> = finding.frames.iter().map(number).collect();
    match numbers.is_empty() {
        true => String::new(),
        false => format!("frame.number in {{{}}}", numbers.join(", ")),
    }
}

fn joined(stream: &str, frames: &str) -> String {
    match frames.is_empty() {
        true => stream.to_owned(),
        false => format!("{stream} && {frames}"),
    }
}
