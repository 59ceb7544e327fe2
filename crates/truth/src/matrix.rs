//! The confusion matrix: finding × cause, true and found.

use crate::{
    case::{Case, Stack},
    judge::Judged,
};
use scenario::finding::{Cause, FindingCode};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
};

/// Fewer cases of a cause say little.
const ENOUGH: usize = 20;
/// How much may be undetermined.
const UNDETERMINED: f64 = 0.05;
/// How many runs may be inconclusive.
const DOUBTED: f64 = 0.01;
/// Errors kept for printing.
const KEPT: usize = 200;

/// Counts of all cases of one stack.
#[derive(Debug)]
pub(crate) struct Matrix {
    stack: Stack,
    first_seed: u64,
    cases: u64,
    rows: BTreeMap<(FindingCode, Option<Cause>), Row>,
    /// Findings that are not true, by the cause they claim.
    invented: BTreeMap<(FindingCode, Cause), u64>,
    errors: Vec<String>,
    /// Runs that were inconclusive, which are in no other count.
    doubted: Vec<String>,
}

#[derive(Debug, Default)]
struct Row {
    /// Seeds in which it was true.
    cases: BTreeSet<u64>,
    missed: u64,
    found: BTreeMap<Cause, u64>,
}

impl Row {
    fn found(&self) -> u64 {
        self.found.values().sum()
    }

    fn with(&self, cause: Cause) -> u64 {
        self.found.get(&cause).copied().unwrap_or(0)
    }
}

impl Matrix {
    pub(crate) fn new(stack: Stack, first_seed: u64) -> Self {
        Self {
            stack,
            first_seed,
            cases: 0,
            rows: BTreeMap::new(),
            invented: BTreeMap::new(),
            errors: Vec::new(),
            doubted: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, case: &Case, seed: u64, judged: &[Judged]) {
        self.cases += 1;
        for each in judged {
            let is_fine = each.is_true
                && each.found.is_some()
                && (each.truth.is_none() || each.truth == each.found);
            if !is_fine && self.errors.len() < KEPT {
                let name = |cause: Option<Cause>| cause.map_or("–", Cause::name);
                self.errors.push(format!(
                    "{} seed {seed}: {} at {}: true {}, found {}",
                    case.kind,
                    each.code,
                    each.host,
                    if each.is_true {
                        name(each.truth)
                    } else {
                        "not"
                    },
                    name(each.found),
                ));
            }
            match each.found {
                Some(cause) if !each.is_true => {
                    *self.invented.entry((each.code, cause)).or_default() += 1;
                }
                found => {
                    let row = self.rows.entry((each.code, each.truth)).or_default();
                    row.cases.insert(seed);
                    match found {
                        Some(cause) => *row.found.entry(cause).or_default() += 1,
                        None => row.missed += 1,
                    }
                }
            }
        }
    }

    /// A run that proves nothing.
    pub(crate) fn doubted(&mut self, case: &Case, seed: u64, doubt: &str) {
        self.cases += 1;
        self.doubted
            .push(format!("{} seed {seed}: inconclusive: {doubt}", case.kind));
    }

    fn undetermined(&self) -> (u64, u64) {
        let known = self.rows.iter().filter(|((_, truth), _)| truth.is_some());
        known.fold((0, 0), |(some, all), (_, row)| {
            (some + row.with(Cause::Undetermined), all + row.found())
        })
    }

    /// Every finding found, none invented, no cause wrong, few undetermined or inconclusive, and enough cases.
    pub(crate) fn is_right(&self) -> bool {
        let (undetermined, all) = self.undetermined();
        let rows = self.rows.iter().all(|((_, truth), row)| {
            let right = truth.map_or(row.found(), |truth| {
                row.with(truth) + row.with(Cause::Undetermined)
            });
            row.missed == 0
                && right == row.found()
                && (truth.is_none() || row.cases.len() >= ENOUGH)
        });
        rows && self.invented.is_empty()
            && undetermined as f64 <= UNDETERMINED * all as f64
            && self.doubted.len() as f64 <= DOUBTED * self.cases as f64
    }

    pub(crate) fn errors(&self, output: &mut impl io::Write) -> io::Result<()> {
        let all = self.doubted.iter().chain(&self.errors);
        all.into_iter()
            .try_for_each(|error| writeln!(output, "{error}"))
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.stack {
            Stack::Smoltcp => "simulated (smoltcp)",
            Stack::Linux => "in namespaces (Linux)",
        };
        let last = self.first_seed + self.cases.saturating_sub(1);
        writeln!(
            f,
            "{} cases {place}, seeds {} to {last}\n",
            self.cases, self.first_seed
        )?;
        writeln!(
            f,
            "| finding | true cause | cases | found | missed | right | undetermined | wrong |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for ((code, truth), row) in &self.rows {
            let (cause, right) = match truth {
                Some(truth) => (truth.name(), row.with(*truth).to_string()),
                None => ("not told", "–".to_owned()),
            };
            let undetermined = match truth {
                Some(_) => row.with(Cause::Undetermined).to_string(),
                None => "–".to_owned(),
            };
            let others: Vec<String> = row
                .found
                .iter()
                .filter(|(cause, _)| {
                    truth.is_some() && **cause != Cause::Undetermined && Some(**cause) != *truth
                })
                .map(|(cause, times)| format!("{cause} {times}"))
                .collect();
            let others = match others.is_empty() {
                true => "0".to_owned(),
                false => others.join(", "),
            };
            writeln!(
                f,
                "| {code} | {cause} | {} | {} | {} | {right} | {undetermined} | {others} |",
                row.cases.len(),
                row.found(),
                row.missed,
            )?;
        }
        for ((code, cause), times) in &self.invented {
            writeln!(
                f,
                "| {code} | not there | – | {times} | – | – | – | {cause} {times} |"
            )?;
        }
        let found: u64 = self.rows.values().map(Row::found).sum();
        let missed: u64 = self.rows.values().map(|row| row.missed).sum();
        let invented: u64 = self.invented.values().sum();
        let share = |part: u64, rest: u64| part as f64 / (part + rest).max(1) as f64;
        let (undetermined, known) = self.undetermined();
        writeln!(
            f,
            "\nPrecision {:.5}, recall {:.5}; causes undetermined: {:.2} %; runs inconclusive: {}.",
            share(found, invented),
            share(found, missed),
            100.0 * undetermined as f64 / known.max(1) as f64,
            self.doubted.len(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inconclusive_run_in_a_hundred_may_be_and_is_told() {
        let case = Case::new("calm", String::new());
        let mut matrix = Matrix::new(Stack::Linux, 1);
        matrix.doubted(&case, 1, "server broke");
        assert!(!matrix.is_right());
        (2..=100).for_each(|seed| matrix.add(&case, seed, &[]));
        assert!(matrix.is_right());
        let mut told = Vec::new();
        assert!(matrix.errors(&mut told).is_ok());
        assert_eq!(told, b"calm seed 1: inconclusive: server broke\n");
        assert!(matrix.to_string().ends_with("runs inconclusive: 1.\n"));
    }
}
