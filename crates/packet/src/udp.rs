//! UDP, RFC 768.

use crate::{HeaderError, ethernet::array};

/// Its number at IANA.
pub const PROTOCOL: u8 = 17;

/// Bytes of the header.
pub const HEADER: usize = 8;

/// A view of a datagram.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Views a datagram, of which the capture may have cut the end.
    ///
    /// # Errors
    /// The bytes end inside the header.
    pub fn new(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        HeaderError::unless_there("UDP", HEADER, bytes.len())?;
        Ok(Self { bytes })
    }

    /// The sender's port.
    pub fn source(&self) -> u16 {
        u16::from_be_bytes(array(self.bytes, 0))
    }

    /// The receiver's port.
    pub fn destination(&self) -> u16 {
        u16::from_be_bytes(array(self.bytes, 2))
    }

    /// Bytes of the datagram, header included, as written; 0 in a jumbogram (RFC 2675 section 4).
    pub fn len(&self) -> u16 {
        u16::from_be_bytes(array(self.bytes, 4))
    }

    /// Whether it carries nothing by its own length.
    pub fn is_empty(&self) -> bool {
        usize::from(self.len()) == HEADER
    }

    /// Checksum as written; 0 for none over IPv4.
    pub fn checksum(&self) -> u16 {
        u16::from_be_bytes(array(self.bytes, 6))
    }

    /// What follows the header, as far as captured.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[HEADER..]
    }
}
