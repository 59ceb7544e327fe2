//! The errors that tell a sender that its packet was too large.

use packet::{ipv4, ipv6};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Hops that an error may pass.
const TTL: u8 = 64;

/// Destination unreachable, fragmentation needed (RFC 792, RFC 1191 section 4). None where no error
/// may be sent (RFC 1122 section 3.2.2).
pub(super) fn fragmentation_needed(
    router: IpAddr,
    refused: &[u8],
    view: &ipv4::Packet<'_>,
    mtu: usize,
) -> Option<Vec<u8>> {
    const DESTINATION_UNREACHABLE: u8 = 3;
    const FRAGMENTATION_NEEDED: u8 = 4;
    /// As much as such an error may hold in all (RFC 1812, section 4.3.2.3).
    const LONGEST: usize = 576;
    const HEADERS: usize = 20 + 8;
    let IpAddr::V4(router) = router else {
        return None;
    };
    let is_later_fragment = view.fragment().is_some_and(|fragment| fragment.offset > 0);
    let is_error = view.protocol() == ICMP && !matches!(view.payload().first(), Some(0 | 8));
    let to = view.destination();
    if is_later_fragment || is_error || to.is_multicast() || to.is_broadcast() {
        return None;
    }
    let quote = &refused[..refused.len().min(LONGEST - HEADERS)];
    let mut message = vec![DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, 0, 0, 0, 0];
    message.extend_from_slice(&(mtu as u16).to_be_bytes());
    message.extend_from_slice(quote);
    let sum = checksum([&message]);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    Some(
        [
            &ipv4_header(router, view.source(), message.len())[..],
            &message,
        ]
        .concat(),
    )
}

/// Packet too big (RFC 4443, section 3.2). None where no error may be sent (section 2.4).
pub(super) fn packet_too_big(
    router: IpAddr,
    refused: &[u8],
    view: &ipv6::Packet<'_>,
    mtu: usize,
) -> Option<Vec<u8>> {
    const PACKET_TOO_BIG: u8 = 2;
    const INFORMATIONAL: u8 = 0x80;
    /// An error never is larger than the least MTU of IPv6.
    const LONGEST: usize = 1280;
    const HEADERS: usize = 40 + 8;
    let IpAddr::V6(router) = router else {
        return None;
    };
    let kind = view.payload().first().copied().unwrap_or(INFORMATIONAL);
    if view.protocol() == ICMPV6 && kind & INFORMATIONAL == 0 {
        return None;
    }
    let quote = &refused[..refused.len().min(LONGEST - HEADERS)];
    let mut message = vec![PACKET_TOO_BIG, 0, 0, 0];
    message.extend_from_slice(&(mtu as u32).to_be_bytes());
    message.extend_from_slice(quote);
    let length = (message.len() as u32).to_be_bytes();
    let (from, to) = (router.octets(), view.source().octets());
    let sum = checksum([&from[..], &to, &length, &[0, 0, 0, ICMPV6], &message]);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    Some(
        [
            &ipv6_header(router, view.source(), message.len())[..],
            &message,
        ]
        .concat(),
    )
}

fn ipv4_header(from: Ipv4Addr, to: Ipv4Addr, payload: usize) -> [u8; 20] {
    let mut header = [0; 20];
    header[0] = 0x45;
    header[2..4].copy_from_slice(&((20 + payload) as u16).to_be_bytes());
    header[8] = TTL;
    header[9] = ICMP;
    header[12..16].copy_from_slice(&from.octets());
    header[16..20].copy_from_slice(&to.octets());
    let sum = checksum([&header[..]]);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    header
}

fn ipv6_header(from: Ipv6Addr, to: Ipv6Addr, payload: usize) -> [u8; 40] {
    let mut header = [0; 40];
    header[0] = 0x60;
    header[4..6].copy_from_slice(&(payload as u16).to_be_bytes());
    header[6] = ICMPV6;
    header[7] = TTL;
    header[8..24].copy_from_slice(&from.octets());
    header[24..40].copy_from_slice(&to.octets());
    header
}

/// The Internet checksum (RFC 1071) over parts of even length; the last one may be odd.
pub(super) fn checksum<'a>(
    parts: impl IntoIterator<Item = &'a (impl AsRef<[u8]> + ?Sized + 'a)>,
) -> u16 {
    let mut sum: u64 = 0;
    for part in parts {
        for pair in part.as_ref().chunks(2) {
            let low = pair.get(1).copied().unwrap_or(0);
            sum += u64::from(u16::from_be_bytes([pair[0], low]));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
