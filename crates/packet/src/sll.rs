//! Linux "cooked" captures: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2,
//! <https://www.tcpdump.org/linktypes.html>.

use crate::{
    Direction, HeaderError,
    ethernet::{EtherType, array},
};

/// sll_pkttype of packets that the host sent.
const OUTGOING: u8 = 4;

/// A view of either version's header.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    version: Version,
}

#[derive(Clone, Copy, Debug)]
enum Version {
    One,
    Two,
}

impl<'a> Packet<'a> {
    /// Views a packet of LINKTYPE_LINUX_SLL.
    ///
    /// # Errors
    /// The bytes end inside the header.
    pub fn new(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        HeaderError::unless_there("Linux cooked", 16, bytes.len())?;
        let version = Version::One;
        Ok(Self { bytes, version })
    }

    /// Views a packet of LINKTYPE_LINUX_SLL2.
    ///
    /// # Errors
    /// The bytes end inside the header.
    pub fn new_v2(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        HeaderError::unless_there("Linux cooked", 20, bytes.len())?;
        let version = Version::Two;
        Ok(Self { bytes, version })
    }

    /// Which way it passed.
    pub fn direction(&self) -> Direction {
        let kind = match self.version {
            Version::One => self.bytes[1],
            Version::Two => self.bytes[10],
        };
        if kind == OUTGOING {
            Direction::Outgoing
        } else {
            Direction::Incoming
        }
    }

    /// The interface's number; version 1 does not tell.
    pub fn interface(&self) -> Option<u32> {
        match self.version {
            Version::One => None,
            Version::Two => Some(u32::from_be_bytes(array(self.bytes, 4))),
        }
    }

    /// What it carries.
    pub fn ether_type(&self) -> EtherType {
        let at = match self.version {
            Version::One => 14,
            Version::Two => 0,
        };
        EtherType(u16::from_be_bytes(array(self.bytes, at)))
    }

    /// Bytes of the header.
    pub fn header_len(&self) -> usize {
        match self.version {
            Version::One => 16,
            Version::Two => 20,
        }
    }

    /// What follows the header.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.header_len()..]
    }
}
