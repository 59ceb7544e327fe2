//! Quantities with units, as users write them: `20ms`, `1.5%`, `64KiB`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A share of one hundred, 0 % to 100 %, in steps of a millionth of a percent, so that it is an
/// integer and the emulator draws the same fate on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(u32);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Everything.
    pub const HUNDRED: Self = Self(100_000_000);

    /// From millionths of a percent; `None` above 100 %.
    pub fn from_millionths(millionths: u32) -> Option<Self> {
        (millionths <= Self::HUNDRED.0).then_some(Self(millionths))
    }

    /// Millionths of a percent, 0 to 100,000,000.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// As a fraction, 0.0 to 1.0.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::HUNDRED.0)
    }
}

/// A quantity that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a number followed by `%`.
    #[error("`{0}` is not a percentage: write `1.5%`")]
    Percent(String),
    /// Over 100 % or below zero.
    #[error("`{0}` lies outside 0% to 100%")]
    PercentRange(String),
}

impl FromStr for Percent {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let bad = || UnitError::Percent(text.to_owned());
        let number = text.strip_suffix('%').ok_or_else(bad)?;
        let value: f64 = number.trim().parse().map_err(|_| bad())?;
        if !(0.0..=100.0).contains(&value) {
            return Err(UnitError::PercentRange(text.to_owned()));
        }
        Ok(Self((value * 1e6).round() as u32))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 1e6)
    }
}

impl TryFrom<String> for Percent {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}
