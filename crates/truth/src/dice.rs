//! Chance from a seed.

use std::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the range, its end included.
    pub(crate) fn of(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.roll() % (range.end() - range.start() + 1)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.of(0..=choices.len() as u64 - 1) as usize]
    }

    /// `count` messages, each with a length of that range. No two of a case are alike: the first
    /// letters count them.
    pub(crate) fn messages(&mut self, count: u64, length: RangeInclusive<u64>) -> Vec<String> {
        let message = |number| {
            let length = self.of(length.clone()) as usize;
            let letters = (0..length).map(|place| match place {
                0 => (b'a' + (number % 26) as u8) as char,
                1 => (b'a' + (number / 26 % 26) as u8) as char,
                _ => (b'a' + self.of(0..=25) as u8) as char,
            });
            letters.collect()
        };
        (0..count).map(message).collect()
    }
}
