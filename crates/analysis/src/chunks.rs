//! A list that only grows, none of whose items is moved when there are more.

/// So many items lie together.
const CHUNK: usize = 256;

/// Such a list.
#[derive(Debug)]
pub(crate) struct Chunks<T> {
    /// All but the last are full.
    chunks: Vec<Vec<T>>,
}

impl<T> Chunks<T> {
    pub(crate) fn len(&self) -> usize {
        match self.chunks.split_last() {
            Some((last, full)) => full.len() * CHUNK + last.len(),
            None => 0,
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(item),
            _ => {
                let mut chunk = Vec::new();
                // The first items may stay alone.
                chunk.reserve_exact(if self.chunks.is_empty() { 1 } else { CHUNK });
                chunk.push(item);
                self.chunks.push(chunk);
            }
        }
    }

    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.chunks.get_mut(at / CHUNK)?.get_mut(at % CHUNK)
    }

    /// Gives them away, and their memory back chunk by chunk.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = T> {
        self.chunks.into_iter().flatten()
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        let chunks = Vec::new();
        Self { chunks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_places() {
        let mut chunks = Chunks::default();
        for n in 0..3 * CHUNK + 7 {
            assert_eq!(chunks.len(), n);
            chunks.push(n);
        }
        assert_eq!(chunks.get_mut(CHUNK).copied(), Some(CHUNK));
        assert_eq!(chunks.get_mut(3 * CHUNK + 7), None);
        assert!(chunks.into_iter().eq(0..3 * CHUNK + 7));
    }
}
