//! Data that does not follow what was sent before: retransmissions of three kinds, and segments
//! that overtook one another.

use super::{
    flag::TcpFlag,
    half::Half,
    segment::{Segment, is_after},
};

/// So long after the acknowledgment that asked for it a retransmission is fast, in ns.
const FAST: u64 = 20_000_000;
/// So far packets may overtake one another where the round-trip time is not known, in ns.
const REORDERING: u64 = 3_000_000;

/// Which of these a segment with data, SYN or FIN is, if any. `first_rtt` is the handshake's
/// round-trip time in ns.
pub(super) fn kind(
    segment: &Segment,
    own: &Half,
    peer: &Half,
    first_rtt: Option<u64>,
) -> Option<TcpFlag> {
    // New data behind a byte that was sent as a probe of the window.
    let follows_probe = segment.len > 1 && segment.seq == own.next.wrapping_sub(1);
    let is_behind = own.begins_behind(segment.seq) && !follows_probe;
    let end = segment.end();
    if segment.len > 0 && peer.ack != 0 && !is_after(end, peer.ack) {
        return Some(TcpFlag::SpuriousRetransmission);
    }
    if !is_behind {
        return None;
    }
    let is_asked_for = peer.ack == segment.seq && segment.at.wrapping_sub(peer.at) < FAST;
    if is_asked_for && (peer.repeats >= 2 || peer.is_overtaken) {
        return Some(TcpFlag::FastRetransmission);
    }
    let since = segment.at.wrapping_sub(own.next_at);
    if since < first_rtt.unwrap_or(REORDERING)
        && own.next != end.wrapping_add(segment.takes_number().into())
    {
        return Some(TcpFlag::OutOfOrder);
    }
    Some(TcpFlag::Retransmission)
}
