//! Cutting IPv4 packets, RFC 791 section 3.2.

use super::ipv4_header;
use packet::ipv4::Packet;

const MIN_HEADER: usize = 20;
const MORE_FRAGMENTS: u16 = 0x2000;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
/// The flag in an option's type that it stands in every fragment.
const COPIED: u8 = 0x80;

/// The MTU has no room for the header and 8 bytes.
#[derive(Debug)]
pub(super) struct Impossible;

/// Shows the fragments of a packet that is larger than `mtu`, in order. Each but the last carries a
/// multiple of 8 bytes, as many as fit.
pub(super) fn cut(
    bytes: &[u8],
    packet: &Packet<'_>,
    mtu: u16,
    buffer: &mut Vec<u8>,
    mut show: impl FnMut(&[u8]),
) -> Result<(), Impossible> {
    let payload = &bytes[packet.header_len()..packet.total_len()];
    let (first_offset, more_behind) = packet
        .fragment()
        .map_or((0, false), |fragment| (fragment.offset, fragment.more));
    // The first header is no shorter than those of the others.
    let room = usize::from(mtu).saturating_sub(packet.header_len()) & !7;
    if room == 0 {
        return Err(Impossible);
    }
    buffer.clear();
    buffer.extend_from_slice(&bytes[..packet.header_len()]);
    let mut at = 0;
    while at < payload.len() {
        let header = buffer.len();
        let room = usize::from(mtu).saturating_sub(header);
        let rest = payload.len() - at;
        let (length, is_last) = if rest <= room {
            (rest, true)
        } else {
            (room & !7, false)
        };
        buffer.extend_from_slice(&payload[at..at + length]);
        let more = if more_behind || !is_last {
            MORE_FRAGMENTS
        } else {
            0
        };
        // Both fit: the last byte's place was checked to be below 65,536.
        write(buffer, 2, (header + length) as u16);
        write(buffer, 6, ((first_offset + at) / 8) as u16 | more);
        ipv4_header::seal(&mut buffer[..header]);
        show(buffer);
        at += length;
        if at == length {
            keep_copied_options(buffer, bytes, packet.options());
        } else {
            buffer.truncate(header);
        }
    }
    Ok(())
}

/// Makes the header of later fragments: with those options only that every fragment has.
fn keep_copied_options(header: &mut Vec<u8>, bytes: &[u8], options: &[u8]) {
    header.clear();
    header.extend_from_slice(&bytes[..MIN_HEADER]);
    let mut rest = options;
    while let [kind, behind @ ..] = rest {
        let length = match *kind {
            END_OF_OPTIONS => break,
            NO_OPERATION => 1,
            // What has no sound length ends the list, as a receiver would see it.
            _ => match behind.first() {
                Some(length) if (2..=rest.len()).contains(&usize::from(*length)) => {
                    (*length).into()
                }
                _ => break,
            },
        };
        if kind & COPIED != 0 {
            header.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    while !header.len().is_multiple_of(4) {
        header.push(END_OF_OPTIONS);
    }
    header[0] = 0x40 | (header.len() / 4) as u8;
}

fn write(buffer: &mut [u8], at: usize, value: u16) {
    buffer[at..at + 2].copy_from_slice(&value.to_be_bytes());
}
