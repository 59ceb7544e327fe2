//! From a capture to the flags of its frames.

use super::{flag::FlagSet, fragments::Fragments, segment::Segment, table::Connections};
use packet::{
    capture::{Packet, ReadError, Reader, Warnings},
    decode::{Decoded, Segment as TcpSegment, Transport},
};
use std::net::SocketAddr;

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
            let tcp = match decoded.transport {
                _ if decoded.network.fragment().is_some() => self.fragments.add(&decoded.network),
                Transport::Tcp(tcp) => whole(&packet, &decoded, tcp),
                _ => None,
            };
            let Some(tcp) = tcp else {
                continue;
            };
            let (source, destination) = (decoded.network.source(), decoded.network.destination());
            let flags = self.connections.next(
                SocketAddr::new(source, tcp.header.source()),
                SocketAddr::new(destination, tcp.header.destination()),
                &Segment::new(packet.at, &tcp.header, tcp.payload_len),
            );
            if !flags.is_empty() {
                let frame = packet.number;
                return Some(Flagged { frame, flags });
            }
        }
    }
}

/// The segment of a packet that was not fragmented, unless its header claims to be longer than it
/// is. An IP header may claim more bytes than the frame had; those don't count.
fn whole<'a>(
    packet: &Packet<'a>,
    decoded: &Decoded<'a>,
    tcp: TcpSegment<'a>,
) -> Option<TcpSegment<'a>> {
    let frame_len = packet.data.len().max(packet.original_len as usize);
    let headers = decoded.link_header_len + decoded.network.header_len();
    let len = frame_len.checked_sub(headers)?;
    let len = len.min(decoded.network.payload_len());
    let payload_len = len.checked_sub(tcp.header.header_len())?;
    Some(TcpSegment { payload_len, ..tcp })
}
