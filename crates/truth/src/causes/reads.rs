//! What reads return, and why.

use super::{bulk, framing, greeting};
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};

/// Messages in segments of their own wait for a server that reads late.
pub(super) fn backlog(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(3..=8);
    let messages = dice.messages(count, 1..=300);
    let link = format!("delay: {}ms", dice.of(0..=40));
    let both = format!("framing: {}, read: 16KiB", framing(dice));
    let server = format!("{both}, read-pause: {}ms", dice.of(300..=700));
    let client = format!("{both}, wait: never, nodelay: true");
    Case::new("backlog", greeting(&link, &server, &client, &messages))
        .there(FindingCode::StickyRead, "server", Cause::ReceiverBacklog)
        .told(FindingCode::StickyRead, "client", Cause::ReceiverBacklog)
}

/// The first message's segment is lost: the others wait behind it until it is sent again.
pub(super) fn lost_segment(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(4..=8);
    let messages = dice.messages(count, 1..=200);
    let both = format!("framing: {}, read: 16KiB", framing(dice));
    let client = format!(
        "{both}, wait: never, nodelay: true, send: [{}]",
        messages.join(", ")
    );
    let delay = dice.of(5..=40);
    // The SYN and the handshake's end go ahead; the welcome is acknowledged along with the data.
    let yaml = format!(
        "link: {{delay: {delay}ms}}
hosts:
  server:
    run: {{tcp: {{peer: tcp-server, nodelay: true, {both}}}}}
  client:
    link: {{loss: {{packets: [3]}}}}
    run: {{tcp: {{peer: tcp-client, to: server, {client}}}}}
"
    );
    Case::new("lost-segment", yaml)
        .there(FindingCode::StickyRead, "server", Cause::LossRecovery)
        .told(FindingCode::StickyRead, "client", Cause::ReceiverBacklog)
}

/// Reads that ask for less than a message has.
pub(super) fn small_read(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(2..=6);
    let messages = dice.messages(count, 120..=800);
    let framing = framing(dice);
    let link = format!("delay: {}ms", dice.of(0..=30));
    let server = format!("framing: {framing}, read: {}B", dice.of(10..=100));
    let client = format!("framing: {framing}, read: 4KiB, wait: reply");
    Case::new("small-read", greeting(&link, &server, &client, &messages)).there(
        FindingCode::SplitRead,
        "server",
        Cause::SmallReadBuffer,
    )
}

/// More bytes at once than a segment takes, on a link that is slow enough for each to be read alone.
pub(super) fn several_segments(dice: &mut Dice, _: Stack) -> Case {
    let link = format!(
        "delay: {}ms, rate: {}kbit",
        dice.of(1..=20),
        dice.of(600..=1500)
    );
    let client = format!("bytes: {}B", dice.of(4_000..=12_000));
    Case::new("several-segments", bulk(&link, "read: 64KiB", &client, "")).there(
        FindingCode::SplitRead,
        "server",
        Cause::Mss,
    )
}

/// One message in several writes with pauses between.
pub(super) fn separate_writes(dice: &mut Dice, _: Stack) -> Case {
    let write = dice.of(150..=900);
    let link = format!("delay: {}ms", dice.of(1..=20));
    let client = format!(
        "bytes: {}B, write: {write}B, write-pause: {}ms, nodelay: true",
        write * dice.of(2..=8),
        dice.of(30..=80)
    );
    Case::new("separate-writes", bulk(&link, "read: 64KiB", &client, ""))
        .there(FindingCode::SplitRead, "server", Cause::SeparateSegments)
        .open(FindingCode::SillyWindowSender, "client")
}
