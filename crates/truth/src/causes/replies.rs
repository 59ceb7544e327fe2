//! Programs that take reads for messages.

use super::greeting;
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::{Cause, FindingCode};

/// One read of a few bytes for each reply: the rest begins the next.
pub(super) fn small_read(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(3..=7);
    let messages = dice.messages(count, 4..=9);
    let link = format!("delay: {}ms", dice.of(5..=40));
    // `Welcome!` fits, `Hello, name!` does not.
    let client = format!(
        "framing: none, wait: reply, nodelay: true, read: {}B",
        dice.of(8..=11)
    );
    let yaml = greeting(&link, "framing: none", &client, &messages);
    Case::new("small-reply-read", yaml)
        .there(FindingCode::LeftoverReply, "client", Cause::SmallReadBuffer)
        .there(FindingCode::TornMessage, "client", Cause::NoFraming)
        .there(FindingCode::SplitRead, "client", Cause::SmallReadBuffer)
        .told(FindingCode::MergedMessage, "client", Cause::NoFraming)
        // What was there already when a program read, the configuration does not say.
        .open(FindingCode::StickyRead, "client")
        .open(FindingCode::StickyRead, "server")
        .told(FindingCode::MergedMessage, "server", Cause::NoFraming)
}

/// Replies in two writes with a pause between: the client takes the first half for all of it.
pub(super) fn in_two(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(3..=6);
    let messages = dice.messages(count, 8..=30);
    let delay = dice.of(2..=20);
    // The next request reaches the server before it has written the second half.
    let server = format!(
        "framing: none, write: 8B, write-pause: {}ms",
        2 * delay + dice.of(20..=60)
    );
    let yaml = greeting(
        &format!("delay: {delay}ms"),
        &server,
        "framing: none, wait: reply, read: 1KiB",
        &messages,
    );
    Case::new("reply-in-two", yaml)
        .there(
            FindingCode::LeftoverReply,
            "client",
            Cause::SeparateSegments,
        )
        .there(FindingCode::TornMessage, "client", Cause::NoFraming)
        .there(FindingCode::SplitRead, "client", Cause::SeparateSegments)
        .told(FindingCode::MergedMessage, "client", Cause::NoFraming)
        .told(FindingCode::TornMessage, "server", Cause::NoFraming)
        .told(FindingCode::MergedMessage, "server", Cause::NoFraming)
        .open(FindingCode::StickyRead, "client")
        .open(FindingCode::StickyRead, "server")
        .open(FindingCode::CoalescedSegment, "server")
        .open(FindingCode::CoalescedSegment, "client")
        .open(FindingCode::TinygramRun, "server")
        .open(FindingCode::SillyWindowSender, "server")
}

/// Messages without marks, sent without waiting: those that Nagle's algorithm puts together are taken
/// for one.
pub(super) fn no_framing(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(3..=8);
    let messages = dice.messages(count, 2..=100);
    let link = format!("delay: {}ms", dice.of(5..=50));
    let both = "framing: none, read: 4KiB";
    let yaml = greeting(&link, both, &format!("{both}, wait: never"), &messages);
    Case::new("no-framing", yaml)
        .there(FindingCode::CoalescedSegment, "client", Cause::Nagle)
        .there(FindingCode::StickyRead, "server", Cause::CoalescedSegment)
        .there(FindingCode::MergedMessage, "server", Cause::NoFraming)
        .told(FindingCode::StickyRead, "client", Cause::ReceiverBacklog)
        .told(FindingCode::MergedMessage, "client", Cause::NoFraming)
}
