use super::*;
use proptest::prelude::*;
use std::{fmt::Debug, str::FromStr, time::Duration};

/// Each text and what it says, or the message it gets.
fn table<T: Debug, S: Debug>(
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, UnitError>,
    show: impl Fn(T) -> S,
) -> String {
    let line = |text: &&str| match parse(text) {
        Ok(value) => format!("{text:?} → {:?}\n", show(value)),
        Err(error) => format!("{text:?} ✗ {error}\n"),
    };
    texts.iter().map(line).collect()
}

#[test]
fn durations() {
    let texts = [
        "20ms",
        "20us",
        "20µs",
        "7ns",
        "1s",
        "1.5s",
        "0.000000001s",
        "2min",
        "1h",
        "0s",
        "20",
        "20 ms",
        "20MS",
        "20m",
        "5sec",
        "1m30s",
        "1.5ns",
        "-1s",
        "1e3s",
        ".5s",
        "5.s",
        "",
        "ms",
        "soon",
        "999999999999h",
    ];
    insta::assert_snapshot!(table(&texts, parse_duration, |duration| duration));
}

#[test]
fn percentages() {
    let texts = [
        "1.5%",
        "0%",
        "100%",
        "0.000001%",
        "0.0000001%",
        "100.000001%",
        "5000%",
        "1.5",
        "1.5 %",
        "1.5pct",
        "-1%",
        "%",
        "NaN%",
    ];
    insta::assert_snapshot!(table(&texts, Percent::from_str, Percent::millionths));
}

#[test]
fn rates() {
    let texts = [
        "10mbit", "1.5gbit", "64kbit", "300bit", "0.5bit", "10mbps", "10Mbps", "10Mbit", "10",
        "fast",
    ];
    insta::assert_snapshot!(table(&texts, Rate::from_str, Rate::bits_per_second));
}

#[test]
fn bytes() {
    let texts = [
        "64KiB",
        "64kB",
        "1MiB",
        "1MB",
        "1B",
        "1.5KiB",
        "2GiB",
        "1024",
        "64kb",
        "64K",
        "64KB",
        "0.3B",
        "99999999999GiB",
        "all",
    ];
    insta::assert_snapshot!(table(&texts, Bytes::from_str, |bytes| bytes.0));
}

proptest! {
    #[test]
    fn a_percentage_is_read_as_it_is_written(millionths in 0..=100_000_000u32) {
        let percent = Percent::from_millionths(millionths).unwrap();
        prop_assert_eq!(percent.to_string().parse(), Ok(percent));
    }

    #[test]
    fn a_rate_is_read_as_it_is_written(bits in prop_oneof![any::<u64>(), (0..u64::MAX / 1_000_000).prop_map(|n| n * 1_000_000)]) {
        let rate = Rate::from_bits_per_second(bits);
        prop_assert_eq!(rate.to_string().parse(), Ok(rate));
    }

    #[test]
    fn whole_and_fraction_add_up(whole in 0..1_000_000u64, nanos in 0..1_000_000_000u64) {
        let duration = parse_duration(&format!("{whole}.{nanos:09}s"));
        prop_assert_eq!(duration, Ok(Duration::new(whole, nanos as u32)));
    }

    #[test]
    fn nothing_makes_it_panic(text in "[0-9.]{0,40}[a-zA-Zµ% ]{0,5}|.*") {
        let _ = (parse_duration(&text), text.parse::<Percent>());
        let _ = (text.parse::<Rate>(), text.parse::<Bytes>());
    }
}
