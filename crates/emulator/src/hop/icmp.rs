//! What a router tells the sender of a packet that is too large.

use super::ipv4_header;
use packet::{ipv4, ipv6};
use std::net::{Ipv4Addr, Ipv6Addr};

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
const DESTINATION_UNREACHABLE: u8 = 3;
const FRAGMENTATION_NEEDED: u8 = 4;
const PACKET_TOO_BIG: u8 = 2;
/// ICMPv6 types below this are errors, RFC 4443 section 2.1.
const FIRST_INFORMATIONAL: u8 = 128;
const REDIRECT: u8 = 137;

/// Internetwork control, which RFC 1812 section 4.3.2.5 asks of errors.
const PRECEDENCE: u8 = 0xc0;
const HOPS: u8 = 64;

/// What an error may have, headers included: RFC 1812 section 4.3.2.3.
const LONGEST_IPV4: usize = 576;
/// And RFC 4443 section 3.2: IPv6's smallest MTU.
const LONGEST_IPV6: usize = 1280;

/// Whether a router may answer this packet with an error: RFC 1812 section 4.3.2.7.
pub(super) fn may_answer_ipv4(packet: &ipv4::Packet<'_>) -> bool {
    let destination = packet.destination();
    let is_first = packet
        .fragment()
        .is_none_or(|fragment| fragment.offset == 0);
    let is_error = packet.protocol() == ICMP
        && packet
            .payload()
            .first()
            // Unreachable, source quench, redirect, time exceeded, parameter problem.
            .is_none_or(|kind| [3, 4, 5, 11, 12].contains(kind));
    is_first
        && !is_error
        && !destination.is_multicast()
        && !destination.is_broadcast()
        && is_one_host(packet.source())
}

/// Not "this network", loopback, many, or reserved.
fn is_one_host(address: Ipv4Addr) -> bool {
    !matches!(address.octets()[0], 0 | 127 | 224..)
}

/// Whether a router may tell this packet's sender that it is too big: RFC 4443 section 2.4 (e),
/// which for this error makes an exception of packets to many.
pub(super) fn may_answer_ipv6(packet: &ipv6::Packet<'_>) -> bool {
    let source = packet.source();
    // A later fragment may be an error's; its sender learns of the MTU by the first one, which is
    // no smaller.
    let is_first = packet
        .fragment()
        .is_none_or(|fragment| fragment.offset == 0);
    let is_error = packet.protocol() == ICMPV6
        && packet
            .payload()
            .first()
            .is_none_or(|kind| *kind < FIRST_INFORMATIONAL || *kind == REDIRECT);
    is_first && !is_error && !source.is_unspecified() && !source.is_multicast()
}

/// "Fragmentation needed and DF set" with the next hop's MTU, RFC 792 and RFC 1191 section 4.
pub(super) fn fragmentation_needed(
    router: Ipv4Addr,
    bytes: &[u8],
    packet: &ipv4::Packet<'_>,
    mtu: u16,
    buffer: &mut Vec<u8>,
) {
    const HEADERS: usize = 20 + 8;
    let quoted = &bytes[..packet.total_len().min(LONGEST_IPV4 - HEADERS)];
    let length = ((HEADERS + quoted.len()) as u16).to_be_bytes();
    buffer.clear();
    // Not to be fragmented, so it needs no identification (RFC 6864 section 4.1).
    buffer.extend_from_slice(&[0x45, PRECEDENCE, length[0], length[1], 0, 0, 0x40, 0]);
    buffer.extend_from_slice(&[HOPS, ICMP, 0, 0]);
    buffer.extend_from_slice(&router.octets());
    buffer.extend_from_slice(&packet.source().octets());
    ipv4_header::seal(buffer);
    let message = buffer.len();
    buffer.extend_from_slice(&[DESTINATION_UNREACHABLE, FRAGMENTATION_NEEDED, 0, 0, 0, 0]);
    buffer.extend_from_slice(&mtu.to_be_bytes());
    buffer.extend_from_slice(quoted);
    seal_message(&mut buffer[message..], 0);
}

/// "Packet too big", RFC 4443 section 3.2.
pub(super) fn packet_too_big(
    router: Ipv6Addr,
    sender: Ipv6Addr,
    bytes: &[u8],
    mtu: u16,
    buffer: &mut Vec<u8>,
) {
    const HEADERS: usize = 40 + 8;
    let quoted = &bytes[..bytes.len().min(LONGEST_IPV6 - HEADERS)];
    let length = (8 + quoted.len()) as u16;
    buffer.clear();
    buffer.extend_from_slice(&[0x60, 0, 0, 0]);
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(&[ICMPV6, HOPS]);
    buffer.extend_from_slice(&router.octets());
    buffer.extend_from_slice(&sender.octets());
    // The pseudo-header of RFC 8200 section 8.1: addresses, length, next header.
    let addresses = !ipv4_header::checksum(0, &buffer[8..]);
    let pseudo_header = u32::from(addresses) + u32::from(length) + u32::from(ICMPV6);
    let message = buffer.len();
    buffer.extend_from_slice(&[PACKET_TOO_BIG, 0, 0, 0]);
    buffer.extend_from_slice(&u32::from(mtu).to_be_bytes());
    buffer.extend_from_slice(quoted);
    seal_message(&mut buffer[message..], pseudo_header);
}

fn seal_message(message: &mut [u8], pseudo_header: u32) {
    let sum = ipv4_header::checksum(pseudo_header, message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
}
