//! Room for the packets under way, used again and again.

use emulator::Flip;

/// A packet in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle(u32);

/// Buffers of one size. It grows to the most packets that were ever under way at once, and
/// allocates nothing after that.
#[derive(Debug, Default)]
pub(super) struct Pool {
    buffers: Vec<Vec<u8>>,
    free: Vec<Handle>,
    capacity: usize,
}

impl Pool {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ..Self::default()
        }
    }

    /// Keeps a copy of the packet.
    pub(super) fn put(&mut self, packet: &[u8]) -> Handle {
        let handle = self.free.pop().unwrap_or_else(|| {
            self.buffers.push(Vec::with_capacity(self.capacity));
            Handle((self.buffers.len() - 1) as u32)
        });
        let buffer = &mut self.buffers[handle.0 as usize];
        buffer.clear();
        buffer.extend_from_slice(packet);
        handle
    }

    /// Keeps a second copy of a packet.
    pub(super) fn copy(&mut self, handle: Handle) -> Handle {
        let mut packet = std::mem::take(&mut self.buffers[handle.0 as usize]);
        let copy = self.put(&packet);
        std::mem::swap(&mut self.buffers[handle.0 as usize], &mut packet);
        copy
    }

    /// Flips a bit, counted from the byte at `from` on.
    pub(super) fn flip(&mut self, handle: Handle, from: usize, flip: Flip) {
        let bytes = self.buffers[handle.0 as usize]
            .get_mut(from..)
            .unwrap_or_default();
        let bit = flip.bit(bytes.len() * 8);
        if let Some(byte) = bytes.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
    }

    pub(super) fn get(&self, handle: Handle) -> &[u8] {
        &self.buffers[handle.0 as usize]
    }

    /// Gives the room back; the handle must not be used again.
    pub(super) fn free(&mut self, handle: Handle) {
        self.free.push(handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again() {
        let mut pool = Pool::new(8);
        let (a, b) = (pool.put(b"a"), pool.put(b"bb"));
        assert_eq!((pool.get(a), pool.get(b)), (&b"a"[..], &b"bb"[..]));
        pool.free(a);
        let c = pool.put(b"ccc");
        assert_eq!(c, a);
        assert_eq!((pool.get(b), pool.get(c)), (&b"bb"[..], &b"ccc"[..]));
        assert_eq!(pool.buffers.len(), 2);
        let d = pool.copy(b);
        assert_eq!((pool.get(b), pool.get(d)), (&b"bb"[..], &b"bb"[..]));
    }
}
