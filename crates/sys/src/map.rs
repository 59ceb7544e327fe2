//! Files as memory.

use std::{fs::File, io, ops::Deref, path::Path};

/// A file's content, mapped read-only.
#[derive(Debug)]
pub struct Map(memmap2::Mmap);

impl Map {
    /// Maps the whole file. An empty file gives an empty slice.
    ///
    /// A file that another program shortens meanwhile ends this process with SIGBUS: captures
    /// that are still being written only grow, and those that are done stay.
    ///
    /// # Errors
    /// The file can't be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::of(&File::open(path)?)
    }

    /// Maps the whole of an open file; as [`Map::open`].
    ///
    /// # Errors
    /// The file can't be mapped.
    pub fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the mapping is private and read-only; what remains is another program that
        // shortens the file, documented above.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
