//! How delays are spread around the one asked for.

use super::{Distribution, Jitter};
use std::sync::OnceLock;

/// Values of a table, and the unit they are in: 8192 is one spread. Both as in tc-netem(8).
const SIZE: usize = 4096;
const UNIT: i128 = 8192;

/// A sorted table: entry `n` is the distribution's value below which a share of (n + ½) / 4096 lies.
type Table = [i16; SIZE];

impl Distribution {
    /// The distribution as integers, so that every machine has the same: 4,096 sorted values in
    /// units of spread / 8192; none for the uniform one, which needs no table. Their meaning is that
    /// of tc-netem(8)'s tables of the same names, which end at four spreads, too.
    pub fn table(self) -> Option<&'static [i16; 4096]> {
        static NORMAL: OnceLock<Table> = OnceLock::new();
        static PARETO: OnceLock<Table> = OnceLock::new();
        static PARETO_NORMAL: OnceLock<Table> = OnceLock::new();
        match self {
            Self::Uniform => None,
            Self::Normal => {
                Some(NORMAL.get_or_init(|| read(include_str!("distribution/normal.dist"))))
            }
            Self::Pareto => {
                Some(PARETO.get_or_init(|| read(include_str!("distribution/pareto.dist"))))
            }
            Self::ParetoNormal => Some(
                PARETO_NORMAL.get_or_init(|| read(include_str!("distribution/pareto-normal.dist"))),
            ),
        }
    }
}

impl Jitter {
    /// The delay, in ns, of a packet that has drawn `draw` of 2^32: a larger draw never gives a
    /// shorter delay, so this is the distribution's quantile function, too. A delay that would be
    /// negative is none.
    pub fn delay(&self, delay: u64, draw: u32) -> u64 {
        let spread = i128::try_from(self.spread.as_nanos()).unwrap_or(i128::MAX >> 40);
        let offset = match self.distribution.table() {
            None => ((2 * spread * i128::from(draw)) >> 32) - spread,
            Some(table) => spread * i128::from(table[(draw >> 20) as usize]) / UNIT,
        };
        u64::try_from((i128::from(delay) + offset).max(0)).unwrap_or(u64::MAX)
    }
}

/// Reads tc's own format: numbers between blanks, `#` begins a comment.
fn read(text: &str) -> Table {
    let numbers = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter_map(|number| number.parse().ok());
    let mut table = [0; SIZE];
    for (entry, number) in table.iter_mut().zip(numbers) {
        *entry = number;
    }
    table
}

#[cfg(test)]
mod tests;
