//! pcap files, draft-ietf-opsawg-pcap: a header, then one record a packet.

use super::{
    Damage, Interface, Packet, ReadError, Reader, byte_order::ByteOrder, interface::Ticks,
};
use crate::LinkType;

pub(super) const FILE_HEADER: usize = 24;

/// How a file's records look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    order: ByteOrder,
    /// 16, or 24 where a patched libpcap wrote interface and protocol besides.
    record_header: usize,
    nanos_per_tick: u64,
    lengths: Lengths,
    link_type: LinkType,
}

/// The order of a record's two lengths, which changed between versions 2.2 and 2.4.
#[derive(Clone, Copy, Debug)]
enum Lengths {
    CapturedFirst,
    OriginalFirst,
    /// Version 2.3 was written in both ways; no packet is captured longer than it was.
    SmallerIsCaptured,
}

impl Layout {
    /// Recognises a file by its header.
    pub(super) fn of<'a>(file: &[u8], magic: [u8; 4]) -> Result<(Self, Interface<'a>), ReadError> {
        const PATCHED: usize = 24;
        const PLAIN: usize = 16;
        let (order, ticks, record_header) = match magic {
            [0xd4, 0xc3, 0xb2, 0xa1] => (ByteOrder::Little, Ticks::MICROSECOND, PLAIN),
            [0xa1, 0xb2, 0xc3, 0xd4] => (ByteOrder::Big, Ticks::MICROSECOND, PLAIN),
            [0x4d, 0x3c, 0xb2, 0xa1] => (ByteOrder::Little, Ticks::NANOSECOND, PLAIN),
            [0xa1, 0xb2, 0x3c, 0x4d] => (ByteOrder::Big, Ticks::NANOSECOND, PLAIN),
            [0x34, 0xcd, 0xb2, 0xa1] => (ByteOrder::Little, Ticks::MICROSECOND, PATCHED),
            [0xa1, 0xb2, 0xcd, 0x34] => (ByteOrder::Big, Ticks::MICROSECOND, PATCHED),
            _ => return Err(ReadError::UnknownFormat),
        };
        let field = |at| order.u32(file, at).ok_or(ReadError::TooShort);
        // The field's upper half holds what else is known of the frames' end.
        let link_type = LinkType((field(20)? & 0xffff) as u16);
        let (Some(major), Some(minor)) = (order.u16(file, 4), order.u16(file, 6)) else {
            return Err(ReadError::TooShort);
        };
        let lengths = match (major, minor) {
            (2, 0..=2) => Lengths::OriginalFirst,
            (2, 3) => Lengths::SmallerIsCaptured,
            (2, _) => Lengths::CapturedFirst,
            _ => return Err(ReadError::Version { major, minor }),
        };
        let layout = Self {
            order,
            record_header,
            nanos_per_tick: if ticks == Ticks::NANOSECOND { 1 } else { 1_000 },
            lengths,
            link_type,
        };
        Ok((layout, Interface::new(link_type, field(16)?, ticks)))
    }

    fn lengths(self, header: &[u8]) -> Option<(u32, u32)> {
        let (first, second) = (self.order.u32(header, 8)?, self.order.u32(header, 12)?);
        Some(match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::OriginalFirst => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        })
    }
}

/// The longest packet that libpcap writes for most link types.
const MAX_PACKET: u32 = 256 << 10;
/// The longest for those that are no networks: D-Bus messages, USB transfers.
const MAX_MESSAGE: u32 = 128 << 20;

pub(super) fn next<'a>(reader: &mut Reader<'a>, layout: Layout) -> Option<Packet<'a>> {
    let offset = reader.position;
    let rest = &reader.file[offset..];
    if rest.is_empty() {
        return None;
    }
    let truncated = |needed: usize| Damage::Truncated {
        missing: (needed - rest.len()) as u64,
    };
    let Some(header) = rest.get(..layout.record_header) else {
        reader.give_up(offset, truncated(layout.record_header));
        return None;
    };
    let (captured, original_len) = layout.lengths(header)?;
    let longest = match layout.link_type {
        LinkType(220 | 231 | 249) => MAX_MESSAGE,
        _ => MAX_PACKET,
    };
    if captured > longest {
        reader.give_up(offset, Damage::HugePacket { len: captured });
        return None;
    }
    let end = layout.record_header + captured as usize;
    let Some(data) = rest.get(layout.record_header..end) else {
        reader.give_up(offset, truncated(end));
        return None;
    };
    let seconds = u64::from(layout.order.u32(header, 0)?);
    let ticks = u64::from(layout.order.u32(header, 4)?);
    reader.position = offset + end;
    reader.frames += 1;
    Some(Packet {
        number: reader.frames,
        at: seconds * 1_000_000_000 + ticks * layout.nanos_per_tick,
        interface: 0,
        link_type: layout.link_type,
        direction: None,
        data,
        original_len,
        offset: offset as u64,
    })
}
