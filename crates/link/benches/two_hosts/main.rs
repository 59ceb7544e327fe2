//! What the user-space link can carry between two real network stacks, and how exactly it delays:
//! each next to a plain veth pair, measured in turn with it on the same machine.
//!
//! `cargo bench -p link` prints a table; `cargo bench -p link -- flood` only the rows of that
//! measurement (`flood`, `delay`, `stream`). With `netem` as an argument the kernel's link is measured
//! instead, where there is one.

#![allow(clippy::unwrap_used, reason = "a bench may panic")]
#![allow(clippy::print_stdout, reason = "its output is the result")]

mod course;
mod delay;
mod flood;
mod samples;
mod stream;
#[path = "../../tests/support/mod.rs"]
mod support;

use course::Course;
use link::netem;
use samples::Samples;
use scenario::plan::Engine;
use std::{env, fs, process::Command};
use testkit::may_make_networks;

/// How often each is measured.
const RUNS: usize = 5;

/// What prints the rows of a measurement.
type Print = fn(&Course);

/// The measurements, with their names on the command line.
const MEASUREMENTS: [(&str, Print); 3] = [
    ("flood", flood::print),
    ("delay", delay::print),
    ("stream", stream::print),
];

fn main() {
    if !may_make_networks("bench") {
        return;
    }
    // Cargo adds --bench.
    let words: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let engine = if words.iter().any(|word| word == "netem") {
        Engine::Netem
    } else {
        Engine::User
    };
    if engine == Engine::Netem
        && let Err(refusal) = netem::probe("lo")
    {
        println!("kernel netem: nothing to compare with: {refusal}");
        return;
    }
    let names = || MEASUREMENTS.iter().map(|(name, _)| *name);
    let wants_all = !words.iter().any(|word| names().any(|name| name == word));
    println!("{}\n", machine());
    println!("| measured | unit | link: best | all runs | plain veth: best | all runs |");
    println!("|---|---|---|---|---|---|");
    let course = Course::new(engine);
    for (name, print) in MEASUREMENTS {
        if wants_all || words.iter().any(|word| word == name) {
            print(&course);
        }
    }
}

/// A row of the table.
fn row(measured: &str, unit: &str, link: &Samples, plain: Option<&Samples>) {
    let (best, all) = plain.map_or_else(Default::default, |plain| (plain.best(), plain.all()));
    println!(
        "| {measured} | {unit} | **{}** | {} | {best} | {all} |",
        link.best(),
        link.all(),
    );
}

/// The machine and the date, in one line.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let output = output.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&output).trim().to_owned()
    };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{}, {count} × {model}, Linux {}, load average {load} at the beginning",
        said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        said("uname", &["-r"]),
    )
}
