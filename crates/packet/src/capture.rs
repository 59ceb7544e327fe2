//! Reading captures: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), in
//! either byte order.
//!
//! A damaged file gives all packets in front of the damage, and a [`Warning`] that says where it
//! is. Where the structure around the damage is sound, reading goes on behind it.

mod byte_order;
mod damage;
mod interface;
mod pcap;
mod pcapng;

pub use damage::{Damage, ReadError, Warning, Warnings};
pub use interface::Interface;

use crate::{
    Direction, LinkType,
    decode::{DecodeError, Decoded, decode},
};

/// A packet as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its number in the file, from 1, as Wireshark counts.
    pub number: u64,
    /// Wall-clock time in ns since 1970. Zero where the file does not tell (simple packet blocks),
    /// the nearest possible for times before 1970 and after 2554.
    pub at: u64,
    /// Which of [`Reader::interfaces`] it passed.
    pub interface: usize,
    /// That interface's link type.
    pub link_type: LinkType,
    /// Which way it passed, where the file tells.
    pub direction: Option<Direction>,
    /// Its bytes, as far as captured.
    pub data: &'a [u8],
    /// Its length, of which `data` may be the beginning.
    pub original_len: u32,
    /// Where in the file its record or block begins.
    pub offset: u64,
}

impl<'a> Packet<'a> {
    /// Decodes it.
    ///
    /// # Errors
    /// As [`decode`].
    #[inline]
    pub fn decode(&self) -> Result<Decoded<'a>, DecodeError> {
        decode(self.link_type, self.data, self.original_len as usize)
    }
}

/// Goes through the packets of a file.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'a [u8],
    /// Where the next record or block begins; the file's length when reading is over.
    position: usize,
    /// Frames so far.
    frames: u64,
    interfaces: Vec<Interface<'a>>,
    /// Where each section of a pcapng file begins.
    sections: Vec<(usize, pcapng::Section)>,
    warnings: Warnings,
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Pcap(pcap::Layout),
    PcapNg(pcapng::Section),
}

impl<'a> Reader<'a> {
    /// Recognises the format of a file.
    ///
    /// # Errors
    /// It is no capture, or one in another format.
    pub fn new(file: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Self {
            file,
            position: 0,
            frames: 0,
            interfaces: Vec::new(),
            sections: Vec::new(),
            warnings: Warnings::default(),
            format: Format::PcapNg(pcapng::Section::default()),
        };
        let magic = match *file {
            [] => return Err(ReadError::Empty),
            [a, b, c, d, ..] => [a, b, c, d],
            _ => return Err(ReadError::TooShort),
        };
        if magic == pcapng::MAGIC {
            return Ok(reader);
        }
        if let Some(tool) = compression(magic) {
            return Err(ReadError::Compressed(tool));
        }
        let (layout, interface) = pcap::Layout::of(file, magic)?;
        reader.format = Format::Pcap(layout);
        reader.interfaces.push(interface);
        reader.position = pcap::FILE_HEADER;
        Ok(reader)
    }

    /// The interfaces met so far: pcapng may name them anywhere in front of their packets. Those
    /// of several sections follow one another.
    pub fn interfaces(&self) -> &[Interface<'a>] {
        &self.interfaces
    }

    /// A packet that was given before, by its [number](Packet::number) and [place](Packet::offset).
    pub fn again(&self, number: u64, offset: u64) -> Option<Packet<'a>> {
        let at = usize::try_from(offset).ok()?;
        let rest = self.file.get(at..)?;
        let packet = match self.format {
            Format::Pcap(layout) => pcap::record(rest, layout).ok()??.0,
            Format::PcapNg(_) => {
                let behind = self.sections.partition_point(|(begin, _)| *begin <= at);
                let (_, section) = self.sections[..behind].last()?;
                section.packet_of(&self.interfaces, rest)?
            }
        };
        Some(Packet {
            number,
            offset,
            ..packet
        })
    }

    /// The damage met so far.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Notes damage at an offset and ends reading.
    fn give_up(&mut self, offset: usize, damage: Damage) {
        self.warnings.add(offset, damage);
        self.position = self.file.len();
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Packet<'a>;

    #[inline]
    fn next(&mut self) -> Option<Packet<'a>> {
        match self.format {
            Format::Pcap(layout) => pcap::next(self, layout),
            Format::PcapNg(section) => pcapng::next(self, section),
        }
    }
}

/// The tool that undoes the compression that a file begins with.
fn compression(magic: [u8; 4]) -> Option<&'static str> {
    match magic {
        [0x1f, 0x8b, ..] => Some("gunzip"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("unzstd"),
        [0x04, 0x22, 0x4d, 0x18] => Some("unlz4"),
        [0xfd, b'7', b'z', b'X'] => Some("unxz"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
