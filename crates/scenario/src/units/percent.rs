//! Percentages: `1.5%`.

use super::{UnitError, number::Quantity};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const PERCENT: Quantity = Quantity {
    name: "percentage",
    units: &[("%", 1_000_000)],
    habits: &[],
    usual: ["%", "%"],
};

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

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// What is missing to 100 %.
    pub fn rest(self) -> Self {
        Self(Self::HUNDRED.0 - self.0)
    }

    /// As a fraction, 0.0 to 1.0.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::HUNDRED.0)
    }
}

impl FromStr for Percent {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let millionths = PERCENT.parse(text)?;
        u32::try_from(millionths)
            .ok()
            .and_then(Self::from_millionths)
            .ok_or_else(|| UnitError::OutOfRange {
                text: text.to_owned(),
                problem: "is more than everything",
                hint: "write `0%` to `100%`".to_owned(),
            })
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
