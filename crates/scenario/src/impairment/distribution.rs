//! How delays are spread.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How delays are spread around the one asked for; a delay that would be negative is none.
///
/// All but `uniform` are tables of the deviation's quantiles, as tc(8) loads them into the kernel's
/// netem. A table's integers are in units of spread / 8192 and 16 bits wide, so no deviation
/// exceeds four times the spread. The tables are made here, from the formulas below; they mean what
/// those of iproute2 mean (`/usr/lib/tc/*.dist`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Anything from `delay - spread` to `delay + spread`, equally likely.
    #[default]
    Uniform,
    /// The normal distribution; the spread is its standard deviation.
    Normal,
    /// The Pareto distribution with shape 3, its mean moved to the delay: mostly a little early, at
    /// most 2/3 of the spread, seldom very late. Its quantile function is
    /// `4/3 · ((1 - u)^(-1/3) - 3/2)`. The limit of four spreads, which 1.1 % of the packets reach,
    /// makes the mean 0.033 spreads less than the delay and the standard deviation 0.82 spreads.
    Pareto,
    /// Quantiles a quarter those of the normal and three quarters those of the Pareto distribution:
    /// at most 1.4 spreads early. The mean is 0.025 spreads less than the delay, the standard
    /// deviation 0.83 spreads.
    #[serde(rename = "paretonormal")]
    ParetoNormal,
}

/// Entries of a table.
const ENTRIES: usize = 4096;

/// What a table's integers divide the spread by: the kernel's `NETEM_DIST_SCALE`.
const SCALE: i128 = 8192;

static NORMAL: [i16; ENTRIES] = entries(include_bytes!("distribution/normal.dist"));
static PARETO: [i16; ENTRIES] = entries(include_bytes!("distribution/pareto.dist"));
static PARETO_NORMAL: [i16; ENTRIES] = entries(include_bytes!("distribution/paretonormal.dist"));

impl Distribution {
    /// The table of the deviation's quantiles in units of spread / 8192: entry `i` of 4096 is the
    /// quantile `(i + 1/2) / 4096`, in ascending order. Uniform deviations have none, neither here
    /// nor in the kernel.
    pub fn table(self) -> Option<&'static [i16; ENTRIES]> {
        match self {
            Self::Uniform => None,
            Self::Normal => Some(&NORMAL),
            Self::Pareto => Some(&PARETO),
            Self::ParetoNormal => Some(&PARETO_NORMAL),
        }
    }

    /// By how many nanoseconds a delay deviates that has this spread, in nanoseconds too, where
    /// `draw` is 32 random bits: the quantile `draw / 2^32`. It never falls as `draw` grows.
    pub fn deviation(self, spread: u64, draw: u32) -> i64 {
        let spread = i128::from(spread);
        let deviation = match self.table() {
            None => ((i128::from(draw) * (2 * spread + 1)) >> u32::BITS) - spread,
            Some(table) => {
                let entry = table[(draw >> (u32::BITS - ENTRIES.ilog2())) as usize];
                (i128::from(entry) * spread + SCALE / 2).div_euclid(SCALE)
            }
        };
        // Either way it is as good as for ever.
        i64::try_from(deviation).unwrap_or(if deviation < 0 { i64::MIN } else { i64::MAX })
    }

    /// A delay with its deviation: the quantile `draw / 2^32` of what a link with this delay and
    /// spread takes, whole nanoseconds.
    pub fn delay(self, delay: Duration, spread: Duration, draw: u32) -> Duration {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let deviation = self.deviation(nanoseconds(spread), draw);
        Duration::from_nanos(nanoseconds(delay).saturating_add_signed(deviation))
    }
}

/// The integers of a `.dist` file as tc(8) reads them: separated by white space, lines with `#` are
/// comments. It runs while the crate is compiled, so a file that is no table is no program either.
const fn entries(text: &[u8]) -> [i16; ENTRIES] {
    let mut table = [0; ENTRIES];
    let (mut count, mut at) = (0, 0);
    while at < text.len() {
        match text[at] {
            b'#' => {
                while at < text.len() && text[at] != b'\n' {
                    at += 1;
                }
            }
            b' ' | b'\n' => at += 1,
            _ => {
                let negative = text[at] == b'-';
                if negative {
                    at += 1;
                }
                let mut value = 0_i32;
                while at < text.len() && text[at] != b' ' && text[at] != b'\n' {
                    assert!(text[at].is_ascii_digit(), "an integer");
                    value = value * 10 + (text[at] - b'0') as i32;
                    at += 1;
                }
                let value = if negative { -value } else { value };
                assert!(value >= i16::MIN as i32 && value <= i16::MAX as i32);
                table[count] = value as i16;
                count += 1;
            }
        }
    }
    assert!(count == ENTRIES, "4096 entries");
    table
}

#[cfg(test)]
mod tests;
