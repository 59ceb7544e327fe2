//! From a capture to the flags of its frames.

use super::{flag::FlagSet, fragments::Fragments, segment::Addressed, table::Connections};
use packet::{
    capture::{Packet, ReadError, Reader, Warnings},
    decode::{Decoded, Segment as TcpSegment, Transport},
};

/// A frame that has flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flagged {
    /// Its number in the file, from 1, as Wireshark counts.
    pub frame: u64,
    /// Its flags, at least one.
    pub flags: FlagSet,
}

/// Goes through the frames of a capture that have flags.
#[derive(Debug)]
pub struct Flags<'a> {
    reader: Reader<'a>,
    connections: Connections,
    fragments: Fragments<'a>,
}

impl<'a> Flags<'a> {
    /// Begins with the bytes of a pcap or pcapng file.
    ///
    /// # Errors
    /// It is no capture.
    pub fn new(capture: &'a [u8]) -> Result<Self, ReadError> {
        Ok(Self {
            reader: Reader::new(capture)?,
            connections: Connections::default(),
            fragments: Fragments::default(),
        })
    }

    /// The damage met so far.
    pub fn warnings(&self) -> &Warnings {
        self.reader.warnings()
    }
}

impl Iterator for Flags<'_> {
    type Item = Flagged;

    fn next(&mut self) -> Option<Flagged> {
        loop {
            let packet = self.reader.next()?;
            let Ok(decoded) = packet.decode() else {
                continue;
            };
            let segment = match decoded.transport {
                _ if decoded.network.fragment().is_some() => {
                    self.fragments.add(packet.at, &decoded.network)
                }
                Transport::Tcp(tcp) => payload_shown(&packet, &decoded, &tcp)
                    .map(|len| Addressed::new(packet.at, &decoded.network, &tcp.header, len)),
                _ => None,
            };
            let Some(next) = segment else {
                continue;
            };
            let flags = self
                .connections
                .next(next.source, next.destination, &next.segment);
            if !flags.is_empty() {
                let frame = packet.number;
                return Some(Flagged { frame, flags });
            }
        }
    }
}

/// Bytes of payload in a packet; none in a fragment, nor where the TCP header claims to be longer than
/// the packet is. An IP header may claim more bytes than the frame had; those don't count.
#[inline]
pub(crate) fn payload_shown(
    packet: &Packet<'_>,
    decoded: &Decoded<'_>,
    tcp: &TcpSegment<'_>,
) -> Option<u32> {
    if decoded.network.fragment().is_some() {
        return None;
    }
    let frame_len = packet.data.len().max(packet.original_len as usize);
    let headers = decoded.link_header_len + decoded.network.header_len();
    let len = frame_len.checked_sub(headers)?;
    let len = len.min(decoded.network.payload_len());
    let payload = len.checked_sub(tcp.header.header_len())?;
    Some(u32::try_from(payload).unwrap_or(u32::MAX))
}
