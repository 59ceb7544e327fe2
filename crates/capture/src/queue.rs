//! Packets out of the ring in the order of their times.

use sys::packet_socket::{Block, BlockRing, PacketSocket, RingPacket};

/// Takes blocks from a ring, in turn.
///
/// Packets that processors receive at the same time come into the ring some microseconds out of
/// order. So a block is held until the next one is there: only then is it certain which packets
/// come next in time.
pub(crate) struct Queue {
    ring: BlockRing,
    /// Blocks taken so far. The last one is held.
    taken: usize,
    /// Packets of the held block up to this time are done with.
    horizon: u64,
}

/// The packets that come next in time.
pub(crate) struct Batch<'a> {
    pub(crate) packets: Vec<RingPacket<'a>>,
    /// The time up to which there will be no others.
    pub(crate) horizon: u64,
}

impl Queue {
    pub(crate) fn new(ring: BlockRing) -> Self {
        Self {
            ring,
            taken: 0,
            horizon: 0,
        }
    }

    pub(crate) fn socket(&self) -> &PacketSocket {
        self.ring.socket()
    }

    /// The next batch, when a block is ready; possibly an empty one. [`advance`](Self::advance)
    /// behind it.
    pub(crate) fn batch(&self) -> Option<Batch<'_>> {
        let fresh = self.ring.ready(self.next_block())?;
        let mut packets = self.rest();
        let horizon = packets.last().map_or(self.horizon, |packet| packet.at);
        packets.extend(fresh.packets());
        packets.sort_by_key(|packet| packet.at);
        let certain = packets.partition_point(|packet| packet.at <= horizon);
        packets.truncate(certain);
        Some(Batch { packets, horizon })
    }

    /// Goes on behind the batch that had this horizon.
    pub(crate) fn advance(&mut self, horizon: u64) {
        if let Some(held) = self.held_block() {
            self.ring.release(held);
        }
        self.taken += 1;
        self.horizon = horizon;
    }

    /// Whether the kernel has put packets into the block that is next.
    pub(crate) fn more_to_come(&self) -> bool {
        self.ring.holds_packets(self.next_block())
    }

    /// The packets of the held block that no batch had, in order.
    pub(crate) fn rest(&self) -> Vec<RingPacket<'_>> {
        let held = self.held_block().and_then(|held| self.ring.ready(held));
        let mut packets: Vec<_> = held
            .into_iter()
            .flat_map(Block::packets)
            .filter(|packet| packet.at > self.horizon)
            .collect();
        packets.sort_by_key(|packet| packet.at);
        packets
    }

    fn next_block(&self) -> usize {
        self.taken % self.ring.blocks()
    }

    fn held_block(&self) -> Option<usize> {
        let last = self.taken.checked_sub(1)?;
        Some(last % self.ring.blocks())
    }
}
