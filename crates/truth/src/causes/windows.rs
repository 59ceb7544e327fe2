//! Windows and sizes.

use super::bulk;
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};

/// A reader that pauses before each read, behind a buffer that holds less than is sent.
pub(super) fn slow_reader(dice: &mut Dice, _: Stack) -> Case {
    let link = format!("delay: {}ms", dice.of(1..=20));
    let buffer = dice.of(8..=32);
    let server = format!(
        "read: 1MiB, rcvbuf: {buffer}KiB, read-pause: {}ms",
        dice.of(700..=1_200)
    );
    let client = format!("bytes: {}KiB", buffer * dice.of(4..=6));
    Case::new("slow-reader", bulk(&link, &server, &client, ""))
        .there(FindingCode::ZeroWindow, "server", Cause::ReceiveBuffer)
        .open(FindingCode::WindowFull, "client")
        .open(FindingCode::SplitRead, "server")
        .open(FindingCode::SillyWindowReceiver, "server")
        .open(FindingCode::SillyWindowReceiver, "client")
}

/// Interfaces that take small packets only.
pub(super) fn small_mss(dice: &mut Dice, stack: Stack) -> Case {
    // Linux announces no MSS for less than 256 (FACTS: the SYN says more than fits).
    let mtu = match stack {
        Stack::Smoltcp => dice.of(160..=560),
        Stack::Linux => dice.of(300..=560),
    };
    let link = format!("delay: {}ms, mtu: {mtu}", dice.of(1..=20));
    let client = format!("bytes: {}B", dice.of(5_000..=20_000));
    Case::new("small-mss", bulk(&link, "read: 64KiB", &client, ""))
        .there(FindingCode::SmallMss, "client", Cause::Mss)
        .told(FindingCode::SplitRead, "server", Cause::Mss)
}

/// Interfaces that take so little that no segment carries as much as its headers have; what is written is more.
pub(super) fn tiny_mss(dice: &mut Dice, stack: Stack) -> Case {
    // Linux has timestamps, and below 88 sends each segment as two fragments.
    let mtu = match stack {
        Stack::Smoltcp => dice.of(68..=79),
        Stack::Linux => dice.of(68..=103),
    };
    let link = format!("delay: {}ms, mtu: {mtu}", dice.of(1..=20));
    // Longer than any segment, so that at most every second is the rest of a write.
    let write = dice.of(120..=2_000);
    let client = format!("bytes: {}B, write: {write}B", dice.of(2_000..=6_000));
    Case::new("tiny-mss", bulk(&link, "read: 64KiB", &client, ""))
        .there(FindingCode::TinygramRun, "client", Cause::Mss)
        .there(FindingCode::SmallMss, "client", Cause::Mss)
        .told(FindingCode::SplitRead, "server", Cause::Mss)
        // Nagle's algorithm joins the rest of a write with the begin of the next.
        .open(FindingCode::GatheredWrites, "client")
}

/// A router that drops large packets and says nothing; the last, small segment gets through.
pub(super) fn black_hole(dice: &mut Dice, stack: Stack) -> Case {
    let path = dice.of(700..=1_300);
    let link = format!("delay: {}ms", dice.of(1..=20));
    let segments = dice.of(3..=6);
    // Without Nagle's algorithm, which would hold it.
    let rest = dice.of(100..=400);
    let client = format!("nodelay: true, bytes: {}B", segments * 1_460 + rest);
    let mut host = format!("    link: {{path-mtu: {path}, black-hole: true}}\n");
    if stack == Stack::Linux {
        host.push_str("    sysctls: {tcp_mtu_probing: 1, tcp_base_mss: 512}\n");
    }
    let yaml = bulk(&link, "read: 64KiB", &client, &host);
    Case::new("black-hole", yaml)
        .there(FindingCode::PmtuBlackHole, "client", Cause::Mtu)
        .open(FindingCode::SplitRead, "server")
}
