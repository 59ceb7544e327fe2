//! The options of netem, tc-netem(8), as linux/pkt_sched.h has them.

use crate::netlink::attributes::{find, long, number, put};

/// The discipline's name.
pub const NETEM: &str = "netem";

const CORRELATIONS: u16 = 1;
const DELAY_DISTRIBUTION: u16 = 2;
const REORDER: u16 = 3;
const CORRUPT: u16 = 4;
const LOSS: u16 = 5;
const LOSS_GILBERT_ELLIOTT: u16 = 2;
const RATE: u16 = 6;
const RATE_64: u16 = 8;
const LATENCY_64: u16 = 10;
const JITTER_64: u16 = 11;
const SEED: u16 = 14;

/// Bytes of `struct tc_netem_qopt`.
const STRUCTURE: usize = 24;

/// The scheduler's tick: 64 ns (PSCHED_SHIFT).
const TICK_SHIFT: u32 = 6;

/// A probability: 2^32 − 1 is certainty.
pub type Scaled = u32;

/// Everything that is asked of netem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetemOptions {
    /// ns.
    pub delay: u64,
    /// ns.
    pub jitter: u64,
    /// Correlation of the jitter.
    pub jitter_correlation: Scaled,
    /// Sorted or not: offsets in units of jitter / 8192. The kernel never tells them.
    pub distribution: Vec<i16>,
    /// Probability of a loss.
    pub loss: Scaled,
    /// Correlation of losses.
    pub loss_correlation: Scaled,
    /// Losses by states, instead of `loss`.
    pub gilbert_elliott: Option<GilbertElliott>,
    /// Probability of a copy.
    pub duplicate: Scaled,
    /// Correlation of copies.
    pub duplicate_correlation: Scaled,
    /// Probability of a flipped bit.
    pub corrupt: Scaled,
    /// Correlation of flipped bits.
    pub corrupt_correlation: Scaled,
    /// Probability of being sent at once.
    pub reorder: Scaled,
    /// Correlation of that.
    pub reorder_correlation: Scaled,
    /// Packets from one that may be sent at once to the next; 0 when none may.
    pub gap: u32,
    /// Bytes a second; 0 for no limit.
    pub rate: u64,
    /// Bytes that each packet takes besides.
    pub overhead: i32,
    /// Packets held at most.
    pub limit: u32,
    /// Where chance comes from. Kernels before 6.6 know none.
    pub seed: Option<u64>,
}

/// Losses by states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GilbertElliott {
    /// From good to bad.
    pub p: Scaled,
    /// From bad to good.
    pub r: Scaled,
    /// Probability that a packet passes in the bad state.
    pub h: Scaled,
    /// Probability that a packet is lost in the good state: 1 − k.
    pub k1: Scaled,
}

impl NetemOptions {
    /// As the kernel reads them. Everything is said, also what is zero: the kernel keeps what it is
    /// not told.
    pub fn encode(&self) -> Vec<u8> {
        let ticks = |ns: u64| u32::try_from(ns >> TICK_SHIFT).unwrap_or(u32::MAX);
        let mut bytes = numbers(&[
            ticks(self.delay),
            self.limit,
            self.loss,
            self.gap,
            self.duplicate,
            ticks(self.jitter),
        ]);
        put(&mut bytes, LATENCY_64, &self.delay.to_ne_bytes());
        put(&mut bytes, JITTER_64, &self.jitter.to_ne_bytes());
        put(
            &mut bytes,
            CORRELATIONS,
            &numbers(&[
                self.jitter_correlation,
                self.loss_correlation,
                self.duplicate_correlation,
            ]),
        );
        if !self.distribution.is_empty() {
            let table: Vec<u8> = self
                .distribution
                .iter()
                .flat_map(|n| n.to_ne_bytes())
                .collect();
            put(&mut bytes, DELAY_DISTRIBUTION, &table);
        }
        put(
            &mut bytes,
            REORDER,
            &numbers(&[self.reorder, self.reorder_correlation]),
        );
        put(
            &mut bytes,
            CORRUPT,
            &numbers(&[self.corrupt, self.corrupt_correlation]),
        );
        if let Some(GilbertElliott { p, r, h, k1 }) = self.gilbert_elliott {
            let mut model = Vec::new();
            put(&mut model, LOSS_GILBERT_ELLIOTT, &numbers(&[p, r, h, k1]));
            put(&mut bytes, LOSS, &model);
        }
        let low = u32::try_from(self.rate).unwrap_or(u32::MAX);
        put(
            &mut bytes,
            RATE,
            &numbers(&[low, self.overhead.cast_unsigned(), 0, 0]),
        );
        if self.rate > u64::from(u32::MAX) {
            put(&mut bytes, RATE_64, &self.rate.to_ne_bytes());
        }
        if let Some(seed) = self.seed {
            put(&mut bytes, SEED, &seed.to_ne_bytes());
        }
        bytes
    }

    /// What the kernel tells, without the distribution. None when it is not netem's.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let field = |n: usize| number(bytes, n * 4);
        let attributes = bytes.get(STRUCTURE..)?;
        let pair = |kind: u16| {
            let value = find(attributes, kind)?;
            Some((number(value, 0)?, number(value, 4)?))
        };
        let exact = |kind: u16, ticks: u32| {
            let told = find(attributes, kind).and_then(long);
            told.unwrap_or(u64::from(ticks) << TICK_SHIFT)
        };
        let correlations = find(attributes, CORRELATIONS).unwrap_or_default();
        let correlation = |n: usize| number(correlations, n * 4).unwrap_or_default();
        let (reorder, reorder_correlation) = pair(REORDER).unwrap_or_default();
        let (corrupt, corrupt_correlation) = pair(CORRUPT).unwrap_or_default();
        let (rate, overhead) = pair(RATE).unwrap_or_default();
        let model = find(attributes, LOSS).and_then(|loss| find(loss, LOSS_GILBERT_ELLIOTT));
        Some(Self {
            delay: exact(LATENCY_64, field(0)?),
            jitter: exact(JITTER_64, field(5)?),
            jitter_correlation: correlation(0),
            distribution: Vec::new(),
            loss: field(2)?,
            loss_correlation: correlation(1),
            gilbert_elliott: model.and_then(gilbert_elliott),
            duplicate: field(4)?,
            duplicate_correlation: correlation(2),
            corrupt,
            corrupt_correlation,
            reorder,
            reorder_correlation,
            gap: field(3)?,
            rate: find(attributes, RATE_64)
                .and_then(long)
                .unwrap_or(rate.into()),
            overhead: overhead.cast_signed(),
            limit: field(1)?,
            seed: find(attributes, SEED).and_then(long),
        })
    }
}

fn gilbert_elliott(model: &[u8]) -> Option<GilbertElliott> {
    Some(GilbertElliott {
        p: number(model, 0)?,
        r: number(model, 4)?,
        h: number(model, 8)?,
        k1: number(model, 12)?,
    })
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_ne_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> NetemOptions {
        NetemOptions {
            delay: 20_000_001,
            jitter: 5_000_003,
            jitter_correlation: 1,
            distribution: vec![-8192, 0, 8191],
            loss: 2,
            loss_correlation: 3,
            gilbert_elliott: Some(GilbertElliott {
                p: 4,
                r: 5,
                h: 6,
                k1: 7,
            }),
            duplicate: 8,
            duplicate_correlation: 9,
            corrupt: 10,
            corrupt_correlation: 11,
            reorder: 12,
            reorder_correlation: 13,
            gap: 14,
            rate: 5_000_000_000,
            overhead: -15,
            limit: 16,
            seed: Some(17),
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_but_for_the_distribution() {
        for options in [
            everything(),
            NetemOptions {
                rate: 7,
                ..everything()
            },
        ] {
            let told = NetemOptions {
                distribution: Vec::new(),
                ..options.clone()
            };
            assert_eq!(NetemOptions::decode(&options.encode()), Some(told));
        }
    }

    /// A kernel that knows no 64-bit times tells them in ticks.
    #[test]
    fn without_exact_times_there_are_ticks() {
        let mut bytes = everything().encode();
        bytes.truncate(STRUCTURE);
        let told = NetemOptions::decode(&bytes).unwrap();
        assert_eq!((told.delay, told.jitter), (20_000_000, 5_000_000));
        assert_eq!((told.seed, told.rate), (None, 0));
    }

    #[test]
    fn what_is_cut_is_not_netems() {
        assert_eq!(NetemOptions::decode(&[0; STRUCTURE - 1]), None);
    }
}
