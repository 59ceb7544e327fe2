//! `--seeds`: simulates every variant with every seed, over all cores, and names the smallest seed
//! that fails.

mod tell;

use super::{
    exit_of, place, simulate,
    stage::{PlayError, Stage},
};
use crate::{
    cli::{RunArgs, Seeds},
    exit::{Exit, Failure},
};
use analysis::Verdict;
use anyhow::Context;
use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};
use scenario::{
    plan::{Plan, VariantPlan},
    text::Lang,
};
use serde::Serialize;
use sim::Assignment;
use std::{
    collections::BTreeSet,
    fmt,
    io::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

/// How many seeds a thread takes at once.
const PORTION: u64 = 16;

/// Of so many failing runs of a variant files are kept.
const MOST_KEPT: usize = 100;

/// What came of one variant's seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Tally {
    variant: String,
    held: u64,
    failed: u64,
    inconclusive: u64,
    /// The smallest seed whose run failed.
    smallest_failing: Option<u64>,
    /// The smallest of the seeds whose runs failed, of which files are kept.
    #[serde(skip)]
    failing: BTreeSet<u64>,
    #[serde(skip)]
    smallest_inconclusive: Option<u64>,
}

impl Tally {
    fn count(&mut self, seed: u64, verdict: Option<Verdict>) {
        let smaller = |smallest: Option<u64>| Some(smallest.map_or(seed, |other| other.min(seed)));
        match verdict {
            Some(Verdict::Failed) => {
                self.failed += 1;
                self.smallest_failing = smaller(self.smallest_failing);
                self.failing.insert(seed);
                self.forget();
            }
            Some(Verdict::Inconclusive) => {
                self.inconclusive += 1;
                self.smallest_inconclusive = smaller(self.smallest_inconclusive);
            }
            Some(Verdict::Held) | None => self.held += 1,
        }
    }

    /// Seeds beyond those whose files are kept.
    fn forget(&mut self) {
        while self.failing.len() > MOST_KEPT {
            self.failing.pop_last();
        }
    }

    /// How many seeds were played.
    fn played(&self) -> u64 {
        self.held + self.failed + self.inconclusive
    }

    fn add(&mut self, other: &Self) {
        self.failing.extend(&other.failing);
        self.forget();
        self.held += other.held;
        self.failed += other.failed;
        self.inconclusive += other.inconclusive;
        let smallest = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
        self.smallest_failing = smallest(self.smallest_failing, other.smallest_failing);
        self.smallest_inconclusive =
            smallest(self.smallest_inconclusive, other.smallest_inconclusive);
    }
}

/// Searches the seeds, prints what came of them, and keeps the failing runs of each variant.
pub(super) fn run(
    arguments: &RunArgs,
    mut plan: Plan,
    seeds: Seeds,
    lang: Lang,
) -> Result<Exit, Failure> {
    let interrupted = simulate::note_signals()?;
    let mut tallies = Vec::new();
    for variant in &plan.variants {
        tallies.push(search(&plan, variant, seeds, &interrupted)?);
    }
    let mut kept = None;
    let mut exit = match interrupted.load(Ordering::Relaxed) {
        true => Exit::Interrupted,
        false => Exit::Held,
    };
    for tally in &tallies {
        if tally.inconclusive > 0 {
            exit = exit.worse(Exit::Inconclusive);
        }
        for seed in &tally.failing {
            plan.seed = *seed;
            let batch = match kept.take() {
                Some(batch) => batch,
                None => place::batch(arguments, &plan.name)?,
            };
            exit = exit.worse(keep(&plan, &tally.variant, &batch)?);
            kept = Some(batch);
        }
    }
    let mut output = anstream::stdout().lock();
    if arguments.json {
        let batch = kept.as_ref().map(record::batch::Batch::path);
        tell::json(&plan, seeds, &tallies, batch, &mut output)?;
    } else {
        tell::text(
            &arguments.scenario,
            &plan,
            seeds,
            &tallies,
            lang,
            &mut output,
        )?;
        if exit == Exit::Interrupted {
            tell::interrupted(&tallies, seeds, lang, &mut output)?;
        }
        if let Some(batch) = &kept {
            tell::kept(&tallies, lang, &mut output)?;
            place::show(batch, &arguments.runs, &mut output)?;
        }
    }
    output.flush()?;
    Ok(exit)
}

/// Plays that variant once more with the plan's seed and leaves its files.
fn keep(plan: &Plan, name: &str, batch: &record::batch::Batch) -> Result<Exit, Failure> {
    let mut exit = Exit::Held;
    for variant in plan.variants.iter().filter(|variant| variant.name == name) {
        let dir = batch
            .run(&format!("{name}.seed-{}", plan.seed))
            .with_context(|| format!("can't make a folder for {name}"))?;
        let analysis = simulate::play(&Stage {
            plan,
            variant,
            dir: &dir,
        })?;
        exit = exit.worse(exit_of(&analysis));
    }
    Ok(exit)
}

fn search(
    plan: &Plan,
    variant: &VariantPlan,
    seeds: Seeds,
    interrupted: &AtomicBool,
) -> Result<Tally, PlayError> {
    let count = seeds.count();
    let bar = bar(&variant.name, count);
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let tally = Mutex::new(Ok(Tally {
        variant: variant.name.clone(),
        ..Tally::default()
    }));
    let work = || {
        let mut mine = Tally::default();
        let mut result = Ok(());
        while !stop.load(Ordering::Relaxed) {
            let begin = next.fetch_add(PORTION, Ordering::Relaxed);
            if begin >= count {
                break;
            }
            let end = begin.saturating_add(PORTION).min(count);
            for seed in begin..end {
                if interrupted.load(Ordering::Relaxed) {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
                let seed = seeds.first + seed;
                match verdict(plan, variant, seed) {
                    Ok(verdict) => mine.count(seed, verdict),
                    Err(error) => {
                        result = Err(error);
                        stop.store(true, Ordering::Relaxed);
                        break;
                    }
                }
            }
            bar.inc(end - begin);
        }
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mut *tally, result) {
            (Ok(tally), Ok(())) => tally.add(&mine),
            (tally @ Ok(_), Err(error)) => *tally = Err(error),
            (Err(_), _) => {}
        }
    };
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 1..cores {
            scope.spawn(work);
        }
        work();
    });
    bar.finish_and_clear();
    tally.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn verdict(plan: &Plan, variant: &VariantPlan, seed: u64) -> Result<Option<Verdict>, PlayError> {
    let simulated = sim::play(Assignment {
        plan,
        variant,
        seed,
    })?;
    Ok(analysis::analyse(&simulated.run).verdict)
}

fn bar(name: &str, count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count);
    let style = "{prefix}: {bar:30} {human_pos} of {human_len} seeds, {rate}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        let rate = |state: &ProgressState, output: &mut dyn fmt::Write| {
            // Nothing can be done about a write that fails here.
            let _ = write!(output, "{}/s", HumanCount(state.per_sec() as u64));
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar.set_prefix(name.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_of_threads_add_up_and_keep_the_smallest_seed() {
        let mut one = Tally::default();
        one.count(9, Some(Verdict::Failed));
        one.count(3, Some(Verdict::Held));
        let mut other = Tally::default();
        other.count(7, Some(Verdict::Failed));
        other.count(8, Some(Verdict::Inconclusive));
        one.add(&other);
        assert_eq!((one.held, one.failed, one.inconclusive), (1, 2, 1));
        assert_eq!(one.smallest_failing, Some(7));
        assert_eq!(one.smallest_inconclusive, Some(8));
    }
}
