//! IPv6, RFC 8200, with its extension headers.

use crate::{HeaderError, decode::Fragment, ethernet::array};
use std::net::Ipv6Addr;

const HEADER: usize = 40;

/// Extension headers, by their numbers at IANA.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;
const HOST_IDENTITY: u8 = 139;
const SHIM6: u8 = 140;

/// A view of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    total_len: usize,
    header_len: usize,
    protocol: u8,
    fragment: Option<Fragment>,
}

impl<'a> Packet<'a> {
    /// Views a packet and goes through its extension headers. `bytes` may go on behind it or end
    /// before it; `original_len` is how many bytes there were before any cut, which stands in for
    /// a payload length of 0: a jumbogram, RFC 2675, or a large segment that the capturing machine
    /// would have had its network card cut (TSO).
    ///
    /// # Errors
    /// The bytes end inside a header, or one contradicts itself.
    pub fn new(bytes: &'a [u8], original_len: usize) -> Result<Self, HeaderError> {
        HeaderError::unless_there("IPv6", HEADER, bytes.len())?;
        if bytes[0] >> 4 != 6 {
            return Err(HeaderError::Contradiction {
                header: "IPv6",
                field: "version",
                value: (bytes[0] >> 4).into(),
            });
        }
        let total_len = match u16::from_be_bytes(array(bytes, 4)) {
            0 => original_len.max(HEADER),
            len => HEADER + usize::from(len),
        };
        let mut packet = Self {
            bytes: &bytes[..bytes.len().min(total_len)],
            total_len,
            header_len: HEADER,
            protocol: bytes[6],
            fragment: None,
        };
        packet.skip_extensions()?;
        Ok(packet)
    }

    fn skip_extensions(&mut self) -> Result<(), HeaderError> {
        loop {
            // The rest of a later fragment belongs to the middle of what is carried.
            if self.fragment.is_some_and(|fragment| fragment.offset > 0) {
                return Ok(());
            }
            let len = match self.protocol {
                HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS
                | MOBILITY | HOST_IDENTITY | SHIM6 => {
                    let needed = self.header_len + 8;
                    HeaderError::unless_there("IPv6 extension", needed, self.bytes.len())?;
                    let units = usize::from(self.bytes[self.header_len + 1]);
                    match self.protocol {
                        FRAGMENT => 8,
                        // RFC 4302 section 2.2 counts in units of 4 bytes, less two.
                        AUTHENTICATION => (units + 2) * 4,
                        _ => (units + 1) * 8,
                    }
                }
                _ => return Ok(()),
            };
            let needed = self.header_len + len;
            HeaderError::unless_there("IPv6 extension", needed, self.bytes.len())?;
            let header = &self.bytes[self.header_len..needed];
            if self.protocol == FRAGMENT {
                let field = u16::from_be_bytes(array(header, 2));
                self.fragment = Some(Fragment {
                    id: u32::from_be_bytes(array(header, 4)),
                    offset: usize::from(field & 0xfff8),
                    more: field & 1 != 0,
                });
            }
            self.protocol = header[0];
            self.header_len = needed;
        }
    }

    /// Bytes of all headers, extensions included.
    pub fn header_len(&self) -> usize {
        self.header_len
    }

    /// Bytes of the packet by its header, though fewer may have been captured.
    pub fn total_len(&self) -> usize {
        self.total_len
    }

    /// Congestion mark, RFC 3168 section 5: 3 means congestion experienced.
    pub fn ecn(&self) -> u8 {
        (self.bytes[1] >> 4) & 0x03
    }

    /// Which part of a packet this is; none for one that never was fragmented.
    pub fn fragment(&self) -> Option<Fragment> {
        self.fragment
    }

    /// Hops left.
    pub fn hop_limit(&self) -> u8 {
        self.bytes[7]
    }

    /// What it carries behind its extension headers, by its number at IANA.
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// Where it comes from.
    pub fn source(&self) -> Ipv6Addr {
        Ipv6Addr::from(array::<16>(self.bytes, 8))
    }

    /// Where it goes.
    pub fn destination(&self) -> Ipv6Addr {
        Ipv6Addr::from(array::<16>(self.bytes, 24))
    }

    /// What it carries, as far as captured.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.header_len..]
    }

    /// Bytes it carries by its header.
    pub fn payload_len(&self) -> usize {
        self.total_len - self.header_len
    }
}
