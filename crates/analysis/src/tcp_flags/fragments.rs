//! Segments whose IP packets came in fragments: they count when all of a packet is there, and not
//! at all before that, as in Wireshark.

use super::segment::Addressed;
use packet::{
    decode::{Network, Transport},
    tcp,
};
use std::{collections::HashMap, net::IpAddr};

/// So many unfinished packets are remembered; all are forgotten when there are more.
const MOST_OPEN: usize = 4_096;
/// So many parts has a packet at most: 65,535 bytes in parts of 8.
const MOST_PARTS: usize = 8_192;

/// What fragments of one packet have in common.
type Name = (IpAddr, IpAddr, u32);

/// Packets of which not all fragments have come.
#[derive(Debug, Default)]
pub(crate) struct Fragments<'a> {
    open: HashMap<Name, Parts<'a>>,
}

#[derive(Debug, Default)]
struct Parts<'a> {
    /// Offset and length of each.
    ranges: Vec<(usize, usize)>,
    /// What was captured of the first.
    first: Option<&'a [u8]>,
    /// Length of the whole, once the last has come.
    len: Option<usize>,
}

impl<'a> Fragments<'a> {
    /// Adds a packet if it is a fragment of TCP; gives the segment that it completes.
    pub(crate) fn add(&mut self, at: u64, network: &Network<'a>) -> Option<Addressed> {
        let fragment = network.fragment()?;
        if network.protocol() != tcp::PROTOCOL {
            return None;
        }
        let name = (network.source(), network.destination(), fragment.id);
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&name) {
            self.open.clear();
        }
        let parts = self.open.entry(name).or_default();
        let (offset, len) = (fragment.offset, network.payload_len());
        let is_there = |&(begin, _): &(usize, usize)| begin == offset;
        if parts.ranges.iter().any(is_there) || parts.ranges.len() >= MOST_PARTS {
            return None;
        }
        parts.ranges.push((offset, len));
        if offset == 0 {
            parts.first = Some(network.payload());
        }
        if !fragment.more {
            parts.len = Some(offset + len);
        }
        let there: usize = parts.ranges.iter().map(|(_, len)| len).sum();
        if Some(there) != parts.len {
            return None;
        }
        let parts = self.open.remove(&name)?;
        match Transport::new(tcp::PROTOCOL, parts.first?, there) {
            Ok(Transport::Tcp(segment)) => {
                let len = u32::try_from(segment.payload_len).unwrap_or(u32::MAX);
                Some(Addressed::new(at, network, &segment.header, len))
            }
            _ => None,
        }
    }
}
