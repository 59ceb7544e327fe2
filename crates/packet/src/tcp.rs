//! TCP, RFC 9293.

mod options;

pub use options::{Options, SackBlocks, TcpOption};

use crate::{HeaderError, ethernet::array};
use std::fmt;

/// Its number at IANA.
pub const PROTOCOL: u8 = 6;

const MIN_HEADER: usize = 20;

/// A view of a segment.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// What all headers have.
    fixed: &'a [u8; MIN_HEADER],
    bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Views a segment, of which the capture may have cut all but the first 20 bytes.
    ///
    /// # Errors
    /// The bytes end inside the fixed header, or it contradicts itself.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let fixed = HeaderError::fixed("TCP", bytes)?;
        let segment = Self { fixed, bytes };
        if segment.header_len() < MIN_HEADER {
            return Err(HeaderError::Contradiction {
                header: "TCP",
                field: "data offset",
                value: segment.header_len(),
            });
        }
        Ok(segment)
    }

    /// The sender's port.
    #[inline]
    pub fn source(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 0))
    }

    /// The receiver's port.
    #[inline]
    pub fn destination(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 2))
    }

    /// Sequence number of the first byte, or of SYN.
    #[inline]
    pub fn sequence(&self) -> u32 {
        u32::from_be_bytes(array(self.fixed, 4))
    }

    /// The sequence number expected next, where ACK is set.
    #[inline]
    pub fn acknowledgment(&self) -> u32 {
        u32::from_be_bytes(array(self.fixed, 8))
    }

    /// Bytes of the header by its data offset, options included: 20–60.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.fixed[12] >> 4) * 4
    }

    /// The control bits.
    #[inline]
    pub fn flags(&self) -> Flags {
        Flags(self.fixed[13])
    }

    /// The window as written, before scaling (RFC 7323 section 2).
    #[inline]
    pub fn window(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 14))
    }

    /// Checksum as written.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 16))
    }

    /// Where urgent data ends, where URG is set.
    #[inline]
    pub fn urgent(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 18))
    }

    /// The options, as far as captured.
    #[inline]
    pub fn options(&self) -> Options<'a> {
        let end = self.header_len().min(self.bytes.len());
        Options::new(&self.bytes[MIN_HEADER..end])
    }

    /// What follows the header, as far as captured.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(self.header_len()..).unwrap_or_default()
    }
}

/// TCP's control bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(
    /// The byte as it stands in the header.
    pub u8,
);

impl Flags {
    /// The sender is done.
    pub const FIN: Self = Self(0x01);
    /// The connection opens.
    pub const SYN: Self = Self(0x02);
    /// The connection is torn down.
    pub const RST: Self = Self(0x04);
    /// The receiver should hand over at once what it has.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgment number counts.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer counts.
    pub const URG: Self = Self(0x20);
    /// A congestion mark is echoed, RFC 3168.
    pub const ECE: Self = Self(0x40);
    /// The sender slowed down, RFC 3168.
    pub const CWR: Self = Self(0x80);

    /// Whether all of these bits are set.
    #[inline]
    pub fn contains(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// Whether SYN is set.
    #[inline]
    pub fn syn(self) -> bool {
        self.contains(Self::SYN)
    }

    /// Whether ACK is set.
    #[inline]
    pub fn ack(self) -> bool {
        self.contains(Self::ACK)
    }

    /// Whether FIN is set.
    #[inline]
    pub fn fin(self) -> bool {
        self.contains(Self::FIN)
    }

    /// Whether RST is set.
    #[inline]
    pub fn rst(self) -> bool {
        self.contains(Self::RST)
    }

    /// Whether PSH is set.
    #[inline]
    pub fn psh(self) -> bool {
        self.contains(Self::PSH)
    }
}

impl std::ops::BitOr for Flags {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The names of the bits set, as in `SYN ACK`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let mut gap = "";
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 & (1 << bit) != 0 {
                write!(f, "{gap}{name}")?;
                gap = " ";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self})")
    }
}
