//! What can be wrong with a capture.

use std::fmt;

/// A file that can't be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the file is empty; a capture has at least a header")]
    Empty,
    /// It ends inside its header.
    #[error("the file ends inside its header; it was cut, copy it again")]
    TooShort,
    /// It is compressed.
    #[error("the file is compressed; unpack it first, with {0}")]
    Compressed(
        /// The tool that does.
        &'static str,
    ),
    /// It begins as neither pcap nor pcapng does.
    #[error("the file is neither pcap nor pcapng; convert it, with editcap -F pcapng IN OUT")]
    UnknownFormat,
    /// It is pcap of a version that nobody has written since 1996, or will.
    #[error("the file is pcap version {major}.{minor}; convert it, with editcap -F pcapng IN OUT")]
    Version {
        /// As written.
        major: u16,
        /// As written.
        minor: u16,
    },
}

/// Damage at a place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where the record or block begins that is damaged.
    pub offset: u64,
    /// What is wrong with it.
    pub damage: Damage,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.damage)
    }
}

/// What is wrong with a record or a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The file ends inside it. Nothing can follow.
    #[error("the file ends here, {missing} bytes short")]
    Truncated {
        /// How many bytes it lacks at least.
        missing: u64,
    },
    /// It claims to hold more of a packet than there ever is. Reading ends here.
    #[error("a packet of {len} bytes can't be; what follows is unreadable")]
    HugePacket {
        /// Its length as written.
        len: u32,
    },
    /// It has a length that no block can have. Reading ends here.
    #[error("a block of {len} bytes can't be; what follows is unreadable")]
    BlockLength {
        /// Its length as written.
        len: u32,
    },
    /// Its lengths at beginning and end differ. Reading ends here.
    #[error("the block's length is {head} at its beginning and {tail} at its end")]
    BlockLengthsDiffer {
        /// As written at its beginning.
        head: u32,
        /// As written at its end.
        tail: u32,
    },
    /// It begins a section in no known byte order or version. Reading ends here.
    #[error("a section of unknown byte order or version begins here")]
    Section,
    /// It is too short for what it should hold. It is skipped.
    #[error("the block is too short for its content and was skipped")]
    ShortBlock,
    /// It belongs to an interface that was not described. It is skipped.
    #[error("a packet of interface {0}, which the file does not describe, was skipped")]
    UnknownInterface(
        /// The interface's number in its section.
        u32,
    ),
}

/// Damage met in a file: the first places, and how many there were.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    first: Vec<Warning>,
    count: u64,
}

impl Warnings {
    /// A hostile file may be damaged in as many places as it has bytes.
    const KEPT: usize = 100;

    pub(super) fn add(&mut self, offset: usize, damage: Damage) {
        self.count += 1;
        if self.first.len() < Self::KEPT {
            let offset = offset as u64;
            self.first.push(Warning { offset, damage });
        }
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first hundred.
    pub fn iter(&self) -> std::slice::Iter<'_, Warning> {
        self.first.iter()
    }
}

impl<'a> IntoIterator for &'a Warnings {
    type Item = &'a Warning;
    type IntoIter = std::slice::Iter<'a, Warning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
