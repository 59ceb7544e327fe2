//! What is remembered of one direction of a connection.

use super::{
    flag::FlagSet,
    segment::{Segment, is_after},
    unacked::Unacked,
};

/// One direction. Wireshark takes the sequence number 0 for "none yet", and so does this.
#[derive(Debug, Default)]
pub(super) struct Half {
    /// Behind the highest number sent; 0 before the first segment.
    pub(super) next: u32,
    /// When `next` last grew.
    pub(super) next_at: u64,
    /// Behind the highest number that was sent without a gap in front of it: what the other side
    /// can acknowledge, by this capture.
    pub(super) unbroken: u32,
    /// The other side acknowledged more than `next` since `ack` last changed or was repeated: this
    /// capture lacks segments, and may lack duplicate acknowledgments too.
    pub(super) is_overtaken: bool,
    /// Of the last segment.
    pub(super) ack: u32,
    /// Of the last segment, when it was captured.
    pub(super) at: u64,
    /// Of the last segment, as written; none before the first.
    pub(super) window: Option<u16>,
    /// Of the last segment.
    pub(super) flags: FlagSet,
    /// How often the last acknowledgment was repeated.
    pub(super) repeats: u32,
    pub(super) scale: Scale,
    /// The last segment was a SYN, whose window is never scaled.
    pub(super) is_unscaled: bool,
    /// The number in front of the first byte.
    pub(super) base: Option<u32>,
    /// What was sent and not acknowledged.
    pub(super) unacked: Unacked,
}

/// How windows are scaled (RFC 7323, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scale {
    /// The handshake is not in the capture.
    #[default]
    Unknown,
    /// One side does not offer to, so neither does.
    None,
    /// By so many bits.
    By(u8),
}

impl Half {
    /// Where the window ends that this direction grants.
    pub(super) fn edge(&self) -> Option<u32> {
        let bits = match self.scale {
            Scale::Unknown => return None,
            Scale::By(bits) if !self.is_unscaled => bits.min(14),
            Scale::By(_) | Scale::None => 0,
        };
        Some(self.ack.wrapping_add(u32::from(self.window?) << bits))
    }

    /// Whether something is sent again, or late: it begins in front of what is next.
    pub(super) fn begins_behind(&self, seq: u32) -> bool {
        self.next != 0 && is_after(self.next, seq)
    }

    /// Whether a segment repeats numbers and acknowledgment of the last one, and has no data.
    pub(super) fn is_repeated_by(&self, segment: &Segment) -> bool {
        segment.len == 0
            && segment.seq == self.next
            && segment.ack == self.ack
            && segment.is_plain()
    }
}
