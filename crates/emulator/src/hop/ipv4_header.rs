//! IPv4 headers: whether one is sound, and their checksum.

use packet::ipv4::Packet;

/// The packet, if its header is sound and the bytes hold all of it.
pub(super) fn checked(bytes: &[u8]) -> Option<Packet<'_>> {
    // A total length of 0 stands for nothing here: no card is to cut what comes through.
    let packet = Packet::new(bytes, 0).ok()?;
    let header = &bytes[..packet.header_len()];
    let last = packet.fragment().map_or(0, |fragment| fragment.offset) + packet.payload_len();
    let is_sound = packet.total_len() <= bytes.len()
        && checksum(0, header) == 0
        // Else fragments of it had offsets that don't fit.
        && last <= usize::from(u16::MAX);
    is_sound.then_some(packet)
}

/// The internet checksum, RFC 1071: of `bytes`, and of what was summed up before. It is 0 where the
/// bytes hold the right one.
pub(super) fn checksum(before: u32, bytes: &[u8]) -> u16 {
    let mut sum = u64::from(before);
    for word in bytes.chunks(2) {
        let low = word.get(1).copied().unwrap_or(0);
        sum += u64::from(u16::from_be_bytes([word[0], low]));
    }
    while sum > u64::from(u16::MAX) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !(sum as u16)
}

/// Puts the header's checksum where it belongs.
pub(super) fn seal(header: &mut [u8]) {
    header[10..12].fill(0);
    let sum = checksum(0, header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
}
