//! Room for the packets under way, used again and again.

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
    }
}
