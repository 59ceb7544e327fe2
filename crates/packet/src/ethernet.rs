//! Ethernet II frames, IEEE 802.3 clause 3, with any VLAN tags, IEEE 802.1Q clause 9.

use crate::HeaderError;

const HEADER: usize = 14;
const TAG: usize = 4;

/// An EtherType: what a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4.
    pub const IPV4: Self = Self(0x0800);
    /// IPv6.
    pub const IPV6: Self = Self(0x86dd);

    /// Customer and service tags, and two numbers that were in use before the latter had one.
    #[inline]
    fn is_vlan_tag(self) -> bool {
        matches!(self.0, 0x8100 | 0x88a8 | 0x9100 | 0x9200)
    }
}

/// A view of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    bytes: &'a [u8],
    header_len: usize,
}

impl<'a> Frame<'a> {
    /// Views a frame.
    ///
    /// # Errors
    /// The bytes end inside the header or its tags.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let mut header_len = HEADER;
        loop {
            HeaderError::unless_there("Ethernet", header_len, bytes.len())?;
            let frame = Self { bytes, header_len };
            if !frame.ether_type().is_vlan_tag() {
                return Ok(frame);
            }
            header_len += TAG;
        }
    }

    /// Where it goes.
    #[inline]
    pub fn destination(&self) -> [u8; 6] {
        array(self.bytes, 0)
    }

    /// Where it comes from.
    #[inline]
    pub fn source(&self) -> [u8; 6] {
        array(self.bytes, 6)
    }

    /// What it carries, behind all tags. Below 1536 it is a length, and LLC follows.
    #[inline]
    pub fn ether_type(&self) -> EtherType {
        EtherType(u16::from_be_bytes(array(self.bytes, self.header_len - 2)))
    }

    /// VLAN identifiers (1–4094, 0 for none), the outermost first.
    #[inline]
    pub fn vlans(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.bytes[HEADER..self.header_len]
            .chunks_exact(TAG)
            .map(|tag| u16::from_be_bytes(array(tag, 0)) & 0x0fff)
    }

    /// Bytes of the header, tags included.
    #[inline]
    pub fn header_len(&self) -> usize {
        self.header_len
    }

    /// What follows the header: padding and check sequence, where captured, are still there.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.header_len..]
    }
}

/// What VLAN tags behind another header say that follows, and how long both are.
///
/// # Errors
/// The bytes end inside the tags.
pub(crate) fn behind_tags(
    bytes: &[u8],
    mut header_len: usize,
    mut ether_type: EtherType,
) -> Result<(usize, EtherType), HeaderError> {
    while ether_type.is_vlan_tag() {
        HeaderError::unless_there("VLAN", header_len + TAG, bytes.len())?;
        ether_type = EtherType(u16::from_be_bytes(array(bytes, header_len + 2)));
        header_len += TAG;
    }
    Ok((header_len, ether_type))
}

/// `N` bytes from `at`. Callers have checked that they are there.
#[inline]
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}
