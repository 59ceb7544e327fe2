//! Bit rates: `10mbit`.

use super::{UnitError, number::Quantity};
use std::str::FromStr;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u64);

impl Rate {
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
