//! From a capture to the flags of its frames.

use super::{flag::FlagSet, segment::Segment, table::Connections};
use packet::{
    capture::{ReadError, Reader, Warnings},
    decode::Transport,
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
            let Transport::Tcp(tcp) = decoded.transport else {
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
