use super::*;
use std::{fs, path::Path, time::Duration};

const TABLES: [(Distribution, &str); 3] = [
    (Distribution::Normal, "normal"),
    (Distribution::Pareto, "pareto"),
    (Distribution::ParetoNormal, "paretonormal"),
];

fn table(distribution: Distribution) -> &'static [i16] {
    distribution.table().unwrap()
}

/// The share of a normal distribution below `x`, by Abramowitz and Stegun's 26.2.17: off by 7.5e-8.
fn normal_share(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let b = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let tail: f64 = b.iter().rev().fold(0.0, |sum, b| (sum + b) * t);
    let above = tail * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if x < 0.0 { above } else { 1.0 - above }
}

fn normal(share: f64) -> f64 {
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal_share(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn pareto(share: f64) -> f64 {
    (((1.0 - share).powf(-1.0 / 3.0) - 1.5) * 4.0 / 3.0).min(32767.0 / 8192.0)
}

#[test]
fn tables_are_what_they_say() {
    for n in 0..SIZE {
        let share = (n as f64 + 0.5) / SIZE as f64;
        let (normal, pareto) = (normal(share), pareto(share));
        let expected = [normal, pareto, 0.25 * normal + 0.75 * pareto];
        for ((distribution, name), expected) in TABLES.iter().zip(expected) {
            let found = f64::from(table(*distribution)[n]);
            assert!(
                (found - expected * 8192.0).abs() < 2.0,
                "{name}, {n}: {found}"
            );
        }
    }
}

#[test]
fn tables_are_sorted() {
    for (distribution, name) in TABLES {
        assert!(table(distribution).is_sorted(), "{name}");
    }
}

/// iproute2 brings tables of its own, some of them made by drawing: they agree where most packets are.
#[test]
fn tables_mean_what_those_of_tc_mean() {
    let folders = [
        "/usr/lib/tc",
        "/usr/lib/x86_64-linux-gnu/tc",
        "/usr/lib/aarch64-linux-gnu/tc",
        "/usr/share/tc",
    ];
    let Some(folder) = folders
        .iter()
        .map(Path::new)
        .find(|folder| folder.join("normal.dist").exists())
    else {
        testkit::skip("tc", "iproute2's tables of distributions are not installed");
        return;
    };
    for (distribution, name) in TABLES {
        let text = fs::read_to_string(folder.join(format!("{name}.dist"))).unwrap();
        let mut theirs = read(&text);
        theirs.sort_unstable();
        for percent in [1, 5, 10, 25, 50, 75, 90, 95] {
            let n = SIZE * percent / 100;
            let (ours, theirs) = (table(distribution)[n], theirs[n]);
            assert!(
                (ours - theirs).abs() < 82,
                "{name}, {percent} %: {ours}, {theirs}"
            );
        }
    }
}

#[test]
fn a_draw_gives_a_delay() {
    let jitter = |distribution| Jitter {
        spread: Duration::from_millis(5),
        distribution,
        correlation: crate::units::Percent::ZERO,
    };
    let ms = 1_000_000;
    let uniform = jitter(Distribution::Uniform);
    assert_eq!(uniform.delay(20 * ms, 0), 15 * ms);
    assert_eq!(uniform.delay(20 * ms, 1 << 31), 20 * ms);
    assert_eq!(uniform.delay(20 * ms, u32::MAX), 25 * ms - 1);
    // What would be negative is none.
    assert_eq!(uniform.delay(2 * ms, 0), 0);
    // Half of the normal distribution lies below its mean, 84.1 % below one deviation more.
    let normal = jitter(Distribution::Normal);
    assert!(normal.delay(20 * ms, 1 << 31).abs_diff(20 * ms) < 10_000);
    let one = (0.841_345 * 4_294_967_296.0) as u32;
    assert!(normal.delay(20 * ms, one).abs_diff(25 * ms) < 10_000);
}
