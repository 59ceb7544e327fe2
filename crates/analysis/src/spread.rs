//! How the values of a repeated variant are spread.

use crate::model::Analysis;
use scenario::expectation::ValuePath;
use serde::Serialize;
use std::collections::BTreeMap;

/// One value of one variant, over all of its runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// The variant's name.
    pub variant: String,
    /// The value's name.
    pub path: ValuePath,
    /// What it was in the runs in which it was measured, in the metric's unit.
    #[serde(flatten)]
    pub values: Percentiles,
}

/// Percentiles by nearest rank: each is a value that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Percentiles {
    /// How many values there are.
    pub count: u64,
    /// The smallest.
    pub min: u64,
    /// The median.
    pub p50: u64,
    /// Nine of ten are not larger; none of fewer than ten.
    pub p90: Option<u64>,
    /// Nor are ninety-nine of a hundred; none of fewer than a hundred.
    pub p99: Option<u64>,
    /// The largest.
    pub max: u64,
}

/// Every value that was measured more than once, by variant in the order of the runs.
pub(crate) fn spreads(runs: &[Analysis]) -> Vec<Spread> {
    let mut variants: Vec<&str> = Vec::new();
    let mut all: BTreeMap<(usize, usize), (&ValuePath, Vec<u64>)> = BTreeMap::new();
    for analysis in runs {
        let Some(run) = analysis.run() else { continue };
        let variant = match variants.iter().position(|name| *name == run.variant) {
            Some(at) => at,
            None => {
                variants.push(&run.variant);
                variants.len() - 1
            }
        };
        for (place, measured) in analysis.values.iter().enumerate() {
            if let Some(value) = measured.value {
                let entry = all.entry((variant, place));
                entry.or_insert((&measured.path, Vec::new())).1.push(value);
            }
        }
    }
    let many = all.into_iter().filter(|(_, (_, values))| values.len() > 1);
    many.filter_map(|((variant, _), (path, values))| {
        Some(Spread {
            variant: variants[variant].to_owned(),
            path: path.clone(),
            values: Percentiles::of(values)?,
        })
    })
    .collect()
}

impl Percentiles {
    /// Those of some values; none where there are none.
    pub(crate) fn of(mut values: Vec<u64>) -> Option<Self> {
        values.sort_unstable();
        let (min, max) = (*values.first()?, *values.last()?);
        let rank = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
        let of_at_least = |least: usize, percent| (values.len() >= least).then(|| rank(percent));
        Some(Self {
            count: values.len() as u64,
            min,
            p50: rank(50),
            p90: of_at_least(10, 90),
            p99: of_at_least(100, 99),
            max,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let all = Percentiles::of((1..=200).rev().collect()).unwrap();
        let found = (all.min, all.p50, all.p90, all.p99, all.max);
        assert_eq!(found, (1, 100, Some(180), Some(198), 200));
    }

    #[test]
    fn a_few_values_have_no_percentiles_but_the_median() {
        let few = Percentiles::of(vec![7, 3, 5]).unwrap();
        let found = (few.min, few.p50, few.p90, few.p99, few.max);
        assert_eq!(found, (3, 5, None, None, 7));
        assert_eq!(Percentiles::of((1..=10).collect()).unwrap().p90, Some(9));
        assert_eq!(Percentiles::of(Vec::new()), None);
    }
}
