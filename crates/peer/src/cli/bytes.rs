//! Numbers of bytes as users type them.

/// A number of bytes that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// No whole number with a unit.
    #[error("`{0}` is no number of bytes: write `1024`, `64KiB` or `1MB`")]
    Malformed(String),
    /// More than 64 bits can count.
    #[error("`{0}` is too large")]
    TooLarge(String),
    /// Nothing, or more than one call should move.
    #[error("`{0}` is no size for one call: write 1 to 16MiB")]
    CallSize(String),
}

/// Reads `1024`, `1024B`, `64KiB` (× 1024), `64kB` (× 1000), and so on to GiB and GB.
///
/// # Errors
/// Not a whole number, an unknown unit, or more than 2⁶⁴ − 1 bytes.
pub fn parse_bytes(text: &str) -> Result<u64, BytesError> {
    let malformed = || BytesError::Malformed(text.to_owned());
    let too_large = || BytesError::TooLarge(text.to_owned());
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let scale: u64 = match unit.trim_start() {
        "" | "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(malformed()),
    };
    if number.is_empty() {
        return Err(malformed());
    }
    // Digits alone can only fail to fit.
    let number: u64 = number.parse().ok().ok_or_else(too_large)?;
    number.checked_mul(scale).ok_or_else(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_anything_else_is_refused() {
        let good = [
            ("1024", 1024),
            ("7B", 7),
            ("64KiB", 65536),
            ("64 kB", 64000),
            ("2GiB", 2 << 30),
        ];
        for (text, bytes) in good {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "KiB", "-1", "1.5KiB", "64K", "64kib", "1 2"] {
            assert!(
                matches!(parse_bytes(text), Err(BytesError::Malformed(_))),
                "{text}"
            );
        }
        for text in ["99999999999999999999", "18446744073709551615KiB"] {
            assert!(
                matches!(parse_bytes(text), Err(BytesError::TooLarge(_))),
                "{text}"
            );
        }
    }
}
