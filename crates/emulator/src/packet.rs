//! What a packet goes through, and counting it.

use std::num::NonZeroU64;

/// What became of a packet that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate<P> {
    /// It is on its way.
    UnderWay,
    /// It is lost because the link was asked to; here it is back.
    Lost(P),
    /// It is dropped because the queue is full; here it is back.
    Dropped(P),
}

/// A packet that leaves the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving<P> {
    /// The packet, as it was offered.
    pub packet: P,
    /// The bit that the driver is to flip, if any.
    pub flip: Option<Flip>,
}

/// Which bit of a packet is flipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip(NonZeroU64);

impl Flip {
    /// By a draw. Not zero, so that packets without a flip need no room for it; one in 2^64 is
    /// another for that.
    pub(crate) fn new(draw: u64) -> Self {
        Self(NonZeroU64::new(draw).unwrap_or(NonZeroU64::MAX))
    }

    /// The bit's place in a packet of that many bits, the most significant bit of the first byte
    /// being 0; 0 in an empty one.
    pub fn bit(self, bits: usize) -> usize {
        self.0.get().checked_rem(bits as u64).unwrap_or(0) as usize
    }
}

/// How many packets a link has seen. What was offered and the copies have left, were lost, were
/// dropped or are under way: `offered + duplicated = left + lost + dropped + under_way`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Offered in all.
    pub offered: u64,
    /// Of these, lost because the link was asked to.
    pub lost: u64,
    /// Copies made because the link was asked to.
    pub duplicated: u64,
    /// Of all these, dropped because the queue was full.
    pub dropped: u64,
    /// Of all these, with a flipped bit; dropped ones don't count.
    pub corrupted: u64,
    /// Of those offered, sent at once, past others; dropped ones don't count.
    pub reordered: u64,
    /// Still under way.
    pub under_way: u64,
}
