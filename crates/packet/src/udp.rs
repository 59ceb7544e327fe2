//! UDP, RFC 768.

use crate::{HeaderError, ethernet::array};

/// Its number at IANA.
pub const PROTOCOL: u8 = 17;

/// Bytes of the header.
pub const HEADER: usize = 8;

/// A view of a datagram.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    header: &'a [u8; HEADER],
    bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Views a datagram, of which the capture may have cut the end.
    ///
    /// # Errors
    /// The bytes end inside the header.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let header = HeaderError::fixed("UDP", bytes)?;
        Ok(Self { header, bytes })
    }

    /// The sender's port.
    #[inline]
    pub fn source(&self) -> u16 {
        u16::from_be_bytes(array(self.header, 0))
    }

    /// The receiver's port.
    #[inline]
    pub fn destination(&self) -> u16 {
        u16::from_be_bytes(array(self.header, 2))
    }

    /// Bytes of the datagram, header included, as written; 0 in a jumbogram (RFC 2675 section 4).
    #[inline]
    pub fn len(&self) -> u16 {
        u16::from_be_bytes(array(self.header, 4))
    }

    /// Whether it carries nothing by its own length.
    #[inline]
    pub fn is_empty(&self) -> bool {
        usize::from(self.len()) == HEADER
    }

    /// Checksum as written; 0 for none over IPv4.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16::from_be_bytes(array(self.header, 6))
    }

    /// What follows the header, as far as captured.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[HEADER..]
    }
}
