//! Keep-alives (RFC 9293, section 3.8.4). Linux' probes of a closed window look like these.

use super::{flag::TcpFlag, half::Half, segment::Segment};

/// No byte or one, which the other side has: the one in front of what is next.
pub(super) fn is_keep_alive(segment: &Segment, own: &Half) -> bool {
    segment.len <= 1 && segment.seq == own.next.wrapping_sub(1) && segment.is_plain()
}

/// The last acknowledgment again, in answer to a keep-alive.
pub(super) fn is_answer(segment: &Segment, own: &Half, peer: &Half) -> bool {
    segment.window != 0
        && Some(segment.window) == own.window
        && own.is_repeated_by(segment)
        && peer.flags.contains(TcpFlag::KeepAlive)
}
