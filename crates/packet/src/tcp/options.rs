//! TCP's options, RFC 9293 section 3.1.

use crate::ethernet::array;

/// An option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpOption<'a> {
    /// The largest segment that the sender of the option receives, RFC 9293 section 3.7.1.
    MaximumSegmentSize(u16),
    /// By how many bits windows are shifted, RFC 7323 section 2.2; more than 14 counts as 14.
    WindowScale(u8),
    /// Selective acknowledgments are understood, RFC 2018 section 2.
    SackPermitted,
    /// What was received beyond a gap, RFC 2018 section 3.
    Sack(SackBlocks<'a>),
    /// RFC 7323 section 3.
    Timestamps {
        /// The sender's clock.
        value: u32,
        /// The clock of the other side, echoed; counts only where ACK is set.
        echo: u32,
    },
    /// Any other.
    Other {
        /// Its number at IANA.
        kind: u8,
        /// Its bytes behind kind and length.
        data: &'a [u8],
    },
}

/// Half-open ranges of sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SackBlocks<'a>(&'a [u8]);

impl<'a> SackBlocks<'a> {
    /// First sequence number of each range, and the one behind its last.
    pub fn ranges(self) -> impl Iterator<Item = (u32, u32)> + use<'a> {
        self.0.chunks_exact(8).map(|block| {
            (
                u32::from_be_bytes(array(block, 0)),
                u32::from_be_bytes(array(block, 4)),
            )
        })
    }
}

/// Goes through options up to the end of the list, or to the first that is damaged or cut.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    rest: &'a [u8],
}

impl<'a> Options<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = TcpOption<'a>;

    fn next(&mut self) -> Option<TcpOption<'a>> {
        const END: u8 = 0;
        const NO_OPERATION: u8 = 1;
        while let Some((&NO_OPERATION, rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        let (&kind, &len) = (self.rest.first()?, self.rest.get(1)?);
        if kind == END {
            self.rest = &[];
            return None;
        }
        let Some(data) = self.rest.get(2..len.into()) else {
            self.rest = &[];
            return None;
        };
        self.rest = &self.rest[len.into()..];
        Some(match (kind, data.len()) {
            (2, 2) => TcpOption::MaximumSegmentSize(u16::from_be_bytes(array(data, 0))),
            (3, 1) => TcpOption::WindowScale(data[0].min(14)),
            (4, 0) => TcpOption::SackPermitted,
            (5, len) if len % 8 == 0 => TcpOption::Sack(SackBlocks(data)),
            (8, 8) => TcpOption::Timestamps {
                value: u32::from_be_bytes(array(data, 0)),
                echo: u32::from_be_bytes(array(data, 4)),
            },
            _ => TcpOption::Other { kind, data },
        })
    }
}
