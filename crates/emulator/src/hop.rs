//! A router in front of the link, whose next network takes no packet larger than the path MTU.
//!
//! [`Hop::pass`] says what becomes of an IP packet there: it passes, whole or in fragments, or the
//! sender gets an ICMP error back, or nothing at all. The router is seen in these errors only: it
//! counts no hops, so that captures of both ends show the same packet.

mod fragment;
mod icmp;
mod ipv4_header;
#[cfg(test)]
mod tests;

use packet::ipv6;
use std::net::IpAddr;

/// A router with a path MTU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    router: IpAddr,
    path_mtu: Option<u16>,
    black_hole: bool,
}

/// What becomes of a packet at a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage<'a> {
    /// It passes as it is.
    Whole,
    /// It passes in fragments, which were shown.
    Fragments,
    /// It is dropped, and the sender is to get this ICMP error, an IP packet.
    Refused(&'a [u8]),
    /// It is dropped, and nobody hears of it.
    Dropped,
}

impl Hop {
    /// A router that has this address in the lab network and passes on what is no larger than
    /// `path_mtu` bytes, anything without one. A black hole does not say what it drops (RFC 2923,
    /// section 2.1).
    pub fn new(router: IpAddr, path_mtu: Option<u16>, black_hole: bool) -> Self {
        Self {
            router,
            path_mtu,
            black_hole,
        }
    }

    /// What becomes of an IP packet. Fragments are shown one by one, in order, and made in
    /// `buffer`, as is the ICMP error: what it holds is replaced, and its memory is used again.
    ///
    /// IPv4 without the flag DF is cut (RFC 791), also where it is a fragment already. What may not
    /// be cut is refused with "fragmentation needed" (RFC 1191) or "packet too big" (RFC 8201),
    /// unless errors are not allowed for it (RFC 1812, section 4.3.2.7; RFC 4443, section 2.4 e) or
    /// the router has no address of that IP version. What contradicts itself, or has a wrong IPv4
    /// header checksum, passes as it is: whoever receives it drops it.
    pub fn pass<'a>(
        &self,
        packet: &[u8],
        buffer: &'a mut Vec<u8>,
        show: impl FnMut(&[u8]),
    ) -> Passage<'a> {
        let Some(mtu) = self.path_mtu.filter(|mtu| packet.len() > usize::from(*mtu)) else {
            return Passage::Whole;
        };
        match packet.first().map(|byte| byte >> 4) {
            Some(4) => self.pass_ipv4(packet, mtu, buffer, show),
            Some(6) => self.pass_ipv6(packet, mtu, buffer),
            _ => Passage::Whole,
        }
    }

    fn pass_ipv4<'a>(
        &self,
        bytes: &[u8],
        mtu: u16,
        buffer: &'a mut Vec<u8>,
        show: impl FnMut(&[u8]),
    ) -> Passage<'a> {
        let Some(packet) = ipv4_header::checked(bytes) else {
            return Passage::Whole;
        };
        if packet.total_len() <= mtu.into() {
            return Passage::Whole;
        }
        if !packet.dont_fragment() {
            return match fragment::cut(bytes, &packet, mtu, buffer, show) {
                Ok(()) => Passage::Fragments,
                Err(fragment::Impossible) => Passage::Dropped,
            };
        }
        match self.router {
            IpAddr::V4(router) if !self.black_hole && icmp::may_answer_ipv4(&packet) => {
                icmp::fragmentation_needed(router, bytes, &packet, mtu, buffer);
                Passage::Refused(buffer)
            }
            _ => Passage::Dropped,
        }
    }

    fn pass_ipv6<'a>(&self, bytes: &[u8], mtu: u16, buffer: &'a mut Vec<u8>) -> Passage<'a> {
        // A payload length of 0 is either no payload or a jumbogram, which no link here carries.
        let Ok(packet) = ipv6::Packet::new(bytes, 0) else {
            return Passage::Whole;
        };
        if packet.total_len() > bytes.len() || packet.total_len() <= mtu.into() {
            return Passage::Whole;
        }
        match self.router {
            IpAddr::V6(router) if !self.black_hole && icmp::may_answer_ipv6(&packet) => {
                let bytes = &bytes[..packet.total_len()];
                icmp::packet_too_big(router, packet.source(), bytes, mtu, buffer);
                Passage::Refused(buffer)
            }
            _ => Passage::Dropped,
        }
    }
}
