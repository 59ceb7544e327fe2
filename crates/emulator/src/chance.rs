//! Where a link's chance comes from.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scenario::units::Percent;

/// All chance of one link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    link: u64,
}

/// The draws of one packet.
#[derive(Debug)]
pub(crate) struct Draws(Pcg64Mcg);

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

    /// The draws of packet `number`, which do not depend on any other packet's.
    pub(crate) fn draws(self, number: u64) -> Draws {
        Draws(Pcg64Mcg::seed_from_u64(mix(self.link ^ mix(number))))
    }
}

impl Draws {
    /// One draw: true with this probability.
    pub(crate) fn happens(&mut self, probability: Percent) -> bool {
        let hundred = u64::from(Percent::HUNDRED.millionths());
        // The high half of a product scales a draw to 0..hundred without a division. Its bias is
        // below 1e-11, far under what any number of packets could show.
        let scaled = (u128::from(self.0.next_u64()) * u128::from(hundred)) >> 64;
        scaled < u128::from(probability.millionths())
    }
}

/// SplitMix64's finalizer: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
