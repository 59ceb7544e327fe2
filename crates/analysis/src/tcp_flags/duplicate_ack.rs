//! Duplicate acknowledgments (RFC 5681, section 2).

use super::{half::Half, segment::Segment};

/// Nothing is new, not even the window.
pub(super) fn is_duplicate(segment: &Segment, own: &Half) -> bool {
    segment.window != 0 && Some(segment.window) == own.window && own.is_repeated_by(segment)
}
