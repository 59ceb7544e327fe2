//! Quantities with units, as users write them: `20ms`, `1.5%`, `10mbit`, `64KiB`.
//!
//! A bare number is refused where a unit is needed, and so is a unit that people read in two ways.

mod bytes;
mod duration;
mod number;
mod percent;
mod rate;
#[cfg(test)]
mod tests;

pub use bytes::Bytes;
pub use duration::parse_duration;
pub use percent::Percent;
pub use rate::Rate;

/// A quantity that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A number alone.
    #[error("`{text}` needs a unit: {hint}")]
    NoUnit {
        /// What was written.
        text: String,
        /// What to write.
        hint: String,
    },
    /// A number with something behind it that is no unit of this quantity, or an ambiguous one.
    #[error("`{unit}` is no unit here: {hint}")]
    UnknownUnit {
        /// What stood behind the number.
        unit: String,
        /// What to write.
        hint: String,
    },
    /// No number in front.
    #[error("`{text}` is no {quantity}: {hint}")]
    NoNumber {
        /// What was written.
        text: String,
        /// What was wanted.
        quantity: &'static str,
        /// What to write.
        hint: String,
    },
    /// Finer than this quantity can be, or larger.
    #[error("`{text}` {problem}: {hint}")]
    OutOfRange {
        /// What was written.
        text: String,
        /// In which way.
        problem: &'static str,
        /// What to write.
        hint: String,
    },
}

impl UnitError {
    /// What to write instead.
    pub fn hint(&self) -> &str {
        match self {
            Self::NoUnit { hint, .. }
            | Self::UnknownUnit { hint, .. }
            | Self::NoNumber { hint, .. }
            | Self::OutOfRange { hint, .. } => hint,
        }
    }
}
