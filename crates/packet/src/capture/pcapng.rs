//! pcapng files, draft-ietf-opsawg-pcapng: blocks that each begin and end with their length.

use super::{
    Damage, Format, Interface, Packet, Reader,
    byte_order::ByteOrder,
    interface::{Clock, Ticks},
};
use crate::{Direction, LinkType};
use std::borrow::Cow;

/// A file begins with a section header, whose type reads alike in both byte orders.
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Type and length in front of a block's body, and length behind it.
const HEAD: usize = 8;
const TAIL: usize = 4;
const MIN_BLOCK: u32 = 12;

/// What the section header tells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Section {
    order: ByteOrder,
    /// Which of the reader's interfaces is number 0 in this section.
    first_interface: usize,
}

pub(super) fn next<'a>(reader: &mut Reader<'a>, mut section: Section) -> Option<Packet<'a>> {
    loop {
        let offset = reader.position;
        if offset == reader.file.len() {
            return None;
        }
        if reader.file[offset..].starts_with(&MAGIC) {
            match Section::begin(&reader.file[offset..], reader.interfaces.len()) {
                Ok(begun) => section = begun,
                Err(damage) => {
                    reader.give_up(offset, damage);
                    return None;
                }
            }
            reader.format = Format::PcapNg(section);
            reader.sections.push((offset, section));
        }
        let (kind, body) = match section.block(&reader.file[offset..]) {
            Ok(block) => block,
            Err(damage) => {
                reader.give_up(offset, damage);
                return None;
            }
        };
        reader.position = offset + HEAD + body.len() + TAIL;
        let content = match kind {
            ENHANCED_PACKET => section.enhanced(&reader.interfaces, body),
            INTERFACE_DESCRIPTION => section.describe(body).map(|interface| {
                reader.interfaces.push(interface);
                None
            }),
            SIMPLE_PACKET => section.simple(&reader.interfaces, body),
            OBSOLETE_PACKET => section.obsolete(&reader.interfaces, body),
            other => {
                reader.frames += u64::from(is_frame_to_wireshark(other));
                Ok(None)
            }
        };
        match content {
            Ok(Some(packet)) => {
                reader.frames += 1;
                return Some(Packet {
                    number: reader.frames,
                    offset: offset as u64,
                    ..packet
                });
            }
            Ok(None) => {}
            Err(damage) => reader.warnings.add(offset, damage),
        }
    }
}

/// Blocks that hold no packet and that Wireshark gives a frame number nevertheless: custom blocks,
/// entries of systemd's journal, and sysdig's events in all versions.
fn is_frame_to_wireshark(kind: u32) -> bool {
    matches!(
        kind,
        0xbad | 0x4000_0bad | 0x9 | 0x204 | 0x208 | 0x216 | 0x217 | 0x221 | 0x222
    )
}

impl Section {
    /// Reads as much of a section header block as must be known before its length can be.
    fn begin(block: &[u8], first_interface: usize) -> Result<Self, Damage> {
        let truncated = |needed: usize| Damage::Truncated {
            missing: needed.saturating_sub(block.len()) as u64,
        };
        let order = match block.get(8..12) {
            Some([0x4d, 0x3c, 0x2b, 0x1a]) => ByteOrder::Little,
            Some([0x1a, 0x2b, 0x3c, 0x4d]) => ByteOrder::Big,
            Some(_) => return Err(Damage::Section),
            None => return Err(truncated(12)),
        };
        match order.u16(block, 12) {
            Some(1) => Ok(Self {
                order,
                first_interface,
            }),
            Some(_) => Err(Damage::Section),
            None => Err(truncated(14)),
        }
    }

    /// The type and the body of the block that `rest` begins with.
    fn block<'a>(&self, rest: &'a [u8]) -> Result<(u32, &'a [u8]), Damage> {
        let missing = |needed: usize| Damage::Truncated {
            missing: needed.saturating_sub(rest.len()) as u64,
        };
        let (Some(kind), Some(head)) = (self.order.u32(rest, 0), self.order.u32(rest, 4)) else {
            return Err(missing(HEAD + TAIL));
        };
        if head < MIN_BLOCK || !head.is_multiple_of(4) {
            return Err(Damage::BlockLength { len: head });
        }
        let len = head as usize;
        let Some(block) = rest.get(..len) else {
            return Err(missing(len));
        };
        match self.order.u32(block, len - TAIL) {
            Some(tail) if tail == head => Ok((kind, &block[HEAD..len - TAIL])),
            tail => Err(Damage::BlockLengthsDiffer {
                head,
                tail: tail.unwrap_or_default(),
            }),
        }
    }

    /// The packet of the block that `rest` begins with.
    pub(super) fn packet_of<'a>(
        &self,
        interfaces: &[Interface<'_>],
        rest: &'a [u8],
    ) -> Option<Packet<'a>> {
        let (kind, body) = self.block(rest).ok()?;
        let packet = match kind {
            ENHANCED_PACKET => self.enhanced(interfaces, body),
            SIMPLE_PACKET => self.simple(interfaces, body),
            OBSOLETE_PACKET => self.obsolete(interfaces, body),
            _ => return None,
        };
        packet.ok()?
    }

    fn describe<'a>(&self, body: &'a [u8]) -> Result<Interface<'a>, Damage> {
        const NAME: u16 = 2;
        const DESCRIPTION: u16 = 3;
        const RESOLUTION: u16 = 9;
        const OFFSET: u16 = 14;
        let (Some(link_type), Some(snaplen)) = (self.order.u16(body, 0), self.order.u32(body, 4))
        else {
            return Err(Damage::ShortBlock);
        };
        let mut interface = Interface::new(LinkType(link_type), snaplen, Ticks::MICROSECOND);
        for (code, value) in self.options(body, 8) {
            match code {
                NAME => interface.name = Some(text(value)),
                DESCRIPTION => interface.description = Some(text(value)),
                RESOLUTION => {
                    if let Some(&resolution) = value.first() {
                        interface.clock.ticks = Ticks::from_resolution(resolution);
                    }
                }
                OFFSET => interface.clock.offset = self.order.i64(value, 0).unwrap_or_default(),
                _ => {}
            }
        }
        Ok(interface)
    }

    fn enhanced<'a>(
        &self,
        interfaces: &[Interface<'_>],
        body: &'a [u8],
    ) -> Result<Option<Packet<'a>>, Damage> {
        let fixed = self.fixed(body)?;
        self.packet(interfaces, body, fixed[0], &fixed)
    }

    /// The packet block of before 2010 has 16 bits for the interface and counts drops in the rest.
    fn obsolete<'a>(
        &self,
        interfaces: &[Interface<'_>],
        body: &'a [u8],
    ) -> Result<Option<Packet<'a>>, Damage> {
        let interface = self.order.u16(body, 0).ok_or(Damage::ShortBlock)?;
        let fixed = self.fixed(body)?;
        self.packet(interfaces, body, interface.into(), &fixed)
    }

    fn fixed(&self, body: &[u8]) -> Result<[u32; 5], Damage> {
        let mut fixed = [0; 5];
        for (i, field) in fixed.iter_mut().enumerate() {
            *field = self.order.u32(body, i * 4).ok_or(Damage::ShortBlock)?;
        }
        Ok(fixed)
    }

    fn packet<'a>(
        &self,
        interfaces: &[Interface<'_>],
        body: &'a [u8],
        number: u32,
        &[_, high, low, captured, original_len]: &[u32; 5],
    ) -> Result<Option<Packet<'a>>, Damage> {
        const DATA: usize = 20;
        let (interface, link_type, clock) = self.interface(interfaces, number)?;
        let data = body[DATA..].get(..captured as usize);
        let data = data.ok_or(Damage::ShortBlock)?;
        Ok(Some(Packet {
            number: 0,
            at: clock.nanos(u64::from(high) << 32 | u64::from(low)),
            interface,
            link_type,
            direction: self.direction(body, DATA + data.len().next_multiple_of(4)),
            data,
            original_len,
            offset: 0,
        }))
    }

    fn simple<'a>(
        &self,
        interfaces: &[Interface<'_>],
        body: &'a [u8],
    ) -> Result<Option<Packet<'a>>, Damage> {
        let original_len = self.order.u32(body, 0).ok_or(Damage::ShortBlock)?;
        let (interface, link_type, _) = self.interface(interfaces, 0)?;
        // It does not tell how much was captured: all, unless the interface keeps less.
        let captured = match interfaces[interface].snaplen {
            0 => original_len,
            snaplen => original_len.min(snaplen),
        };
        let data = body[4..].get(..captured as usize);
        Ok(Some(Packet {
            number: 0,
            at: 0,
            interface,
            link_type,
            direction: None,
            data: data.ok_or(Damage::ShortBlock)?,
            original_len,
            offset: 0,
        }))
    }

    fn interface(
        &self,
        interfaces: &[Interface<'_>],
        number: u32,
    ) -> Result<(usize, LinkType, Clock), Damage> {
        let index = self.first_interface.saturating_add(number as usize);
        let interface = interfaces.get(index);
        let interface = interface.ok_or(Damage::UnknownInterface(number))?;
        Ok((index, interface.link_type, interface.clock))
    }

    /// From a packet's flags option, which both packet blocks have as option 2.
    fn direction(&self, body: &[u8], options: usize) -> Option<Direction> {
        const FLAGS: u16 = 2;
        let (_, flags) = self
            .options(body, options)
            .find(|&(code, _)| code == FLAGS)?;
        match self.order.u32(flags, 0)? & 3 {
            1 => Some(Direction::Incoming),
            2 => Some(Direction::Outgoing),
            _ => None,
        }
    }

    /// The options that begin `at` bytes into a body, each as code and value, up to the end of the
    /// list or the first damaged one.
    fn options<'a>(&self, body: &'a [u8], at: usize) -> impl Iterator<Item = (u16, &'a [u8])> {
        const END: u16 = 0;
        let order = self.order;
        let mut rest = body.get(at..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (code, len) = (order.u16(rest, 0)?, order.u16(rest, 2)?);
            let value = rest.get(4..4 + usize::from(len))?;
            // The last option of a careless writer may lack its padding.
            let next = 4 + value.len().next_multiple_of(4);
            rest = rest.get(next..).unwrap_or_default();
            (code != END).then_some((code, value))
        })
    }
}

/// Strings are UTF-8 and need no zero at their end; some writers add one.
fn text(value: &[u8]) -> Cow<'_, str> {
    let len = value.iter().position(|&byte| byte == 0);
    String::from_utf8_lossy(&value[..len.unwrap_or(value.len())])
}
