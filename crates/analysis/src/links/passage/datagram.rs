//! Which fragments are of one datagram.

use super::Seen;
use packet::{decode::Network, ipv4, ipv6};
use std::{collections::HashMap, net::IpAddr};

/// What fragments of one datagram have in common.
type Name = (IpAddr, IpAddr, u32);

/// Gives each fragment the number of the frame in which its datagram begins. An identification comes
/// again, and fragments overtake each other, so that is the nearest first fragment with the same one.
pub(super) fn put_together(seen: &mut [Seen<'_>]) {
    let mut firsts: HashMap<Name, Vec<u64>> = HashMap::new();
    for seen in seen.iter() {
        if let Some((name, 0)) = fragment(seen.packet) {
            firsts.entry(name).or_default().push(seen.number);
        }
    }
    if firsts.is_empty() {
        return;
    }
    for seen in seen {
        let named = fragment(seen.packet).and_then(|(name, _)| firsts.get(&name));
        if let Some(nearest) = named.and_then(|firsts| nearest(firsts, seen.number)) {
            seen.datagram = nearest;
        }
    }
}

/// Of ascending numbers.
fn nearest(firsts: &[u64], number: u64) -> Option<u64> {
    let behind = firsts.partition_point(|first| *first < number);
    let around = firsts[behind.saturating_sub(1)..].iter().take(2);
    around.copied().min_by_key(|first| first.abs_diff(number))
}

/// A fragment's name, and where in the datagram it begins, in bytes.
fn fragment(packet: &[u8]) -> Option<(Name, usize)> {
    let network = match packet.first()? >> 4 {
        4 => Network::V4(ipv4::Packet::new(packet, packet.len()).ok()?),
        6 => Network::V6(ipv6::Packet::new(packet, packet.len()).ok()?),
        _ => return None,
    };
    let fragment = network.fragment()?;
    let name = (network.source(), network.destination(), fragment.id);
    Some((name, fragment.offset))
}
