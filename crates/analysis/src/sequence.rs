//! Sequence numbers to stream offsets.
//!
//! A TCP sequence number counts bytes modulo 2³² (RFC 9293, 3.4), so it has no order of its own;
//! it gets one next to an offset that is known to be near.

/// The sequence number of a stream's first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin(u32);

impl Origin {
    /// Of the stream whose SYN has this sequence number; the SYN takes one.
    pub(crate) fn after_syn(isn: u32) -> Self {
        Self(isn.wrapping_add(1))
    }

    /// Of a stream whose beginning was not captured.
    pub(crate) fn at(seq: u32) -> Self {
        Self(seq)
    }

    /// The offset with this sequence number that is nearest to `near`; negative before the origin.
    pub(crate) fn offset(self, seq: u32, near: i64) -> i64 {
        let near_seq = self.0.wrapping_add(near as u32);
        near + i64::from(seq.wrapping_sub(near_seq) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_syn_takes_one_number() {
        assert_eq!(Origin::after_syn(u32::MAX).offset(0, 0), 0);
        assert_eq!(Origin::after_syn(41).offset(42, 0), 0);
    }

    #[test]
    fn a_keep_alive_lies_before_the_origin() {
        assert_eq!(Origin::after_syn(100).offset(100, 0), -1);
    }

    proptest! {
        #[test]
        fn offsets_survive_any_number_of_wraps(
            isn: u32,
            offset in 0_i64..1 << 40,
            step in -(1_i64 << 30)..1 << 30,
        ) {
            let origin = Origin::after_syn(isn);
            let seq = isn.wrapping_add(1).wrapping_add(offset as u32);
            prop_assert_eq!(origin.offset(seq, offset + step), offset);
        }
    }
}
