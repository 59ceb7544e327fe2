//! What must have been sent and is not in the capture.

use super::{
    half::Half,
    segment::{Segment, is_after},
};

/// It begins behind what should be next. A RST may have any number.
pub(super) fn is_behind_a_gap(segment: &Segment, own: &Half) -> bool {
    own.next != 0 && is_after(segment.seq, own.next) && !segment.flags.rst()
}

/// It acknowledges more than the other side sent without a gap.
pub(super) fn acknowledges_unseen(segment: &Segment, peer: &Half) -> bool {
    peer.unbroken != 0 && is_after(segment.ack, peer.unbroken) && segment.flags.ack()
}

/// Whether that is told. Where no gap is known it is told once, and not at all while the other side
/// repeats its acknowledgment.
pub(super) fn is_told(peer: &Half) -> bool {
    peer.unbroken != peer.next || !peer.is_overtaken && peer.repeats == 0
}
