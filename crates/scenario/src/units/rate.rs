//! Bit rates: `10mbit`.

use super::{UnitError, number::Quantity};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const RATE: Quantity = Quantity {
    name: "rate",
    units: &[
        ("bit", 1),
        ("kbit", 1_000),
        ("mbit", 1_000_000),
        ("gbit", 1_000_000_000),
    ],
    habits: &[
        ("bps", AMBIGUOUS),
        ("kbps", AMBIGUOUS),
        ("mbps", AMBIGUOUS),
        ("gbps", AMBIGUOUS),
        ("Kbps", AMBIGUOUS),
        ("Mbps", AMBIGUOUS),
        ("Gbps", AMBIGUOUS),
    ],
    usual: ["mbit", "kbit"],
};

const AMBIGUOUS: &str = "to tc(8) that means bytes, to others bits: \
                         write bits a second, `10mbit`; a byte has eight";

/// Bits a second, written with `bit`, `kbit`, `mbit` or `gbit`; each is 1,000 of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(u64);

impl Rate {
    /// So many bits a second.
    pub fn from_bits_per_second(bits: u64) -> Self {
        Self(bits)
    }

    /// Bits a second.
    pub fn bits_per_second(self) -> u64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        RATE.parse(text).map(Self)
    }
}

impl fmt::Display for Rate {
    /// In the largest unit in which it is whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = RATE.units.iter().rev();
        let fits = |size: u64| self.0 != 0 && self.0.is_multiple_of(size);
        let (name, size) = units
            .copied()
            .find(|(_, size)| fits(*size))
            .unwrap_or(("bit", 1));
        write!(f, "{}{name}", self.0 / size)
    }
}

impl TryFrom<String> for Rate {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}
