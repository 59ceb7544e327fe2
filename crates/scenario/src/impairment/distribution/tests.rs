use super::*;
use proptest::prelude::*;
use std::{fmt::Write, fs, path::Path};

const TABLES: [(Distribution, &str); 3] = [
    (Distribution::Normal, "normal"),
    (Distribution::Pareto, "pareto"),
    (Distribution::ParetoNormal, "paretonormal"),
];

/// The standard normal distribution's share below `x`: its Taylor series, good to 1e-13 for |x| < 5.
fn normal_share(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-5.0, 5.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal_share(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn pareto_quantile(share: f64) -> f64 {
    // Its mean is 3/2, its variance 3/4: tc's table is divided by that, not by its root.
    ((1.0 - share).powf(-1.0 / 3.0) - 1.5) * 4.0 / 3.0
}

fn clipped(deviations: f64) -> f64 {
    (deviations * 8192.0).clamp(i16::MIN.into(), i16::MAX.into())
}

/// The table's entry by its formula, before rounding.
fn formula(distribution: Distribution, entry: usize) -> f64 {
    let share = (entry as f64 + 0.5) / ENTRIES as f64;
    match distribution {
        Distribution::Uniform => unreachable!("it has no table"),
        Distribution::Normal => clipped(normal_quantile(share)),
        Distribution::Pareto => clipped(pareto_quantile(share)),
        Distribution::ParetoNormal => {
            clipped(normal_quantile(share)) / 4.0 + clipped(pareto_quantile(share)) * 3.0 / 4.0
        }
    }
}

#[test]
fn tables_follow_from_their_formulas() {
    for (distribution, name) in TABLES {
        let table = distribution.table().unwrap();
        for (entry, value) in table.iter().enumerate() {
            let expected = formula(distribution, entry);
            assert!(
                (f64::from(*value) - expected).abs() <= 1.0,
                "{name}[{entry}] is {value}, not {expected}"
            );
        }
        assert!(table.is_sorted(), "{name}");
    }
}

/// `UPDATE_TABLES=1` writes the tables; the crate must be compiled again to see them.
#[test]
fn write_the_tables() {
    if std::env::var_os("UPDATE_TABLES").is_none() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/impairment/distribution");
    for (distribution, name) in TABLES {
        let mut text =
            format!("# Quantiles of the {name} distribution, made by write_the_tables.\n");
        for entry in 0..ENTRIES {
            let end = if entry % 8 == 7 { '\n' } else { ' ' };
            let value = formula(distribution, entry).round();
            write!(text, "{value:.0}{end}").unwrap();
        }
        fs::write(folder.join(name).with_extension("dist"), text).unwrap();
    }
}

/// Mean and standard deviation, in spreads.
fn moments(table: &[i16]) -> (f64, f64) {
    let count = table.len() as f64;
    let mean = table.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let squares = table.iter().map(|value| (f64::from(*value) - mean).powi(2));
    (
        mean / 8192.0,
        (squares.sum::<f64>() / count).sqrt() / 8192.0,
    )
}

#[test]
fn tables_have_the_moments_they_claim() {
    let moments = TABLES.map(|(distribution, name)| {
        let (mean, deviation) = moments(distribution.table().unwrap());
        format!("{name}: {mean:.3} {deviation:.3}")
    });
    insta::assert_debug_snapshot!(moments);
}

/// Where tc(8) has its tables, which Debian moved.
fn table_of_tc(name: &str) -> Option<Vec<i16>> {
    let folders = [
        "/usr/lib/tc",
        "/usr/lib/x86_64-linux-gnu/tc",
        "/usr/lib/aarch64-linux-gnu/tc",
        "/usr/lib64/tc",
        "/usr/share/tc",
    ];
    let text = folders
        .iter()
        .find_map(|folder| fs::read_to_string(format!("{folder}/{name}.dist")).ok())?;
    let numbers = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    let mut table: Vec<i16> = numbers.map(|number| number.parse().unwrap()).collect();
    table.sort_unstable();
    Some(table)
}

#[test]
fn tables_mean_what_those_of_tc_mean() {
    for (distribution, name) in TABLES {
        let Some(theirs) = table_of_tc(name) else {
            testkit::skip("tc", &format!("iproute2's {name}.dist is not installed"));
            return;
        };
        let ours = distribution.table().unwrap();
        let close = |left: f64, right: f64, what: &str| {
            assert!(
                (left - right).abs() < 0.01,
                "{name}, {what}: {left}, theirs {right}"
            );
        };
        let (mean, deviation) = moments(ours);
        let (their_mean, their_deviation) = moments(&theirs);
        close(mean, their_mean, "mean");
        close(deviation, their_deviation, "deviation");
        for thousandth in 1..=999 {
            let quantile =
                |table: &[i16]| f64::from(table[table.len() * thousandth / 1000]) / 8192.0;
            // Where a table is steep an entry's neighbour is further away than that.
            if (20..=970).contains(&thousandth) {
                close(
                    quantile(ours),
                    quantile(&theirs),
                    &format!("{thousandth}/1000"),
                );
            } else {
                assert!(
                    (quantile(ours) - quantile(&theirs)).abs() < 0.05,
                    "{name} {thousandth}"
                );
            }
        }
    }
}

#[test]
fn uniform_reaches_both_ends() {
    let delay = |draw| {
        Distribution::Uniform.delay(Duration::from_millis(10), Duration::from_millis(4), draw)
    };
    assert_eq!(delay(0), Duration::from_millis(6));
    assert_eq!(delay(1 << 31), Duration::from_millis(10));
    assert_eq!(delay(u32::MAX).as_nanos(), 14_000_000);
}

#[test]
fn no_delay_is_negative_and_none_overflows() {
    for (distribution, _) in TABLES
        .into_iter()
        .chain([(Distribution::Uniform, "uniform")])
    {
        let early = distribution.delay(Duration::from_millis(1), Duration::from_millis(10), 0);
        assert_eq!(early, Duration::ZERO, "{distribution:?}");
        let late = distribution.delay(Duration::MAX, Duration::MAX, u32::MAX);
        assert_eq!(late.as_nanos(), u64::MAX.into(), "{distribution:?}");
    }
}

proptest! {
    #[test]
    fn a_higher_draw_is_a_longer_delay(spread: u64, draw: u32, more: u32) {
        for distribution in [
            Distribution::Uniform,
            Distribution::Normal,
            Distribution::Pareto,
            Distribution::ParetoNormal,
        ] {
            let next = draw.saturating_add(more);
            prop_assert!(distribution.deviation(spread, draw) <= distribution.deviation(spread, next));
        }
    }

    /// The table's entry times the spread, to half a nanosecond.
    #[test]
    fn a_deviation_is_the_entry_of_its_draw(spread in 0..1_000_000_000_u64, entry in 0..ENTRIES) {
        for (distribution, _) in TABLES {
            let value = distribution.table().unwrap()[entry];
            let expected = f64::from(value) / 8192.0 * spread as f64;
            let draw = (entry as u32) << 20;
            for draw in [draw, draw | 0xf_ffff] {
                let deviation = distribution.deviation(spread, draw) as f64;
                prop_assert!((deviation - expected).abs() <= 0.501);
            }
        }
    }
}
