//! Fragments of IP packets, put together as the receiving host does.

use packet::decode::Network;
use std::{collections::HashMap, net::IpAddr};

/// So long after its first a fragment still belongs to it, in ns (RFC 791, section 3.2, and RFC 8200,
/// section 4.5, have a minute or less; Linux 30 s). After that the identification is another packet's.
pub(super) const PATIENCE: u64 = 30_000_000_000;

/// So many unfinished packets are remembered; all are given up when there are more.
const MOST_OPEN: usize = 1 << 14;

/// What fragments of one packet have in common.
type Name = (IpAddr, IpAddr, u32);

/// Packets of which not all fragments have been seen.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: HashMap<Name, Heap>,
    /// Later fragments of packets that were given up.
    given_up: u64,
}

/// One fragment of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment {
    pub(super) at: u64,
    name: Name,
    offset: usize,
    len: usize,
    more: bool,
    /// Bytes of its IP packet, from its header.
    ip_len: u32,
}

/// Fragments of one packet.
#[derive(Debug)]
struct Heap {
    begun: u64,
    /// The frame that the first part made, by its place.
    frame: Option<usize>,
    parts: Vec<Fragment>,
}

/// A packet of which all fragments have been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    /// The frame that its first part made.
    pub(super) frame: usize,
    /// When the last of them came.
    pub(super) at: u64,
    /// How many there are.
    pub(super) count: u32,
    /// Bytes of their IP packets.
    pub(super) ip_len: u32,
    /// Bytes of payload in front of which the first part's header stands, that header included.
    pub(super) len: usize,
}

impl Fragment {
    /// None where it is a whole packet.
    pub(super) fn of(network: &Network<'_>, at: u64) -> Option<Self> {
        let fragment = network.fragment()?;
        Some(Self {
            at,
            name: (network.source(), network.destination(), fragment.id),
            offset: fragment.offset,
            len: network.payload_len(),
            more: fragment.more,
            ip_len: u32::try_from(network.total_len()).unwrap_or(u32::MAX),
        })
    }
}

impl Fragments {
    /// Adds a fragment; the first one has made a frame. Returns the packet that it completes.
    pub(super) fn add(&mut self, fragment: Fragment, frame: Option<usize>) -> Option<Whole> {
        let fresh = || Heap {
            begun: fragment.at,
            frame: None,
            parts: Vec::new(),
        };
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&fragment.name) {
            self.given_up = self.later_left_over();
            self.open.clear();
        }
        let heap = self.open.entry(fragment.name).or_insert_with(fresh);
        let is_another = fragment.at.saturating_sub(heap.begun) > PATIENCE
            || heap.parts.iter().any(|part| part.offset == fragment.offset);
        if is_another {
            self.given_up += heap.later();
            *heap = fresh();
        }
        heap.frame = heap.frame.or(frame);
        heap.parts.push(fragment);
        let whole = heap.whole()?;
        self.open.remove(&fragment.name);
        Some(whole)
    }

    /// How many later fragments belong to packets that never became whole.
    pub(super) fn later_left_over(&self) -> u64 {
        self.given_up + self.open.values().map(Heap::later).sum::<u64>()
    }
}

impl Heap {
    fn later(&self) -> u64 {
        let later = self.parts.iter().filter(|part| part.offset > 0);
        later.count() as u64
    }

    fn whole(&self) -> Option<Whole> {
        let last = self.parts.iter().find(|part| !part.more)?;
        let len = last.offset + last.len;
        let there: usize = self.parts.iter().map(|part| part.len).sum();
        let ip_len = self
            .parts
            .iter()
            .fold(0_u32, |sum, part| sum.saturating_add(part.ip_len));
        (there == len).then_some(Whole {
            frame: self.frame?,
            at: self.parts.iter().map(|part| part.at).max()?,
            count: self.parts.len() as u32,
            ip_len,
            len,
        })
    }
}
