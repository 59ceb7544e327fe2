//! What links do later.

use super::PathKeys;
use crate::{
    decode::{Decode, keys, scalar},
    problem::{Problems, quoted},
    shape::Shape,
    suggest,
    tree::{Content, Node},
};
use std::time::Duration;

keys! {
    /// From some time on links do something else.
    struct Moment as "a timeline item" {
        /// How long after the programs began.
        "at" at: Duration,
        /// Whose link.
        "host" host: String = "every host",
        /// Only packets to this host.
        "toward" toward: String = "every other host",
        /// Impairments that change, key by key, while the others stay. Or `down`: nothing leaves
        /// the host and nothing reaches it; with `toward`, nothing goes from the one to the other.
        /// Or `up`, which heals that.
        "link" link: Change,
    }
}

/// What becomes of a link.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Nothing passes any more.
    Down,
    /// What was down is no longer.
    Up,
    /// These keys change.
    Keys(Box<PathKeys>),
}

const WORDS: [&str; 2] = ["down", "up"];

impl Decode for Change {
    const SHAPE: Shape = Shape::OneOf(&[Shape::Choice(&WORDS), PathKeys::SHAPE]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        if let Content::Map(entries) = &node.content {
            if entries.is_empty() {
                let hint = "write what does: `{delay: 100ms}`";
                problems.add(node.span, "nothing changes here", hint);
            }
            let keys = PathKeys::decode(node, key, problems)?;
            return Some(Self::Keys(Box::new(keys)));
        }
        let wanted = "`down`, `up`, or what changes: `{delay: 100ms}`";
        match scalar(node, key, wanted, problems)? {
            "down" => Some(Self::Down),
            "up" => Some(Self::Up),
            other => {
                let hint = suggest::closest(other, WORDS).map_or_else(
                    || format!("write {wanted}"),
                    |word| format!("did you mean `{word}`?"),
                );
                let message = format!("`{key}` can't be {}", quoted(other));
                problems.add(node.span, message, hint);
                None
            }
        }
    }
}
