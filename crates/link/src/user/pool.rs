//! Room for the packets under way, used again and again.

use emulator::Flip;

/// A packet in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    slot: u32,
    length: u32,
}

impl Handle {
    /// The packet's length in bytes.
    pub(super) fn length(self) -> usize {
        self.length as usize
    }
}

/// Slots of one size. There come to be as many as there were ever packets under way at once; nothing
/// is allocated after that.
#[derive(Debug)]
pub(super) struct Pool {
    slot: usize,
    slots_of_chunk: usize,
    chunks: Vec<Box<[u8]>>,
    slots: u32,
    free: Vec<u32>,
}

/// Bytes of memory that a processor fetches at once.
pub(super) const LINE: usize = 64;

/// Bytes that are allocated at once, or one slot. The system gives them when they are first used.
const CHUNK: usize = 1 << 20;

impl Pool {
    /// A pool of packets of `longest` bytes at most.
    pub(super) fn new(longest: usize) -> Self {
        // An odd number of lines: the beginnings of slots, all that small packets take, then
        // share the processor's cache evenly.
        let slot = (longest.div_ceil(LINE) | 1) * LINE;
        Self {
            slot,
            slots_of_chunk: (CHUNK / slot).max(1),
            chunks: Vec::new(),
            slots: 0,
            free: Vec::new(),
        }
    }

    /// Keeps a copy of the packet, which is given in parts; of one that is too long, its beginning.
    pub(super) fn put(&mut self, parts: &[&[u8]]) -> Handle {
        let slot = self.free_slot();
        let (chunk, begin) = self.place(slot);
        let room = &mut self.chunks[chunk][begin..][..self.slot];
        let mut length = 0;
        for part in parts {
            let rest = &mut room[length..];
            let fits = part.len().min(rest.len());
            rest[..fits].copy_from_slice(&part[..fits]);
            length += fits;
        }
        Handle {
            slot,
            length: length as u32,
        }
    }

    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            let slot = self.slots;
            if slot as usize == self.chunks.len() * self.slots_of_chunk {
                let chunk = vec![0; self.slot * self.slots_of_chunk];
                self.chunks.push(chunk.into());
            }
            self.slots += 1;
            slot
        })
    }

    /// Keeps a second copy of a packet.
    pub(super) fn copy(&mut self, handle: Handle) -> Handle {
        let slot = self.free_slot();
        let copy = Handle { slot, ..handle };
        let (from, begin) = self.place(handle.slot);
        let (to, begin_of_copy) = self.place(slot);
        let length = handle.length();
        if from == to {
            self.chunks[from].copy_within(begin..begin + length, begin_of_copy);
        } else if let Ok([from, to]) = self.chunks.get_disjoint_mut([from, to]) {
            to[begin_of_copy..][..length].copy_from_slice(&from[begin..][..length]);
        }
        copy
    }

    /// Flips a bit, counted from the byte at `from` on.
    pub(super) fn flip(&mut self, handle: Handle, from: usize, flip: Flip) {
        let bytes = self.bytes(handle).get_mut(from..).unwrap_or_default();
        let bit = flip.bit(bytes.len() * 8);
        if let Some(byte) = bytes.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
    }

    pub(super) fn get(&self, handle: Handle) -> &[u8] {
        let (chunk, begin) = self.place(handle.slot);
        &self.chunks[chunk][begin..][..handle.length()]
    }

    fn bytes(&mut self, handle: Handle) -> &mut [u8] {
        let (chunk, begin) = self.place(handle.slot);
        &mut self.chunks[chunk][begin..][..handle.length()]
    }

    /// How many slots have come to be.
    #[cfg(test)]
    pub(super) fn slots(&self) -> u32 {
        self.slots
    }

    /// The chunk, and where the slot begins in it.
    fn place(&self, slot: u32) -> (usize, usize) {
        let slot = slot as usize;
        let (chunk, rest) = (slot / self.slots_of_chunk, slot % self.slots_of_chunk);
        (chunk, rest * self.slot)
    }

    /// Gives the room back; the handle must not be used again.
    pub(super) fn free(&mut self, handle: Handle) {
        self.free.push(handle.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again() {
        let mut pool = Pool::new(8);
        let (a, b) = (pool.put(&[b"a"]), pool.put(&[b"b", b"b"]));
        assert_eq!((pool.get(a), pool.get(b)), (&b"a"[..], &b"bb"[..]));
        pool.free(a);
        let c = pool.put(&[b"ccc"]);
        assert_eq!(c.slot, a.slot);
        assert_eq!((pool.get(b), pool.get(c)), (&b"bb"[..], &b"ccc"[..]));
        assert_eq!(pool.slots, 2);
        let d = pool.copy(b);
        assert_eq!((pool.get(b), pool.get(d)), (&b"bb"[..], &b"bb"[..]));
    }

    #[test]
    fn packets_of_any_length_keep_to_themselves_over_many_chunks() {
        for longest in [64, 1518, 65_553] {
            let mut pool = Pool::new(longest);
            let packet = |number: usize| vec![number as u8; longest - number];
            let handles: Vec<Handle> = (0..60).map(|number| pool.put(&[&packet(number)])).collect();
            let copies: Vec<Handle> = handles.iter().map(|handle| pool.copy(*handle)).collect();
            for (number, (handle, copy)) in handles.iter().zip(copies).enumerate() {
                assert_eq!(pool.get(*handle), packet(number));
                assert_eq!(pool.get(copy), packet(number));
            }
        }
    }
}
