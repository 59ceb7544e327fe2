//! What becomes of a packet.

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
pub struct Flip(pub(crate) u64);

impl Flip {
    /// The bit's place in a packet of that many bits; 0 in an empty one.
    pub fn bit(self, bits: usize) -> usize {
        ((u128::from(self.0) * bits as u128) >> 64) as usize
    }
}

/// How many packets a link has seen.
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
    /// Of those that were neither lost nor dropped, with a flipped bit.
    pub corrupted: u64,
    /// Of those, sent at once, past others.
    pub reordered: u64,
    /// Still under way.
    pub under_way: u64,
}
