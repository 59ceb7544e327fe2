//! Where a link's chance comes from.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use scenario::units::Percent;

/// All chance of one link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    link: u64,
}

/// What a packet draws for. Each has its place among the packet's draws, whether the link is asked
/// for it or not, so that adding an impairment leaves the others' choices as they were. The order
/// is that of what scenarios ask most; a place once given stays, or recorded runs change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Loss,
    Jitter,
    Duplicate,
    Reorder,
    Corrupt,
    Flip,
    /// Whether the packet's luck is that of the packet before it; or the state that a link with
    /// bursts of loss is in next.
    LossAgain,
    JitterAgain,
    DuplicateAgain,
    ReorderAgain,
    CorruptAgain,
    /// What the copy of a duplicated packet draws for itself.
    CopyJitter,
    CopyCorrupt,
    CopyFlip,
    CopyJitterAgain,
    CopyCorruptAgain,
}

const PLACES: usize = Place::CopyCorruptAgain as usize + 1;

/// The draws of one packet, as many as the link needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws([u64; PLACES]);

impl Source {
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

    /// The draws of packet `number` up to that of place `last`. They do not depend on any other
    /// packet's.
    pub(crate) fn draws(self, number: u64, last: Option<Place>) -> Draws {
        let mut draws = Draws([0; PLACES]);
        if let Some(last) = last {
            let mut generator = Pcg64Mcg::seed_from_u64(mix(self.link ^ mix(number)));
            for draw in &mut draws.0[..=last as usize] {
                *draw = generator.next_u64();
            }
        }
        draws
    }

    /// All that packet `number` draws.
    pub(crate) fn all_draws(self, number: u64) -> Draws {
        self.draws(number, Some(Place::CopyCorruptAgain))
    }
}

impl Draws {
    pub(crate) fn at(&self, place: Place) -> u64 {
        self.0[place as usize]
    }
}

/// Whether something of this probability happens to one who drew this.
pub(crate) fn happens(probability: Percent, draw: u64) -> bool {
    let hundred = u64::from(Percent::HUNDRED.millionths());
    // The high half of a product scales a draw to 0..hundred without a division. Its bias is below
    // 1e-11, far under what any number of packets could show.
    let scaled = (u128::from(draw) * u128::from(hundred)) >> 64;
    scaled < u128::from(probability.millionths())
}

/// SplitMix64's finalizer: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
