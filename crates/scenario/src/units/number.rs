//! Decimal numbers with a unit behind them, in exact integer arithmetic.

use super::UnitError;

/// One kind of quantity: its units, and how to talk about it.
pub(super) struct Quantity {
    /// "a duration".
    pub(super) name: &'static str,
    /// Each unit's size in the smallest step, the preferred ones first.
    pub(super) units: &'static [(&'static str, u64)],
    /// What people write by habit, and what to tell them.
    pub(super) habits: &'static [(&'static str, &'static str)],
    /// The two units to suggest for a bare number.
    pub(super) usual: [&'static str; 2],
}

impl Quantity {
    /// Reads `text` as a whole number of the smallest step.
    pub(super) fn parse(&self, text: &str) -> Result<u64, UnitError> {
        if let Some(positive) = text.strip_prefix('-')
            && self.parse(positive).is_ok()
        {
            return Err(UnitError::OutOfRange {
                text: text.to_owned(),
                problem: "is negative",
                hint: "leave the `-` away".to_owned(),
            });
        }
        let (number, unit) = split(text);
        if !is_decimal(number) {
            return Err(UnitError::NoNumber {
                text: text.to_owned(),
                quantity: self.name,
                hint: format!("write `20{}`", self.usual[0]),
            });
        }
        if unit.is_empty() {
            return Err(UnitError::NoUnit {
                text: text.to_owned(),
                hint: self.examples(number),
            });
        }
        let Some((_, size)) = self.units.iter().find(|(name, _)| *name == unit) else {
            return Err(self.unknown_unit(number, unit));
        };
        let out_of_range = |problem, hint: &str| UnitError::OutOfRange {
            text: text.to_owned(),
            problem,
            hint: hint.to_owned(),
        };
        match scaled(number, *size) {
            Ok(steps) => Ok(steps),
            Err(Unfit::TooLarge) => Err(out_of_range("is too large", "write less")),
            Err(Unfit::TooFine) => Err(out_of_range(
                "is finer than the lab counts",
                "write fewer decimals",
            )),
        }
    }

    fn unknown_unit(&self, number: &str, unit: &str) -> UnitError {
        let known = |unit: &str| self.units.iter().find(|(name, _)| *name == unit);
        let hint = if let Some((name, _)) = known(unit.trim_start()) {
            format!("write `{number}{name}`, without a space")
        } else if let Some((_, advice)) = self.habits.iter().find(|(habit, _)| *habit == unit) {
            (*advice).to_owned()
        } else if let Some((name, _)) = self
            .units
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
        {
            format!("write `{number}{name}`")
        } else {
            let names: Vec<_> = self.units.iter().map(|(name, _)| *name).collect();
            format!("use one of {}", names.join(", "))
        };
        UnitError::UnknownUnit {
            unit: unit.to_owned(),
            hint,
        }
    }

    fn examples(&self, number: &str) -> String {
        let [first, second] = self.usual;
        if first == second {
            format!("write `{number}{first}`")
        } else {
            format!("write `{number}{first}` or `{number}{second}`")
        }
    }
}

/// Cuts a quantity into its number and whatever stands behind.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[derive(Debug, PartialEq, Eq)]
enum Unfit {
    TooLarge,
    TooFine,
}

/// `number` (already known to be decimal) times `size`, where that is a whole number.
fn scaled(number: &str, size: u64) -> Result<u64, Unfit> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    // 10^18 fits into 64 bits, and no unit is finer.
    if fraction.len() > 18 {
        return Err(Unfit::TooFine);
    }
    let mut steps: u128 = 0;
    for digit in whole.bytes() {
        steps = steps * 10 + u128::from(digit - b'0');
        if steps > u128::from(u64::MAX) {
            return Err(Unfit::TooLarge);
        }
    }
    steps *= u128::from(size);
    let mut numerator = 0;
    let mut denominator = 1;
    for digit in fraction.bytes() {
        numerator = numerator * 10 + u128::from(digit - b'0');
        denominator *= 10;
    }
    let part = numerator * u128::from(size);
    if part % denominator != 0 {
        return Err(Unfit::TooFine);
    }
    u64::try_from(steps + part / denominator)
        .ok()
        .ok_or(Unfit::TooLarge)
}
