//! What is put together, held and cut small on the sender's side.

use super::{bulk, framing, greeting};
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};
use std::ops::RangeInclusive;

/// Small messages, a write each, without waiting for replies: the first leaves, and the others are
/// held until it is acknowledged. Fewer than ten replies make no run of tinygrams.
pub(super) fn nagle(dice: &mut Dice, _: Stack) -> Case {
    let messages = few(dice);
    let link = format!("delay: {}ms", dice.of(5..=60));
    let both = format!("framing: {}, read: 4KiB", framing(dice));
    let yaml = greeting(&link, &both, &format!("{both}, wait: never"), &messages);
    together(Case::new("nagle", yaml), Cause::Nagle)
}

/// All messages in one write.
pub(super) fn one_write(dice: &mut Dice, _: Stack) -> Case {
    let messages = few(dice);
    let nodelay = dice.one_of(&["true", "false"]);
    let link = format!("delay: {}ms", dice.of(0..=60));
    let both = format!("framing: {}, read: 4KiB", framing(dice));
    let client = format!("{both}, wait: never, gather: true, nodelay: {nodelay}");
    let yaml = greeting(&link, &both, &client, &messages);
    together(Case::new("one-write", yaml), Cause::OneWrite)
}

/// So few and so small that they fit into one segment, and their replies into no run.
fn few(dice: &mut Dice) -> Vec<String> {
    let count = dice.of(3..=8);
    dice.messages(count, 1..=150)
}

/// Replies leave one by one: if the client reads several at once, they had been waiting.
fn together(case: Case, cause: Cause) -> Case {
    case.there(FindingCode::CoalescedSegment, "client", cause)
        .there(FindingCode::StickyRead, "server", Cause::CoalescedSegment)
        .told(FindingCode::StickyRead, "client", Cause::ReceiverBacklog)
}

/// Many small segments at once, more than the initial congestion window of ten.
pub(super) fn congestion_window(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(30..=80);
    let messages = dice.messages(count, 2..=6);
    let link = format!("delay: {}ms", dice.of(20..=60));
    let both = "framing: i32, read: 4KiB";
    let client = format!("{both}, wait: never, nodelay: true");
    let yaml = greeting(&link, both, &client, &messages);
    Case::new("congestion-window", yaml)
        .there(
            FindingCode::CoalescedSegment,
            "client",
            Cause::CongestionWindow,
        )
        // The replies meet the server's.
        .open(FindingCode::CoalescedSegment, "server")
        .open(FindingCode::TinygramRun, "client")
        .open(FindingCode::TinygramRun, "server")
        .open(FindingCode::StickyRead, "client")
        .open(FindingCode::StickyRead, "server")
        .open(FindingCode::SplitRead, "server")
        .open(FindingCode::SplitRead, "client")
}

/// A receiver that takes three messages and reads late: the window fills, and when it opens, what was
/// written meanwhile leaves together.
pub(super) fn receive_window(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(9..=15);
    let length = dice.of(60..=200);
    let messages = dice.messages(count, length..=length);
    // Four bytes of length in front of each.
    let room = 3 * (length + 4);
    let link = format!("delay: {}ms", dice.of(5..=40));
    let server = format!(
        "framing: i32, read: {room}B, rcvbuf: {room}B, read-pause: {}ms",
        dice.of(400..=900)
    );
    let client = "framing: i32, read: 4KiB, wait: never, nodelay: true";
    Case::new(
        "receive-window",
        greeting(&link, &server, client, &messages),
    )
    .there(
        FindingCode::CoalescedSegment,
        "client",
        Cause::ReceiveWindow,
    )
    .there(FindingCode::ZeroWindow, "server", Cause::ReceiveBuffer)
    .there(FindingCode::WindowFull, "client", Cause::ReceiveWindow)
    .open(FindingCode::StickyRead, "server")
    .open(FindingCode::SplitRead, "server")
    .open(FindingCode::SillyWindowReceiver, "server")
    .open(FindingCode::SillyWindowReceiver, "client")
    .told(FindingCode::StickyRead, "client", Cause::ReceiverBacklog)
}

/// Small writes that nothing gathers.
pub(super) fn tinygrams(dice: &mut Dice, stack: Stack) -> Case {
    let write = dice.of(1..=20);
    // The simulated congestion window counts bytes and begins with 2,048: what is more would gather.
    let writes = dice.of(15..=150).min(2_000 / write);
    let pause = dice.of(0..=3);
    let link = format!("delay: {}ms", dice.of(2..=40));
    let client = format!(
        "bytes: {}B, write: {write}B, write-pause: {pause}ms, nodelay: true",
        write * writes
    );
    let host = match stack {
        Stack::Smoltcp => "",
        Stack::Linux => "    route: {initcwnd: 4000}\n",
    };
    Case::new("tinygrams", bulk(&link, "read: 64KiB", &client, host))
        .there(FindingCode::TinygramRun, "client", Cause::SmallWrites)
        // Its reads return a segment or several, but never a part of one.
        .told(FindingCode::SplitRead, "server", Cause::SeparateSegments)
        .open(FindingCode::SillyWindowSender, "client")
}

/// One message in many small writes, which gather behind the first until it is acknowledged, or behind the
/// ten that an initial congestion window takes.
pub(super) fn gathered(dice: &mut Dice, _: Stack) -> Case {
    let write = dice.of(1..=4);
    let writes = dice.of(60..=300);
    let (nodelay, cause) = dice.one_of(&[(false, Cause::Nagle), (true, Cause::CongestionWindow)]);
    let link = format!("delay: {}ms", dice.of(20..=60));
    let client = format!(
        "bytes: {}B, write: {write}B, nodelay: {nodelay}",
        write * writes
    );
    Case::new("gathered", bulk(&link, "read: 64KiB", &client, ""))
        .there(FindingCode::GatheredWrites, "client", cause)
        .told(FindingCode::SplitRead, "server", Cause::SeparateSegments)
        // The ten are a run.
        .open(FindingCode::TinygramRun, "client")
}

/// A request in two writes, and a server that can't reply to the first.
pub(super) fn stall(dice: &mut Dice, _: Stack) -> Case {
    exchange(dice, "stall", 4..=60, |_, first| {
        (format!("write: {first}B"), String::new())
    })
    .there(FindingCode::NagleDelackStall, "client", Cause::Nagle)
    // Of how many writes the second segment is, the dice decide.
    .open(FindingCode::GatheredWrites, "client")
    .told(FindingCode::SplitRead, "server", Cause::SeparateSegments)
}

/// The same with one of its cures; every write has more bytes than headers.
pub(super) fn no_stall(dice: &mut Dice, _: Stack) -> Case {
    exchange(dice, "no-stall", 61..=129, |dice, first| {
        match dice.of(0..=3) {
            0 => (format!("write: {first}B, nodelay: true"), String::new()),
            1 => (format!("write: {first}B, cork: true"), String::new()),
            2 => (String::from("write: 64KiB"), String::new()),
            _ => (
                format!("write: {first}B"),
                String::from("    route: {quickack: true}\n"),
            ),
        }
    })
    .told(FindingCode::SplitRead, "server", Cause::SeparateSegments)
}

fn exchange(
    dice: &mut Dice,
    kind: &'static str,
    write: RangeInclusive<u64>,
    options: impl Fn(&mut Dice, u64) -> (String, String),
) -> Case {
    let count = dice.of(8..=10);
    let messages = dice.messages(count, 130..=600);
    let first = dice.of(write);
    let (client, server) = options(dice, first);
    let yaml = format!(
        "link: {{delay: {}ms}}
hosts:
  server:
{server}    run: {{tcp: {{peer: tcp-server, framing: i32, read: 4KiB}}}}
  client:
    run: {{tcp: {{peer: tcp-client, to: server, framing: i32, read: 4KiB, wait: reply, {client}, send: [{}]}}}}
",
        dice.of(1..=50),
        messages.join(", ")
    );
    Case::new(kind, yaml)
}
