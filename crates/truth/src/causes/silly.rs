//! Silly windows (RFC 813), by the receiver and by the sender.

use super::bulk;
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};

/// A tiny buffer, and a reader that takes a byte or a few at a time, behind a stack that announces
/// whatever becomes free; the sender has everything at hand and fills each window. Linux does neither, so
/// the hosts have the textbook's stack everywhere.
pub(super) fn receiver(dice: &mut Dice, _: Stack) -> Case {
    let (buffer, read) = (dice.of(64..=200), dice.of(1..=3));
    let bytes = buffer + read * dice.of(80..=300);
    let yaml = format!(
        "hosts:
  server:
    stack: smoltcp
    route: {{quickack: true}}
    run: {{tcp: {{peer: tcp-server, protocol: sink, rcvbuf: {buffer}B, read: {read}B, read-pause: {}ms}}}}
  client:
    stack: smoltcp
    run: {{tcp: {{peer: tcp-client, to: server, protocol: source, bytes: {bytes}B}}}}
",
        dice.of(1..=3)
    );
    Case::new("silly-receiver", yaml)
        .there(
            FindingCode::SillyWindowReceiver,
            "server",
            Cause::ReceiveWindow,
        )
        .there(FindingCode::TinygramRun, "client", Cause::ReceiveWindow)
        .there(FindingCode::WindowFull, "client", Cause::ReceiveWindow)
        .told(FindingCode::SplitRead, "server", Cause::SmallReadBuffer)
        // Whether the window is seen closed, or opens in time, is a race.
        .open(FindingCode::ZeroWindow, "server")
}

/// A producer that writes a few bytes now and then, into a window that is wide open.
pub(super) fn sender(dice: &mut Dice, stack: Stack) -> Case {
    let (write, writes) = (dice.of(1..=20), dice.of(15..=60));
    let client = format!(
        "bytes: {}B, write: {write}B, write-pause: {}ms, nodelay: true",
        write * writes,
        dice.of(3..=8)
    );
    // The usual congestion window would gather writes.
    let host = match stack {
        Stack::Smoltcp => "",
        Stack::Linux => "    route: {initcwnd: 4000}\n",
    };
    let link = format!("delay: {}ms", dice.of(0..=30));
    Case::new("silly-sender", bulk(&link, "read: 64KiB", &client, host))
        .there(FindingCode::SillyWindowSender, "client", Cause::SmallWrites)
        .there(FindingCode::TinygramRun, "client", Cause::SmallWrites)
        .told(FindingCode::SplitRead, "server", Cause::SeparateSegments)
}
