//! Numbers with units, as people read them.

/// A span of time, with three digits or so: `40.9 ms`, `1.24 s`, `120 µs`.
pub(super) fn time(nanoseconds: u64) -> String {
    let value = nanoseconds as f64;
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{} µs", short(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", short(value / 1e6)),
        _ => format!("{} s", short(value / 1e9)),
    }
}

/// A delay, to a hundredth of a millisecond: what was asked and what was measured must compare.
pub(super) fn delay(nanoseconds: u64) -> String {
    let text = format!("{:.2}", nanoseconds as f64 / 1e6);
    format!("{} ms", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Bytes: `412 B`, `1.9 MB` (decimal, as on the wire).
pub(super) fn bytes(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..1_000_000 => format!("{} kB", short(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", short(value / 1e6)),
        _ => format!("{} GB", short(value / 1e9)),
    }
}

/// A number with commas between thousands.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share in percent.
pub(super) fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => dash(),
        _ => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    }
}

/// Where nothing was measured.
pub(super) fn dash() -> String {
    "–".to_owned()
}

/// A mean number of bytes: `1.1 B`, `571 B`.
pub(super) fn mean(bytes: u64, number: u64) -> String {
    let mean = bytes as f64 / number.max(1) as f64;
    match mean < 100.0 {
        true => format!("{mean:.1} B"),
        false => self::bytes(mean.round() as u64),
    }
}

/// `3 messages`, `1 message`.
pub(super) fn plural(number: u64, singular: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {singular}{s}", count(number))
}

fn short(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_enough() {
        assert_eq!(time(999), "999 ns");
        assert_eq!(time(40_045_032), "40.0 ms");
        assert_eq!(time(1_240_000_000), "1.24 s");
        assert_eq!(time(120_400), "120 µs");
        assert_eq!(delay(20_064_000), "20.06 ms");
        assert_eq!(delay(20_000_000), "20 ms");
        assert_eq!(bytes(9_999), "9999 B");
        assert_eq!(bytes(1_900_000), "1.90 MB");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(percent(27, 1000), "2.7 %");
        assert_eq!(mean(800, 720), "1.1 B");
        assert_eq!(mean(4_000, 7), "571 B");
        assert_eq!(plural(1, "read"), "1 read");
    }
}
