//! Nothing happens.

use super::{framing, greeting};
use crate::{
    case::{Case, Stack},
    dice::Dice,
};
use scenario::finding::FindingCode;

/// Each message in one write and one segment, the next one after the reply, read at once.
pub(super) fn calm(dice: &mut Dice, _: Stack) -> Case {
    let framing = framing(dice);
    let count = dice.of(1..=8);
    let messages = dice.messages(count, 1..=800);
    let link = format!("delay: {}ms", dice.of(0..=40));
    let nodelay = dice.one_of(&["true", "false"]);
    let both = format!("framing: {framing}, read: 4KiB");
    let client = format!("{both}, wait: reply, nodelay: {nodelay}");
    Case::new("calm", greeting(&link, &both, &client, &messages))
}

/// A program that takes longer from message to message than anything else does.
pub(super) fn slow_program(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(3..=8);
    let messages = dice.messages(count, 1..=800);
    let delay = dice.of(0..=40);
    let both = format!("framing: {}, read: 4KiB", framing(dice));
    // A round trip and an acknowledgment that is put off, with time to spare.
    let pause = 2 * delay + dice.of(80..=200);
    let client = format!("{both}, wait: never, write-pause: {pause}ms");
    let link = format!("delay: {delay}ms");
    Case::new("slow-program", greeting(&link, &both, &client, &messages))
}

/// The same exchange as [`calm`] on links that lose: slow, and nothing more.
pub(super) fn lossy(dice: &mut Dice, _: Stack) -> Case {
    let count = dice.of(2..=6);
    let messages = dice.messages(count, 1..=400);
    let both = format!("framing: {}, read: 4KiB", framing(dice));
    let link = format!("delay: {}ms, loss: {}%", dice.of(0..=20), dice.of(2..=10));
    let client = format!("{both}, wait: reply");
    let yaml = greeting(&link, &both, &client, &messages);
    Case::new("lossy", format!("deadline: 10min\n{yaml}"))
        // One in a thousand luckless links is doubted by design.
        .open(FindingCode::ConditionUnproven, "client")
        .open(FindingCode::ConditionUnproven, "server")
}
