//! The scenarios: `list`, `check`, `schema`, and finding one to run.

use crate::exit::{Exit, Failure};
use anyhow::Context;
use scenario::{catalogue, plan::Plan, text::Lang};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Whether it names a file rather than a scenario of the catalogue.
pub(crate) fn is_path(name: &str) -> bool {
    let path = Path::new(name);
    path.components().count() > 1 || path.extension().is_some()
}

/// The scenario of that name, or in that file. What looks like a path is one.
pub(crate) fn find(name: &str) -> Result<Plan, Failure> {
    let path = Path::new(name);
    let wrong = |error: anyhow::Error| Failure::new(Exit::Wrong, error);
    if is_path(name) {
        return scenario::load(path).map_err(|error| wrong(error.into()));
    }
    let entry = catalogue::find(name).map_err(|error| wrong(error.into()))?;
    entry.load().map_err(|error| wrong(error.into()))
}

/// Keeps the variants that were named, in the scenario's order; all when none was.
pub(crate) fn select(plan: &mut Plan, names: &[String]) -> Result<(), Failure> {
    for name in names {
        if !plan.variants.iter().any(|variant| variant.name == *name) {
            let there: Vec<&str> = plan.variants.iter().map(|v| v.name.as_str()).collect();
            let error = anyhow::anyhow!(
                "{} has no variant `{name}`; it has: {}",
                plan.name,
                there.join(", ")
            );
            return Err(Failure::new(Exit::Wrong, error));
        }
    }
    if !names.is_empty() {
        plan.variants
            .retain(|variant| names.contains(&variant.name));
    }
    Ok(())
}

/// Names side by side, in lines of fewer columns than these.
fn lines<'a>(names: impl Iterator<Item = &'a str>, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for name in names {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last] = name.to_owned();
        } else if lines[last].len() + 2 + name.len() < columns {
            lines[last] = format!("{}, {name}", lines[last]);
        } else {
            lines[last].push(',');
            lines.push(name.to_owned());
        }
    }
    lines
}

/// Prints the scenarios there are, a line each with their variants below.
pub(crate) fn list(lang: Lang) -> Result<Exit, Failure> {
    let mut output = anstream::stdout().lock();
    let mut exit = Exit::Held;
    let plans: Vec<_> = catalogue::list()
        .iter()
        .map(catalogue::Entry::load)
        .collect();
    let names = plans.iter().flatten().map(|plan| plan.name.len());
    let name = names.max().unwrap_or_default() + 1;
    for plan in plans {
        match plan {
            Ok(plan) => {
                writeln!(output, "{:<name$} {}", plan.name, plan.title.in_lang(lang))?;
                let names = plan.variants.iter().map(|variant| variant.name.as_str());
                for line in lines(names, 78 - name) {
                    writeln!(output, "{:<name$} {line}", "")?;
                }
            }
            Err(diagnostics) => {
                exit = Exit::Wrong;
                anstream::eprintln!("{diagnostics}");
            }
        }
    }
    Ok(exit)
}

/// Validates files; says all that is wrong with each.
pub(crate) fn check(files: &[PathBuf]) -> Result<Exit, Failure> {
    let mut output = anstream::stdout().lock();
    let mut exit = Exit::Held;
    for file in files {
        match scenario::load(file) {
            Ok(plan) => {
                let variants = plan.variants.len();
                let s = if variants == 1 { "" } else { "s" };
                writeln!(output, "{}: ok, {variants} variant{s}", file.display())?;
            }
            Err(diagnostics) => {
                exit = Exit::Wrong;
                anstream::eprintln!("{diagnostics}");
            }
        }
    }
    Ok(exit)
}

/// Prints the JSON Schema of the scenario format.
pub(crate) fn schema() -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(&scenario::schema()).context("can't write JSON")?;
    writeln!(anstream::stdout().lock(), "{text}")?;
    Ok(Exit::Held)
}
