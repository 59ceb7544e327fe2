//! Expectations: a finding, a measured value, or a condition.

use crate::{
    decode::{Choice, Decode, Item, Key, integer, keys},
    expectation::{Condition, Stack},
    finding::{Cause, FindingCode},
    need::Need,
    problem::Problems,
    shape::Shape,
    text::Text,
    tree::{Content, Node},
};

keys! {
    /// What a run must show: a `finding`, which is there or is counted; a `value`, which lies where
    /// one of `is`, `above`, `below` and `between` says; a `condition`, which the captures prove; or
    /// the `output` of a command.
    struct Expected as "an expectation" {
        /// A finding that must be there.
        "finding" finding: FindingCode,
        /// Only findings with this cause.
        "cause" cause: Cause,
        /// Only findings at this host, or only its link's condition.
        "host" host: String,
        /// How many such findings, or lines, there must be: a number, or `{above: 3}` and so on.
        "count" count: Count = "at least one",
        /// A measured value: host, program and metric, such as `server.tcp.understood`.
        "value" value: String,
        /// Something that a link was asked for and must have done. Too few packets to tell make
        /// the verdict inconclusive.
        "condition" condition: Condition,
        /// A command's standard output: host and program, such as `client.app`. Some line of it `line`
        /// or `contains` names.
        "output" output: String,
        /// Only lines that are exactly this.
        "line" line: String,
        /// Only lines that this is a part of.
        "contains" contains: String,
        /// Only the condition of packets to this host.
        "toward" toward: String,
        /// Exactly this.
        "is" is: Node,
        /// More than this.
        "above" above: Node,
        /// Less than this.
        "below" below: Node,
        /// From the first to the second, both included: `[1, 3]`.
        "between" between: Vec<Item<Node>>,
        /// Judged on this stack only: `linux`, or `smoltcp`, which simulated hosts have. Needs a
        /// `because`.
        "on" on: Stack,
        /// What the other stack does instead: a text, or one in each language.
        "because" because: Text,
    }
}

keys! {
    /// Where a count must lie; one of these.
    struct Bounds as "a count" {
        /// Exactly this.
        "is" is: Node,
        /// More than this.
        "above" above: Node,
        /// Less than this.
        "below" below: Node,
        /// From the first to the second, both included: `[1, 3]`.
        "between" between: Vec<Item<Node>>,
    }
}

impl Expected {
    /// Where the `value` must lie.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            is: self.is.clone(),
            above: self.above.clone(),
            below: self.below.clone(),
            between: self.between.clone(),
        }
    }
}

/// How many findings: a number, or bounds.
#[derive(Clone, Debug)]
pub(crate) struct Count(pub(crate) Bounds);

impl Decode for Count {
    const SHAPE: Shape =
        Shape::OneOf(&[Shape::Integer(0, u64::MAX), Shape::Object(&Bounds::OBJECT)]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        if matches!(node.content, Content::Map(_)) {
            return Bounds::decode(node, key, problems).map(Self);
        }
        integer(node, key, 0..=u64::MAX, problems)?;
        let is = Key::Given(crate::decode::Given {
            value: node.clone(),
            key: node.span,
            span: node.span,
        });
        Some(Self(Bounds {
            is,
            ..Bounds::default()
        }))
    }
}

impl Choice for FindingCode {
    const WHAT: &'static str = "findings";
    const WORDS: &'static [&'static str] = Self::NAMES;

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Choice for Cause {
    const WHAT: &'static str = "causes";
    const WORDS: &'static [&'static str] = Self::NAMES;

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Choice for Condition {
    const WHAT: &'static str = "conditions";
    const WORDS: &'static [&'static str] = Self::NAMES;

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Choice for Need {
    const WHAT: &'static str = "needs";
    const WORDS: &'static [&'static str] = Self::NAMES;

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Choice for Stack {
    const WHAT: &'static str = "stacks";
    const WORDS: &'static [&'static str] = Self::NAMES;

    fn from_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}
