//! The writer of pcapng files.

use super::{Interface, Packet, Section, Statistics, block::Block};
use crate::Direction;
use std::{
    io::{self, Write},
    net::IpAddr,
    num::TryFromIntError,
};

/// Block types.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const NAME_RESOLUTION: u32 = 4;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// What could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file refused it: the disk is full, for example.
    #[error("can't write the capture")]
    Io(#[from] io::Error),
    /// A text or packet longer than pcapng can hold.
    #[error("too long for a capture; shorten the name or text")]
    TooLong(#[source] TryFromIntError),
    /// A packet of an interface that was not described before.
    #[error("the capture has no interface {0}; describe it before its packets")]
    UnknownInterface(
        /// Its number.
        u32,
    ),
}

/// Writes a pcapng file of one section. Give it a buffered output: every block is one write.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    interfaces: u32,
    block: Block,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// It can't be written, or a text has more than 65,535 bytes.
    pub fn new(out: W, section: &Section<'_>) -> Result<Self, WriteError> {
        const MAGIC: u32 = 0x1a2b_3c4d;
        const UNKNOWN_LENGTH: u32 = u32::MAX;
        let mut writer = Self {
            out,
            interfaces: 0,
            block: Block::default(),
        };
        writer
            .block
            .begin(SECTION_HEADER)
            .u32(MAGIC)
            .u16(1)
            .u16(0)
            .u32(UNKNOWN_LENGTH)
            .u32(UNKNOWN_LENGTH)
            .text(2, section.hardware)?
            .text(3, section.os)?
            .text(4, section.application)?
            .end_of_list()
            .write(&mut writer.out)?;
        Ok(writer)
    }

    /// Describes an interface. Returns its number.
    ///
    /// # Errors
    /// It can't be written, or a text has more than 65,535 bytes.
    pub fn interface(&mut self, interface: &Interface<'_>) -> Result<u32, WriteError> {
        const NANOSECONDS: &[u8] = &[9];
        self.block
            .begin(INTERFACE_DESCRIPTION)
            .u16(interface.link_type.0)
            .u16(0)
            .u32(interface.snaplen)
            .text(2, interface.name)?
            .text(3, interface.description)?
            .record(9, NANOSECONDS)?
            .end_of_list()
            .write(&mut self.out)?;
        let number = self.interfaces;
        self.interfaces += 1;
        Ok(number)
    }

    /// Writes the names of addresses, which Wireshark shows in their place.
    ///
    /// # Errors
    /// They can't be written, or a name has more than 65,518 bytes.
    pub fn names<'n>(
        &mut self,
        names: impl IntoIterator<Item = (IpAddr, &'n str)>,
    ) -> Result<(), WriteError> {
        let block = self.block.begin(NAME_RESOLUTION);
        let mut record = Vec::new();
        for (address, name) in names {
            record.clear();
            let kind = match address {
                IpAddr::V4(address) => {
                    record.extend(address.octets());
                    1
                }
                IpAddr::V6(address) => {
                    record.extend(address.octets());
                    2
                }
            };
            record.extend_from_slice(name.as_bytes());
            record.push(0);
            block.record(kind, &record)?;
        }
        block.end_of_list().write(&mut self.out)
    }

    /// Writes a packet.
    ///
    /// # Errors
    /// It can't be written, or its interface was not described.
    pub fn packet(&mut self, packet: &Packet<'_>) -> Result<(), WriteError> {
        const FLAGS: u16 = 2;
        self.known(packet.interface)?;
        let captured = u32::try_from(packet.data.len()).map_err(WriteError::TooLong)?;
        let block = self
            .block
            .begin(ENHANCED_PACKET)
            .u32(packet.interface)
            .time(packet.at)
            .u32(captured)
            .u32(packet.original_len)
            .bytes(packet.data)
            .pad();
        if let Some(direction) = packet.direction {
            let flags = match direction {
                Direction::Incoming => 1,
                Direction::Outgoing => 2,
            };
            block.u16(FLAGS).u16(4).u32(flags).end_of_list();
        }
        block.write(&mut self.out)
    }

    /// Writes what was counted on an interface.
    ///
    /// # Errors
    /// It can't be written, or the interface was not described.
    pub fn statistics(&mut self, counted: &Statistics) -> Result<(), WriteError> {
        self.known(counted.interface)?;
        let time = |nanos: u64| {
            let (high, low) = ((nanos >> 32) as u32, nanos as u32);
            [high.to_le_bytes(), low.to_le_bytes()].concat()
        };
        self.block
            .begin(INTERFACE_STATISTICS)
            .u32(counted.interface)
            .time(counted.ended)
            .record(2, &time(counted.started))?
            .record(3, &time(counted.ended))?
            .record(4, &counted.received.to_le_bytes())?
            .record(5, &counted.dropped.to_le_bytes())?
            .record(8, &counted.delivered.to_le_bytes())?
            .end_of_list()
            .write(&mut self.out)
    }

    /// Hands everything over to the operating system.
    ///
    /// # Errors
    /// It can't be written.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        Ok(self.out.flush()?)
    }

    /// The output. What it buffers may not be written yet.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn known(&self, interface: u32) -> Result<(), WriteError> {
        if interface < self.interfaces {
            Ok(())
        } else {
            Err(WriteError::UnknownInterface(interface))
        }
    }
}
