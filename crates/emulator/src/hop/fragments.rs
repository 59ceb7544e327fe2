//! Fragmentation, RFC 791 section 3.2.

use super::icmp::checksum;
use packet::ipv4::Packet;

const MIN_HEADER: usize = 20;
/// Places in the header.
const TOTAL_LENGTH: usize = 2;
const FLAGS_AND_OFFSET: usize = 6;
const CHECKSUM: usize = 10;

const MORE_FRAGMENTS: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;

/// Cuts a packet into pieces of at most `mtu` bytes. None when not even eight bytes of payload fit
/// beside the header.
pub(super) fn cut(bytes: &[u8], view: &Packet<'_>, mtu: usize) -> Option<Vec<Vec<u8>>> {
    let field = u16::from_be_bytes([bytes[FLAGS_AND_OFFSET], bytes[FLAGS_AND_OFFSET + 1]]);
    let (first_offset, more_behind) = (field & OFFSET, field & MORE_FRAGMENTS);
    let first_header = bytes[..view.header_len()].to_vec();
    let other_header = header_of_others(&first_header);
    let mut rest = view.payload();
    let mut offset = first_offset;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let header = if pieces.is_empty() {
            &first_header
        } else {
            &other_header
        };
        let room = mtu.checked_sub(header.len())?;
        // All pieces but the last one carry a multiple of eight bytes.
        let length = if rest.len() <= room {
            rest.len()
        } else {
            room & !7
        };
        if length == 0 {
            return None;
        }
        let (part, behind) = rest.split_at(length);
        let more = if behind.is_empty() {
            more_behind
        } else {
            MORE_FRAGMENTS
        };
        pieces.push(piece(header, part, (offset & OFFSET) | more));
        offset += (length / 8) as u16;
        rest = behind;
    }
    Some(pieces)
}

fn piece(header: &[u8], part: &[u8], flags_and_offset: u16) -> Vec<u8> {
    let mut piece = [header, part].concat();
    let length = piece.len() as u16;
    piece[TOTAL_LENGTH..TOTAL_LENGTH + 2].copy_from_slice(&length.to_be_bytes());
    piece[FLAGS_AND_OFFSET..FLAGS_AND_OFFSET + 2].copy_from_slice(&flags_and_offset.to_be_bytes());
    piece[CHECKSUM..CHECKSUM + 2].fill(0);
    let sum = checksum([&piece[..header.len()]]);
    piece[CHECKSUM..CHECKSUM + 2].copy_from_slice(&sum.to_be_bytes());
    piece
}

/// The header of all pieces but the first: only options that say so are copied into each piece.
fn header_of_others(first: &[u8]) -> Vec<u8> {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const COPIED: u8 = 0x80;
    let mut header = first[..MIN_HEADER].to_vec();
    let mut options = &first[MIN_HEADER..];
    while let Some(kind) = options.first().copied() {
        let length = match kind {
            END => break,
            NO_OPERATION => 1,
            _ => options.get(1).map_or(0, |length| usize::from(*length)),
        };
        // An option that contradicts itself ends what can be understood.
        if length == 0 || length > options.len() {
            break;
        }
        if kind & COPIED != 0 {
            header.extend_from_slice(&options[..length]);
        }
        options = &options[length..];
    }
    header.resize(header.len().next_multiple_of(4), END);
    header[0] = 0x40 | (header.len() / 4) as u8;
    header
}
