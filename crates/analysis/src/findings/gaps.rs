//! The median of many spans of time, in little memory.

/// So many are remembered one by one.
const EXACT: usize = 4_096;
/// Of more, those that agree in the highest bits are only counted: to 1 / 64.
const BITS: u32 = 6;

/// Spans of time in ns.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    exact: Vec<u64>,
    /// How many there are of each bucket, once there are too many.
    counts: Vec<u32>,
    count: u64,
    /// How many are below the limit.
    short: u64,
}

impl Gaps {
    /// Adds one.
    pub(crate) fn add(&mut self, gap: u64, limit: u64) {
        self.count += 1;
        self.short += u64::from(gap < limit);
        if self.counts.is_empty() && self.exact.len() < EXACT {
            self.exact.push(gap);
            return;
        }
        self.counts.resize(bucket(u64::MAX) + 1, 0);
        for gap in self.exact.drain(..).chain([gap]) {
            let count = &mut self.counts[bucket(gap)];
            *count = count.saturating_add(1);
        }
    }

    /// The median, unless it is below the limit, which is judged exactly.
    pub(crate) fn median(&mut self, limit: u64) -> Option<u64> {
        let middle = self.count / 2;
        if self.count == 0 || self.short > middle {
            return None;
        }
        if self.counts.is_empty() {
            self.exact.sort_unstable();
            return self.exact.get(middle as usize).copied();
        }
        let mut before = 0;
        let holds_it = |count: &u32| {
            before += u64::from(*count);
            before > middle
        };
        let at = self.counts.iter().position(holds_it)?;
        Some(least(at).max(limit))
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.exact.clear();
        self.counts = Vec::new();
        (self.count, self.short) = (0, 0);
    }
}

/// Numbers below 128 have one each, others share one with those that begin with the same bits.
fn bucket(gap: u64) -> usize {
    let shift = (u64::BITS - gap.leading_zeros()).saturating_sub(BITS + 1);
    ((u64::from(shift) << BITS) + (gap >> shift)) as usize
}

/// The least number of a bucket.
fn least(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket >> BITS).saturating_sub(1);
    (bucket - (shift << BITS)) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(gaps: impl Iterator<Item = u64>) -> Option<u64> {
        let mut all = Gaps::default();
        gaps.for_each(|gap| all.add(gap, 500));
        all.median(500)
    }

    #[test]
    fn few_have_an_exact_median() {
        assert_eq!(median([900, 100, 700].into_iter()), Some(700));
        assert_eq!(median([900, 100, 499].into_iter()), None);
        assert_eq!(median([].into_iter()), None);
    }

    #[test]
    fn many_have_nearly_that() {
        let gaps = || (0..100_000_u64).map(|n| 1_000 + n * 7_919 % 100_000);
        let exact = 51_000;
        let near = median(gaps()).unwrap_or_default();
        assert!(near.abs_diff(exact) <= exact / 64, "{near}");
        let on_the_edge = (0..100_001_u64).map(|n| if n < 50_000 { 499 } else { 500 });
        assert_eq!(median(on_the_edge), Some(500));
        let below_it = (0..100_001_u64).map(|n| if n < 50_001 { 499 } else { 500 });
        assert_eq!(median(below_it), None);
    }

    #[test]
    fn a_bucket_begins_with_its_least() {
        for gap in [
            0,
            1,
            127,
            128,
            129,
            1_000,
            499_999,
            500_000,
            u64::MAX / 3,
            u64::MAX,
        ] {
            let least = least(bucket(gap));
            assert!(least <= gap && gap - least <= gap / 64, "{gap}: {least}");
            assert_eq!(bucket(least), bucket(gap));
        }
    }
}
