//! IPv4, RFC 791.

use crate::{HeaderError, decode::Fragment, ethernet::array};
use std::net::Ipv4Addr;

const MIN_HEADER: usize = 20;

/// A view of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// What all headers have.
    fixed: &'a [u8; MIN_HEADER],
    bytes: &'a [u8],
    total_len: usize,
}

impl<'a> Packet<'a> {
    /// Views a packet. `bytes` may go on behind it (Ethernet's padding) or end before it (a
    /// capture that cuts); `original_len` is how many bytes there were before any cut, which
    /// stands in for a total length of 0: so large segments look that the capturing machine would
    /// have had its network card cut (TSO).
    ///
    /// # Errors
    /// The bytes end inside the header, or it contradicts itself.
    #[inline]
    pub fn new(bytes: &'a [u8], original_len: usize) -> Result<Self, HeaderError> {
        let fixed: &[u8; MIN_HEADER] = HeaderError::fixed("IPv4", bytes)?;
        let wrong = |field, value| {
            Err(HeaderError::Contradiction {
                header: "IPv4",
                field,
                value,
            })
        };
        if fixed[0] >> 4 != 4 {
            return wrong("version", (fixed[0] >> 4).into());
        }
        let header_len = usize::from(fixed[0] & 0x0f) * 4;
        if header_len < MIN_HEADER {
            return wrong("header length", header_len);
        }
        HeaderError::unless_there("IPv4", header_len, bytes.len())?;
        let total_len = match u16::from_be_bytes(array(fixed, 2)) {
            0 => original_len,
            len => len.into(),
        };
        if total_len < header_len {
            return wrong("total length", total_len);
        }
        let bytes = &bytes[..bytes.len().min(total_len)];
        Ok(Self {
            fixed,
            bytes,
            total_len,
        })
    }

    /// Bytes of the header, options included: 20–60.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.fixed[0] & 0x0f) * 4
    }

    /// Bytes of the packet by its header, though fewer may have been captured.
    #[inline]
    pub fn total_len(&self) -> usize {
        self.total_len
    }

    /// Congestion mark, RFC 3168 section 5: 3 means congestion experienced.
    #[inline]
    pub fn ecn(&self) -> u8 {
        self.fixed[1] & 0x03
    }

    /// Identification. Senders may leave it 0 where the packet can't be fragmented (RFC 6864).
    #[inline]
    pub fn id(&self) -> u16 {
        u16::from_be_bytes(array(self.fixed, 4))
    }

    /// Whether routers must not fragment it.
    #[inline]
    pub fn dont_fragment(&self) -> bool {
        self.fixed[6] & 0x40 != 0
    }

    /// Which part of a packet this is; none for a whole one.
    #[inline]
    pub fn fragment(&self) -> Option<Fragment> {
        let field = u16::from_be_bytes(array(self.fixed, 6));
        let fragment = Fragment {
            id: self.id().into(),
            offset: usize::from(field & 0x1fff) * 8,
            more: field & 0x2000 != 0,
        };
        (fragment.more || fragment.offset > 0).then_some(fragment)
    }

    /// Hops left.
    #[inline]
    pub fn ttl(&self) -> u8 {
        self.fixed[8]
    }

    /// What it carries, by its number at IANA.
    #[inline]
    pub fn protocol(&self) -> u8 {
        self.fixed[9]
    }

    /// Where it comes from.
    #[inline]
    pub fn source(&self) -> Ipv4Addr {
        Ipv4Addr::from(array::<4>(self.fixed, 12))
    }

    /// Where it goes.
    #[inline]
    pub fn destination(&self) -> Ipv4Addr {
        Ipv4Addr::from(array::<4>(self.fixed, 16))
    }

    /// Options as they stand, RFC 791 section 3.1.
    #[inline]
    pub fn options(&self) -> &'a [u8] {
        &self.bytes[MIN_HEADER..self.header_len()]
    }

    /// What it carries, as far as captured.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.header_len()..]
    }

    /// Bytes it carries by its header.
    #[inline]
    pub fn payload_len(&self) -> usize {
        self.total_len - self.header_len()
    }
}
