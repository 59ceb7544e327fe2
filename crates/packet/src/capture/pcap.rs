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

    /// A record's captured and its original length.
    fn lengths(self, first: u32, second: u32) -> (u32, u32) {
        match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::OriginalFirst => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        }
    }
}

/// The longest packet that libpcap writes for most link types.
const MAX_PACKET: u32 = 256 << 10;
/// The longest for those that are no networks: D-Bus messages, USB transfers.
const MAX_MESSAGE: u32 = 128 << 20;

#[inline(always)]
pub(super) fn next<'a>(reader: &mut Reader<'a>, layout: Layout) -> Option<Packet<'a>> {
    let offset = reader.position;
    match record(&reader.file[offset..], layout) {
        Ok(Some((packet, len))) => {
            reader.position = offset + len;
            reader.frames += 1;
            Some(Packet {
                number: reader.frames,
                offset: offset as u64,
                ..packet
            })
        }
        Ok(None) => None,
        Err(damage) => {
            reader.give_up(offset, damage);
            None
        }
    }
}

/// The packet of the record that `rest` begins with, still without its number and place, and the
/// record's length; none at the end of the file.
#[inline(always)]
pub(super) fn record(rest: &[u8], layout: Layout) -> Result<Option<(Packet<'_>, usize)>, Damage> {
    if rest.is_empty() {
        return Ok(None);
    }
    let truncated = |needed: usize| Damage::Truncated {
        missing: (needed - rest.len()) as u64,
    };
    let (Some(fields), Some(header)) = (rest.first_chunk(), rest.get(..layout.record_header))
    else {
        return Err(truncated(layout.record_header));
    };
    let [seconds, ticks, first, second] = layout.order.four(fields);
    let (captured, original_len) = layout.lengths(first, second);
    let longest = match layout.link_type {
        LinkType(220 | 231 | 249) => MAX_MESSAGE,
        _ => MAX_PACKET,
    };
    if captured > longest {
        return Err(Damage::HugePacket { len: captured });
    }
    let end = header.len() + captured as usize;
    let data = rest.get(header.len()..end).ok_or_else(|| truncated(end))?;
    let packet = Packet {
        number: 0,
        at: u64::from(seconds) * 1_000_000_000 + u64::from(ticks) * layout.nanos_per_tick,
        interface: 0,
        link_type: layout.link_type,
        direction: None,
        data,
        original_len,
        offset: 0,
    };
    Ok(Some((packet, end)))
}
