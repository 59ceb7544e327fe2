//! Where a link's chance comes from.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scenario::units::Percent;

/// All chance of one link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    link: u64,
}

/// The draws of one packet: one for each purpose, none of which depends on another or on other
/// packets'. So asking for one impairment more leaves what the others decide as it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    packet: u64,
}

/// What a draw is for. The numbers are part of what a seed means: they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Loss = 0,
    LossRepeats = 1,
    StateChanges = 2,
    Duplicate = 3,
    DuplicateRepeats = 4,
    Corrupt = 5,
    CorruptRepeats = 6,
    Flip = 7,
    Reorder = 8,
    ReorderRepeats = 9,
    Jitter = 10,
    JitterRepeats = 11,
    JitterOfCopy = 12,
}

impl Chance {
    /// The same seed gives different links different chance.
    pub(crate) fn new(seed: u64, link: &str) -> Self {
        // FNV-1a over the name; `mix` spreads it over all bits.
        let name = link.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            link: mix(mix(seed) ^ name),
        }
    }

    /// The draws of packet `number`.
    pub(crate) fn draws(self, number: u64) -> Draws {
        Draws {
            packet: self.link ^ mix(number),
        }
    }
}

impl Draws {
    /// A draw out of 2^64, always the same for the same purpose.
    pub(crate) fn draw(self, purpose: Purpose) -> u64 {
        // The first purpose's place in the sequence is the packet itself.
        let place = match purpose {
            Purpose::Loss => 0,
            other => mix(other as u64),
        };
        Pcg64Mcg::seed_from_u64(mix(self.packet ^ place)).next_u64()
    }

    /// True with this probability.
    pub(crate) fn happens(self, purpose: Purpose, probability: Percent) -> bool {
        is_below(self.draw(purpose), probability)
    }
}

/// Whether a draw out of 2^64 is among the share's.
pub(crate) fn is_below(draw: u64, share: Percent) -> bool {
    let hundred = u64::from(Percent::HUNDRED.millionths());
    // The high half of a product scales a draw to 0..hundred without a division. Its bias is
    // below 1e-11, far under what any number of packets could show.
    let scaled = (u128::from(draw) * u128::from(hundred)) >> 64;
    scaled < u128::from(share.millionths())
}

/// SplitMix64's finalizer: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
