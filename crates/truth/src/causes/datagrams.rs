//! What happens to datagrams.

use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};

/// `count` datagrams of `len` bytes from a client to a server.
fn yaml(client: &str, server: &str, source: &str, len: u64, count: u64) -> String {
    format!(
        "hosts:
  server:
    run: {{udp: {{peer: udp-peer, protocol: sink, {server}}}}}
  client:
    link: {{{client}}}
    run: {{udp: {{peer: udp-peer, to: server, protocol: source, bytes: {}B, write: {len}B, {source}}}}}
",
        len * count
    )
}

/// Up to a full packet; beginnings of datagrams differ, so no two are alike.
fn size(dice: &mut Dice) -> (u64, u64) {
    (dice.of(24..=1_400), dice.of(20..=60))
}

const ROOM: &str = "read: 64KiB";

/// The link loses some by their numbers.
pub(super) fn lost(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = size(dice);
    let first = dice.of(1..=count / 2);
    let second = dice.of(count / 2 + 1..=count);
    let link = format!("loss: {{packets: [{first}, {second}]}}");
    let yaml = yaml(&link, ROOM, "write-pause: 1ms", len, count);
    Case::new("datagrams-lost", yaml).there(FindingCode::DatagramLost, "server", Cause::LinkLoss)
}

/// The link flips bits.
pub(super) fn corrupted(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = size(dice);
    let link = format!("corrupt: {}%", dice.of(15..=40));
    let yaml = yaml(&link, ROOM, "write-pause: 1ms", len, count);
    Case::new("datagrams-corrupted", yaml)
        // Which, if any, chance decides: of twenty packets and one in seven all may get through.
        .told(FindingCode::DatagramLost, "server", Cause::LinkCorruption)
        // One in a thousand luckless links is doubted by design.
        .open(FindingCode::ConditionUnproven, "client")
}

/// The receiver's buffer is small and it reads late.
pub(super) fn dropped(dice: &mut Dice, _: Stack) -> Case {
    let len = dice.of(600..=1_400);
    let count = dice.of(30..=50);
    // Some three datagrams; the kernel doubles it and counts its own overhead.
    let server = format!(
        "read: 2KiB, rcvbuf: {}B, read-pause: {}ms",
        3 * len,
        dice.of(15..=25)
    );
    let yaml = yaml("delay: 1ms", &server, "write-pause: 3ms", len, count);
    Case::new("datagrams-dropped", yaml)
        .there(FindingCode::DatagramLost, "server", Cause::ReceiveBuffer)
        .open(FindingCode::ConditionUnproven, "client")
}

/// The link doubles every packet.
pub(super) fn doubled(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = size(dice);
    let yaml = yaml("duplicate: 100%", ROOM, "write-pause: 1ms", len, count);
    Case::new("datagrams-doubled", yaml).times(
        FindingCode::DatagramDuplicated,
        "server",
        Cause::LinkDuplication,
        count,
    )
}

/// The link lets some overtake others.
pub(super) fn reordered(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = size(dice);
    let link = format!(
        "delay: {}ms, reorder: {}%",
        dice.of(15..=40),
        dice.of(25..=60)
    );
    let yaml = yaml(&link, ROOM, "write-pause: 2ms", len, count);
    Case::new("datagrams-reordered", yaml)
        .told(
            FindingCode::DatagramReordered,
            "server",
            Cause::LinkReordering,
        )
        .open(FindingCode::ConditionUnproven, "client")
}

/// Reads that ask for less than a datagram has.
pub(super) fn truncated(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = size(dice);
    let server = format!("read: {}B", dice.of(8..=len - 1));
    let yaml = yaml("", &server, "write-pause: 1ms", len, count);
    Case::new("datagrams-truncated", yaml).times(
        FindingCode::DatagramTruncated,
        "server",
        Cause::SmallReadBuffer,
        count,
    )
}

/// Datagrams of more than the MTU.
pub(super) fn fragmented(dice: &mut Dice, _: Stack) -> Case {
    let (len, count) = (dice.of(1_600..=8_000), dice.of(5..=15));
    let yaml = yaml("", ROOM, "write-pause: 2ms", len, count);
    Case::new("datagrams-fragmented", yaml).times(
        FindingCode::DatagramFragmented,
        "server",
        Cause::Mtu,
        count,
    )
}
