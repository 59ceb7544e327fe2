//! How long a program takes for a call.
//!
//! A program that took no time would always lose, or always win, the same race: whether a read finds
//! one message or two would never vary, as it does on any real machine. So every call costs some
//! microseconds, by the seed.

use crate::Nanos;

/// The fastest call.
const LEAST: Nanos = 2_000;
/// What the slowest takes longer than that.
const SPREAD: Nanos = 28_000;

/// Costs of one connection's calls: SplitMix64 (Steele, Lea, Flood 2014), of integers only, so the
/// same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Costs(u64);

impl Costs {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut costs = Self(seed ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03));
        costs.draw();
        costs
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// What the next call costs.
    pub(crate) fn next(&mut self) -> Nanos {
        LEAST + self.draw() % SPREAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_follow_from_seed_and_number_and_stay_within_bounds() {
        let some = |seed, number| {
            let mut costs = Costs::new(seed, number);
            (0..100).map(move |_| costs.next()).collect::<Vec<_>>()
        };
        assert_eq!(some(1, 2), some(1, 2));
        assert_ne!(some(1, 2), some(2, 2));
        assert_ne!(some(1, 2), some(1, 3));
        let within = |cost: &Nanos| (LEAST..LEAST + SPREAD).contains(cost);
        assert!(some(7, 7).iter().all(within));
    }
}
