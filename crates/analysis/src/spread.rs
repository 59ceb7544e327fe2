//! How the values of a repeated variant are spread.

use crate::model::Analysis;
use scenario::expectation::ValuePath;
use serde::Serialize;
use std::collections::BTreeMap;

/// One value of one variant, over all of its runs. Percentiles are by nearest rank: each is a value that
/// was measured, in the metric's unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// The variant's name.
    pub variant: String,
    /// The value's name.
    pub path: ValuePath,
    /// In how many runs it was measured.
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
    many.map(|((variant, _), (path, values))| spread(variants[variant], path, values))
        .collect()
}

fn spread(variant: &str, path: &ValuePath, mut values: Vec<u64>) -> Spread {
    values.sort_unstable();
    let rank = |percent: usize| values[(values.len() * percent).div_ceil(100).max(1) - 1];
    let of_at_least = |least: usize, percent| (values.len() >= least).then(|| rank(percent));
    Spread {
        variant: variant.to_owned(),
        path: path.clone(),
        count: values.len() as u64,
        min: rank(0),
        p50: rank(50),
        p90: of_at_least(10, 90),
        p99: of_at_least(100, 99),
        max: rank(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::expectation::Metric;

    fn of(values: impl Iterator<Item = u64>) -> Spread {
        let path = ValuePath {
            host: "client".to_owned(),
            peer: "tcp".to_owned(),
            metric: Metric::Elapsed,
        };
        spread("naive", &path, values.collect())
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let spread = of((1..=200).rev());
        let found = (spread.min, spread.p50, spread.p90, spread.p99, spread.max);
        assert_eq!(found, (1, 100, Some(180), Some(198), 200));
    }

    #[test]
    fn a_few_runs_have_no_percentiles_but_the_median() {
        let spread = of([7, 3, 5].into_iter());
        let found = (spread.min, spread.p50, spread.p90, spread.p99, spread.max);
        assert_eq!(found, (3, 5, None, None, 7));
        assert_eq!(of(1..=10).p90, Some(9));
    }
}
