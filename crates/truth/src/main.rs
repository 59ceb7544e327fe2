//! How often analysis is right: `make truth`.
//!
//! Cases are made from seeds so that their causes are known: what must be found follows from how a
//! case was configured, or from the programs' diaries, and shares no code with `analysis`. Each case is
//! played, analysed, and what was found is put beside what must have been: a confusion matrix. It
//! exits with 1 where a finding is missed or invented or a cause is wrong. Runs that a busy machine spoiled,
//! so that the lab calls them inconclusive, are told and not counted.

mod case;
mod causes;
mod dice;
mod judge;
mod matrix;
mod play;
mod told;

use anyhow::Context;
use case::{Case, Stack};
use clap::Parser;
use matrix::Matrix;
use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Plays cases whose causes are known and counts what analysis finds.
#[derive(Debug, Parser)]
struct Arguments {
    /// Simulated cases
    #[arg(long, default_value_t = 12_000)]
    sim: u64,
    /// Cases in namespaces
    #[arg(long, default_value_t = 400)]
    netns: u64,
    /// Where the seeds begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only cases of this kind
    #[arg(long)]
    kind: Option<String>,
    /// Print what was missed, invented or given another cause
    #[arg(long)]
    errors: bool,
    /// The command that plays cases in namespaces
    #[arg(long, default_value = "target/release/tinygram")]
    lab: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut output = io::stdout().lock();
    let mut is_right = true;
    for (stack, cases) in [
        (Stack::Smoltcp, arguments.sim),
        (Stack::Linux, arguments.netns),
    ] {
        if cases == 0 {
            continue;
        }
        let matrix = count(&arguments, stack, cases)?;
        is_right &= matrix.is_right();
        writeln!(output, "{matrix}")?;
        if arguments.errors {
            matrix.errors(&mut output)?;
        }
    }
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Plays that many cases over all cores.
fn count(arguments: &Arguments, stack: Stack, cases: u64) -> anyhow::Result<Matrix> {
    let next = AtomicU64::new(0);
    let matrix = Mutex::new(Matrix::new(stack, arguments.seed));
    let work = || -> anyhow::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= cases {
                return Ok(());
            }
            let seed = arguments.seed.wrapping_add(number);
            let Some(case) = made(arguments, stack, number, seed) else {
                continue;
            };
            let run = play::play(&case, stack, seed, &arguments.lab)
                .with_context(|| format!("{} with seed {seed}:\n{}", case.kind, case.yaml))?;
            let analysis = analysis::analyse(&run);
            let doubt = judge::doubt(stack, &run, &analysis);
            let judged = judge::judge(&case, &run, &analysis);
            let mut matrix = matrix.lock().unwrap_or_else(PoisonError::into_inner);
            match doubt {
                Some(doubt) => matrix.doubted(&case, seed, &doubt),
                None => matrix.add(&case, seed, &judged),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| anyhow::bail!("a thread panicked"))
        })
    })?;
    Ok(matrix.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The case of that number: kinds take turns.
fn made(arguments: &Arguments, stack: Stack, number: u64, seed: u64) -> Option<Case> {
    let kinds: Vec<_> = causes::KINDS
        .iter()
        .filter(|kind| kind.stacks.contains(&stack))
        .filter(|kind| {
            arguments
                .kind
                .as_deref()
                .is_none_or(|only| only == kind.name)
        })
        .collect();
    let kind = kinds.get(number as usize % kinds.len().max(1))?;
    Some((kind.make)(&mut dice::Dice::new(seed), stack))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_simulated_cases_of_each_kind_are_judged_rightly() {
        let arguments = Arguments::parse_from(["truth"]);
        let matrix = count(&arguments, Stack::Smoltcp, 20 * causes::KINDS.len() as u64)
            .unwrap_or_else(|error| panic!("{error:?}"));
        let mut errors = Vec::new();
        let told = matrix.errors(&mut errors);
        let errors = String::from_utf8_lossy(&errors);
        assert!(told.is_ok() && matrix.is_right(), "{matrix}\n{errors}");
    }
}
