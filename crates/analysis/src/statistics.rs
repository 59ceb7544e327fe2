//! How likely a number of events is.
//!
//! What happens to packets is a chain: in each state an event happens or not, and the chain goes on
//! to a next state. Independent chance has one state; correlated chance, a link that is now good,
//! now bad, and a gap between reordered packets have more.

/// A chain of events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chain {
    /// Probability of each state at the beginning.
    start: Vec<f64>,
    /// For each state its ways on: probability, whether the event happens, next state.
    ways: Vec<Vec<(f64, bool, usize)>>,
}

/// Up to so much work, steps times states times counts, the distribution is computed exactly, beyond
/// by its mean and variance. Rare events among many steps are worth it: their distribution is skewed.
const EXACT: usize = 20_000_000;

impl Chain {
    /// Each time on its own.
    pub(crate) fn independent(share: f64) -> Self {
        Self {
            start: vec![1.0],
            ways: vec![vec![(share, true, 0), (1.0 - share, false, 0)]],
        }
    }

    /// With the probability of the correlation as the time before, else anew.
    pub(crate) fn correlated(share: f64, correlation: f64) -> Self {
        if correlation == 0.0 {
            return Self::independent(share);
        }
        // State 1: it has just happened.
        let from = |state: usize| {
            let again = if state == 1 { correlation } else { 0.0 };
            let happens = again + (1.0 - correlation) * share;
            vec![(happens, true, 1), (1.0 - happens, false, 0)]
        };
        Self {
            start: vec![1.0 - share, share],
            ways: vec![from(0), from(1)],
        }
    }

    /// Gilbert and Elliott's link, good at first: from good to bad with `p`, back with `r`, events
    /// with the probabilities `good` and `bad`, before the state changes.
    pub(crate) fn gilbert_elliott(p: f64, r: f64, good: f64, bad: f64) -> Self {
        let from = |event: f64, change: f64, here: usize| {
            let other = 1 - here;
            vec![
                (event * (1.0 - change), true, here),
                (event * change, true, other),
                ((1.0 - event) * (1.0 - change), false, here),
                ((1.0 - event) * change, false, other),
            ]
        };
        Self {
            start: vec![1.0, 0.0],
            ways: vec![from(good, p, 0), from(bad, r, 1)],
        }
    }

    /// The same chain, in each state with that probability at first.
    pub(crate) fn starting(self, start: Vec<f64>) -> Self {
        debug_assert_eq!(start.len(), self.start.len());
        Self { start, ..self }
    }

    /// After an event the next `gap - 1` times nothing happens; the first `gap - 1` neither. Of the
    /// events only the share `seen` is counted.
    pub(crate) fn with_gap(share: f64, gap: usize, seen: f64) -> Self {
        let last = gap.saturating_sub(1);
        let mut start = vec![0.0; last + 1];
        start[0] = 1.0;
        let waiting = (0..last).map(|state| vec![(1.0, false, state + 1)]);
        let ready = vec![
            (share * seen, true, 0),
            (share * (1.0 - seen), false, 0),
            (1.0 - share, false, last),
        ];
        Self {
            start,
            ways: waiting.chain([ready]).collect(),
        }
    }

    /// The probability of a number of events in `steps` that is as far out as `events`, on either
    /// side: twice that of the smaller tail, at most 1.
    pub(crate) fn probability(&self, steps: usize, events: usize) -> f64 {
        // What hardly ever fails to happen is as skewed as what hardly ever does, and as short to count
        // the other way round.
        if let Some(others) = steps.checked_sub(events).filter(|others| *others < events) {
            return self.opposite().probability_of(steps, others);
        }
        self.probability_of(steps, events)
    }

    fn probability_of(&self, steps: usize, events: usize) -> f64 {
        let counts = events.saturating_add(1);
        let work = counts.saturating_mul(steps.max(1).saturating_mul(self.start.len()));
        let (below, above) = if work <= EXACT {
            self.exact_tails(steps, events)
        } else {
            self.normal_tails(steps, events)
        };
        (2.0 * below.min(above)).min(1.0)
    }

    /// The chain in which the event is that it does not happen.
    fn opposite(&self) -> Self {
        let ways = self.ways.iter().map(|ways| {
            let turned = ways
                .iter()
                .map(|&(probability, event, to)| (probability, !event, to));
            turned.collect()
        });
        Self {
            start: self.start.clone(),
            ways: ways.collect(),
        }
    }

    /// The probability of no event at all in `steps`.
    pub(crate) fn none(&self, steps: usize) -> f64 {
        let mut states = self.start.clone();
        for _ in 0..steps {
            let mut next = vec![0.0; states.len()];
            for (state, weight) in states.iter().enumerate() {
                for &(probability, event, to) in &self.ways[state] {
                    if !event {
                        next[to] += weight * probability;
                    }
                }
            }
            states = next;
        }
        states.iter().sum()
    }

    /// Probabilities of at most, and of at least, so many events.
    fn exact_tails(&self, steps: usize, events: usize) -> (f64, f64) {
        // For each state, the probability of having come there with each number of events up to
        // that; those of more make up the rest.
        let width = events.saturating_add(1);
        let mut counts: Vec<Vec<f64>> = self.start.iter().map(|_| vec![0.0; width]).collect();
        for (counts, start) in counts.iter_mut().zip(&self.start) {
            counts[0] = *start;
        }
        let mut next = counts.clone();
        for step in 0..steps {
            let reached = width.min(step + 2);
            for next in &mut next {
                next[..reached].fill(0.0);
            }
            for (state, counts) in counts.iter().enumerate() {
                for &(probability, event, to) in &self.ways[state] {
                    let shift = usize::from(event);
                    for (next, count) in next[to][shift..reached].iter_mut().zip(counts) {
                        *next += count * probability;
                    }
                }
            }
            std::mem::swap(&mut counts, &mut next);
        }
        let total = |count: usize| counts.iter().map(|state| state[count]).sum::<f64>();
        let fewer: f64 = (0..events).map(total).sum();
        // Sums are off by what was rounded; no probability is below zero.
        (fewer + total(events), (1.0 - fewer).max(0.0))
    }

    /// The same by the normal distribution of the same mean and variance.
    fn normal_tails(&self, steps: usize, events: usize) -> (f64, f64) {
        let (mean, variance) = self.moments(steps);
        let events = events as f64;
        if variance <= 0.0 {
            let at = |holds: bool| if holds { 1.0 } else { 0.0 };
            return (at(events >= mean.round()), at(events <= mean.round()));
        }
        let deviation = variance.sqrt();
        // Half a step for the numbers' being whole.
        let below = normal_below((events + 0.5 - mean) / deviation);
        let above = normal_below((mean - events + 0.5) / deviation);
        (below, above)
    }

    /// Mean and variance of the number of events in `steps`, exactly.
    fn moments(&self, steps: usize) -> (f64, f64) {
        let states = self.start.len();
        // For each state its probability, and that times the first and the second moment.
        let mut now: Vec<[f64; 3]> = self.start.iter().map(|p| [*p, 0.0, 0.0]).collect();
        for _ in 0..steps {
            let mut next = vec![[0.0; 3]; states];
            for (state, [weight, first, second]) in now.iter().enumerate() {
                for &(probability, event, to) in &self.ways[state] {
                    let one = if event { 1.0 } else { 0.0 };
                    next[to][0] += probability * weight;
                    next[to][1] += probability * (first + one * weight);
                    next[to][2] += probability * (second + one * (2.0 * first + weight));
                }
            }
            now = next;
        }
        let sum = |moment: usize| now.iter().map(|state| state[moment]).sum::<f64>();
        let mean = sum(1);
        (mean, sum(2) - mean * mean)
    }
}

/// The share of the standard normal distribution below `x`, by the continued fraction of its tail
/// (Abramowitz and Stegun, 26.2.14) or its series (26.2.10); off by less than 1e-12.
fn normal_below(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let far = x.abs();
    let tail = if far < 3.0 {
        let mut term = far;
        let mut sum = far;
        for n in 1..100 {
            term *= far * far / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 - density * sum
    } else {
        let fraction = (1..60)
            .rev()
            .fold(far, |below, n| far + f64::from(n) / below);
        density / fraction
    };
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// How far apart the shares found among `n` independent values and the distribution's are anywhere,
/// but for one time in `1 / probability` (Dvoretzky, Kiefer, Wolfowitz; Massart's constant).
pub(crate) fn band(n: f64, probability: f64) -> f64 {
    ((2.0 / probability).ln() / (2.0 * n)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 1e-9 + 1e-6 * expected,
            "{found}, {expected}"
        );
    }

    #[test]
    fn ten_throws_of_a_coin() {
        let coin = Chain::independent(0.5);
        close(coin.probability(10, 0), 2.0 / 1024.0);
        close(coin.probability(10, 1), 22.0 / 1024.0);
        close(coin.probability(10, 9), 22.0 / 1024.0);
        close(coin.probability(10, 5), 1.0);
        close(coin.none(10), 1.0 / 1024.0);
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (x, below) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_1),
            (-2.0, 0.022_750_131_9),
            (3.5, 0.999_767_370_9),
            (-5.0, 2.866_515_7e-7),
        ] {
            close(normal_below(x), below);
        }
    }

    #[test]
    fn far_out_both_ways_of_counting_agree() {
        for chain in [
            Chain::independent(0.2),
            Chain::correlated(0.2, 0.5),
            Chain::gilbert_elliott(0.05, 0.25, 0.0, 1.0),
            Chain::with_gap(0.5, 5, 1.0),
        ] {
            let (mean, variance) = chain.moments(1_500);
            for sigmas in [-2.0, 0.0, 2.0] {
                let events = (mean + sigmas * variance.sqrt()) as usize;
                let exact = chain.exact_tails(1_500, events);
                let normal = chain.normal_tails(1_500, events);
                assert!(
                    (exact.0 - normal.0).abs() < 0.02,
                    "{chain:?}: {exact:?}, {normal:?}"
                );
            }
        }
    }

    #[test]
    fn rare_events_among_many_are_counted_exactly() {
        // What comes once in a hundred such runs is no wonder.
        let rare = Chain::independent(1e-6);
        close(rare.probability(10_000, 1), 2.0 * (1.0 - rare.none(10_000)));
        // Poisson's distribution with a mean of 0.2.
        let found = Chain::independent(1e-5).probability(20_000, 3);
        assert!((found - 2.0 * 0.001_148).abs() < 1e-5, "{found}");
        // Two bursts of ten are as usual as none and as six.
        let bursts = Chain::gilbert_elliott(0.001, 0.1, 0.0, 1.0);
        assert!(bursts.probability(2_000, 0) > 0.2);
        assert!(bursts.probability(2_000, 86) > 0.001);
        assert!(bursts.probability(2_000, 300) < 1e-6);
    }

    #[test]
    fn what_nearly_always_happens_is_counted_as_exactly() {
        for (steps, events) in [(10, 9), (10_000, 9_999), (20_000, 19_997)] {
            let always = Chain::independent(1.0 - 1e-5).probability(steps, events);
            let never = Chain::independent(1e-5).probability(steps, steps - events);
            close(always, never);
        }
    }

    #[test]
    fn a_chain_may_start_anywhere() {
        let good = Chain::gilbert_elliott(0.01, 0.1, 0.0, 1.0);
        let bad = good.clone().starting(vec![0.0, 1.0]);
        close(good.probability(1, 1), 0.0);
        close(bad.probability(1, 1), 1.0);
    }

    #[test]
    fn means_are_known() {
        close(Chain::correlated(0.2, 0.7).moments(1_000).0, 200.0);
        close(Chain::with_gap(1.0, 5, 1.0).moments(1_000).0, 200.0);
        // A sixth of the time in the bad state, but for the beginning in the good one.
        let mean = Chain::gilbert_elliott(0.05, 0.25, 0.0, 1.0)
            .moments(100_000)
            .0;
        assert!((mean - 100_000.0 / 6.0).abs() < 3.0, "{mean}");
    }

    #[test]
    fn correlation_makes_extremes_likelier() {
        let (alone, bursts) = (Chain::independent(0.2), Chain::correlated(0.2, 0.8));
        assert!(alone.probability(200, 70) < 1e-4);
        assert!(bursts.probability(200, 70) > 0.05);
    }

    #[test]
    fn certainty_has_no_tails() {
        assert_eq!(Chain::independent(1.0).probability(2_000, 2_000), 1.0);
        assert_eq!(Chain::independent(1.0).probability(2_000, 1_999), 0.0);
        assert_eq!(Chain::independent(0.0).probability(100, 0), 1.0);
        assert_eq!(Chain::independent(0.0).probability(100, 1), 0.0);
    }

    #[test]
    fn a_band_narrows_with_the_root_of_the_number() {
        close(band(100.0, 0.001), (2_000.0f64.ln() / 200.0).sqrt());
        close(band(400.0, 0.001), band(100.0, 0.001) / 2.0);
    }
}
