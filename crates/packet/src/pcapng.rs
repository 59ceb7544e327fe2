//! Writing pcapng files, draft-ietf-opsawg-pcapng, version 1.0.
//!
//! Everything is little-endian; times are nanoseconds. A file is readable up to its last complete
//! block at any time, so a capture that is cut off loses nothing that was flushed.

mod block;
mod writer;

pub use writer::{WriteError, Writer};

use crate::{Direction, LinkType};

/// Where a capture was made, and by what. Empty texts are left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Section<'a> {
    /// The machine: its architecture, for example.
    pub hardware: &'a str,
    /// The operating system and its version.
    pub os: &'a str,
    /// The program and its version.
    pub application: &'a str,
}

/// An interface that packets are captured on.
#[derive(Clone, Copy, Debug)]
pub struct Interface<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is, in words; empty for nothing.
    pub description: &'a str,
    /// How its packets begin.
    pub link_type: LinkType,
    /// How many bytes of a packet are kept at most; 0 for all.
    pub snaplen: u32,
}

/// A packet to write.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Number of its interface, as [`Writer::interface`] gave it.
    pub interface: u32,
    /// Wall-clock time in ns since 1970.
    pub at: u64,
    /// Which way it passed.
    pub direction: Option<Direction>,
    /// Its length, of which `data` may be the beginning.
    pub original_len: u32,
    /// Its bytes.
    pub data: &'a [u8],
}

/// What was counted on an interface.
#[derive(Clone, Copy, Debug)]
pub struct Statistics {
    /// Number of the interface.
    pub interface: u32,
    /// When the capture began, in ns since 1970.
    pub started: u64,
    /// When it ended, and these were counted.
    pub ended: u64,
    /// Packets that came, those dropped included.
    pub received: u64,
    /// Packets that found no room.
    pub dropped: u64,
    /// Packets that were written.
    pub delivered: u64,
}

#[cfg(test)]
mod tests;
