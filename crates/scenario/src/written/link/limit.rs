//! What links have room for.

use crate::{
    decode::{Decode, Key, Short, integer, keys, signed, wrong_kind},
    problem::Problems,
    shape::Shape,
    tree::{Content, Node},
    units::{Bytes, Rate},
};

keys! {
    /// How fast packets leave.
    struct RateKeys as "a rate" {
        /// Bits a second: `bit`, `kbit`, `mbit` or `gbit`.
        "rate" rate: Rate,
        /// Bytes that each packet takes besides its IP packet, without a unit: 14 for Ethernet's
        /// header, 38 with preamble, check sequence and gap. May be negative; no packet takes less
        /// than nothing.
        "overhead" overhead: Overhead = "0",
    }
}

impl Short for RateKeys {
    type Main = Rate;

    fn of(rate: Key<Rate>) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }
}

keys! {
    /// How much a link holds: so many `packets`, or so many `bytes`.
    struct QueueKeys as "a queue" {
        /// Packets, at least 1.
        "packets" packets: QueueLength,
        /// Bytes of IP packets, at least 1.
        "bytes" bytes: Bytes,
    }
}

/// A queue, which has no short form: 100 of what?
#[derive(Clone, Debug)]
pub(crate) struct Queue(pub(crate) QueueKeys);

impl Decode for Queue {
    const SHAPE: Shape = QueueKeys::SHAPE;

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.content, Content::Map(_)) {
            wrong_kind(node, key, "`{packets: 100}` or `{bytes: 64KiB}`", problems);
            return None;
        }
        QueueKeys::decode(node, key, problems).map(Self)
    }
}

/// Bytes that each packet takes besides itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overhead(pub(crate) i32);

impl Overhead {
    /// As much as the largest IP packet, in either direction.
    const MOST: i64 = 65_535;
}

impl Decode for Overhead {
    const SHAPE: Shape = Shape::Signed(-Self::MOST, Self::MOST);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let bytes = signed(node, key, -Self::MOST..=Self::MOST, problems)?;
        i32::try_from(bytes).ok().map(Self)
    }
}

/// How many packets a link holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLength(pub(crate) u32);

impl Decode for QueueLength {
    const SHAPE: Shape = Shape::Integer(1, u32::MAX as u64);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let number = integer(node, key, 0..=u32::MAX.into(), problems)?;
        if number == 0 {
            let hint = "a packet that is being delayed counts, too: write `1` or more";
            problems.add(node.span, "nothing passes a queue of nothing", hint);
            return None;
        }
        u32::try_from(number).ok().map(Self)
    }
}

/// An MTU in bytes; what the family demands is checked when it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mtu(pub(crate) u16);

impl Decode for Mtu {
    const SHAPE: Shape = Shape::Integer(68, 65_535);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let bytes = integer(node, key, 0..=u64::MAX, problems)?;
        let mtu = u16::try_from(bytes).ok().map(Self);
        if mtu.is_none() {
            let message = format!("`{key}` can't be {bytes} bytes");
            problems.add(
                node.span,
                message,
                "write at most 65535: no IP packet is larger",
            );
        }
        mtu
    }
}
