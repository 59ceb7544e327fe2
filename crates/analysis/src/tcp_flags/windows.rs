//! Windows: closed, probed, opened again, filled.

use super::{flag::TcpFlag, half::Half, segment::Segment};

/// One byte, the next, where the other side's window is closed (RFC 9293, section 3.8.6.1).
pub(super) fn is_probe(segment: &Segment, own: &Half, peer: &Half) -> bool {
    segment.len == 1 && segment.seq == own.next && peer.window == Some(0)
}

/// It closes the window. The window of SYN and of RST says nothing of the kind, nor is data
/// awaited behind a FIN.
pub(super) fn is_zero(segment: &Segment) -> bool {
    segment.window == 0 && segment.is_plain()
}

/// Nothing is new but the window.
pub(super) fn is_update(segment: &Segment, own: &Half) -> bool {
    segment.window != 0 && Some(segment.window) != own.window && own.is_repeated_by(segment)
}

/// Its data ends where the other side's window does.
pub(super) fn is_full(segment: &Segment, peer: &Half) -> bool {
    segment.len > 0 && segment.is_plain() && peer.edge() == Some(segment.end())
}

/// It answers a probe: the window is still closed. Some receivers take the probe's byte
/// nevertheless, and acknowledge it.
pub(super) fn is_probe_ack(segment: &Segment, own: &Half, peer: &Half) -> bool {
    segment.len == 0
        && segment.window == 0
        && own.window == Some(0)
        && segment.seq == own.next
        && segment.ack == own.ack
        && peer.flags.contains(TcpFlag::ZeroWindowProbe)
        && segment.is_plain()
}
