//! A router in front of a link: it has a path MTU, and nothing else happens at it.
//!
//! A packet that is too large is cut where that is allowed (IPv4 without the flag DF, RFC 791
//! section 2.3), else refused with the ICMP error that tells the sender the MTU (RFC 1191 section 4,
//! RFC 4443 section 3.2), or without a word where the router is a black hole (RFC 2923 section 2.1).

mod fragments;
mod icmp;
#[cfg(test)]
mod tests;

use packet::{ipv4, ipv6};
use scenario::impairment::Impairments;
use std::net::IpAddr;

/// A router.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    router: IpAddr,
    path_mtu: Option<usize>,
    is_black_hole: bool,
}

/// What a router does with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It passes as it is.
    Whole,
    /// It passes in these pieces.
    Fragments(Vec<Vec<u8>>),
    /// It does not pass, and the sender gets this packet.
    Refused(Vec<u8>),
    /// It does not pass, and nobody hears of it.
    Silent,
}

impl Hop {
    /// The router, whose address is `router`, of a link with these impairments.
    pub fn new(router: IpAddr, impairments: &Impairments) -> Self {
        Self {
            router,
            path_mtu: impairments.path_mtu.map(usize::from),
            is_black_hole: impairments.black_hole,
        }
    }

    /// Whether it passes everything as it is, so that packets need not be looked at.
    pub fn is_open(&self) -> bool {
        self.path_mtu.is_none()
    }

    /// Looks at an IP packet. What is none, or damaged, passes: only its receiver can tell.
    pub fn pass(&self, packet: &[u8]) -> Passage {
        let Some(mtu) = self.path_mtu.filter(|mtu| packet.len() > *mtu) else {
            return Passage::Whole;
        };
        if let Ok(view) = ipv4::Packet::new(packet, packet.len()) {
            if view.dont_fragment() {
                return self
                    .refuse(|router| icmp::fragmentation_needed(router, packet, &view, mtu));
            }
            return fragments::cut(packet, &view, mtu)
                .map_or_else(|| Passage::Silent, Passage::Fragments);
        }
        match ipv6::Packet::new(packet, packet.len()) {
            Ok(view) => self.refuse(|router| icmp::packet_too_big(router, packet, &view, mtu)),
            Err(_) => Passage::Whole,
        }
    }

    fn refuse(&self, error: impl FnOnce(IpAddr) -> Option<Vec<u8>>) -> Passage {
        if self.is_black_hole {
            return Passage::Silent;
        }
        error(self.router).map_or(Passage::Silent, Passage::Refused)
    }
}
