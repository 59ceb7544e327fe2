//! `tinygram run`: plays a scenario's variants and compares them.

mod elsewhere;
mod place;
mod play;
mod progress;
mod search;
mod signals;
mod simulate;

use crate::{
    cli::RunArgs,
    exit::{Exit, Failure},
    scenarios,
};
use analysis::{Analysis, BatchAnalysis, Verdict};
use anyhow::{Context, anyhow};
use backend::coordinator::{Interrupter, LeadError};
use place::Place;
use report::{JsonRenderer, JunitRenderer, Renderer, TextRenderer};
use scenario::text::Lang;
use std::{fs, io::Write, path::Path};

/// Plays what the arguments ask for, prints the comparison, leaves run directories.
pub(crate) fn run(arguments: &RunArgs, lang: Lang, verbose: u8) -> Result<Exit, Failure> {
    let mut plan = scenarios::find(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        plan.seed = seed;
    }
    scenarios::select(&mut plan, &arguments.variants)?;
    if let Some(seeds) = arguments.seeds {
        place::needs_simulation(arguments)?;
        place::leave_out_for_sim(&mut plan)?;
        return search::run(arguments, plan, seeds, lang);
    }
    let skipped;
    let backend = match place::choose(arguments, &plan)? {
        Place::Here(backend) => {
            skipped = place::leave_out_here(&mut plan)?;
            Some(backend)
        }
        Place::Uml(ability) => return elsewhere::run(&ability, arguments, &plan, lang, verbose),
        Place::Sim => {
            if arguments.repeat > 1 {
                anstream::eprintln!(
                    "--repeat: a seed's simulated run is the same each time; `--seeds 1..{}` plays others",
                    arguments.repeat
                );
            }
            skipped = place::leave_out_for_sim(&mut plan)?;
            None
        }
    };
    let batch = place::batch(&arguments.runs, &plan.name)?;
    let interrupter = Interrupter::default();
    match backend {
        Some(_) => signals::forward_to(&interrupter)?,
        None => simulate::end_on_signals()?,
    }

    let mut analyses = Vec::new();
    let mut told = Vec::new();
    for variant in &plan.variants {
        let bar = progress::Bar::start(variant, arguments.repeat);
        for repetition in 1..=arguments.repeat {
            let name = match arguments.repeat {
                1 => variant.name.clone(),
                _ => format!("{}.{repetition}", variant.name),
            };
            let dir = batch
                .run(&name)
                .with_context(|| format!("can't make a folder for {name}"))?;
            let stage = play::Stage {
                plan: &plan,
                variant,
                dir: &dir,
                repetition,
            };
            let played = match &backend {
                Some(backend) => play::play(&stage, backend.as_ref(), &interrupter, &bar),
                None => simulate::play(&stage),
            };
            match played {
                Ok(analysis) => {
                    place::tell_engine(&analysis, &mut told);
                    analyses.push(analysis);
                }
                Err(play::PlayError::Lead(LeadError::Interrupted)) => {
                    return Err(Failure::new(Exit::Interrupted, anyhow!("interrupted")));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    let exit = analyses.iter().map(exit_of).fold(Exit::Held, Exit::worse);
    let mut analysis = BatchAnalysis::new(&plan, analyses);
    analysis.skipped = skipped;
    play::write_json(&batch.path().join("comparison.json"), &analysis.comparison)?;
    write_junit(&batch.path().join("junit.xml"), &analysis)?;
    if let Some(file) = &arguments.junit {
        write_junit(file, &analysis)?;
    }
    let mut output = anstream::stdout().lock();
    if arguments.json {
        JsonRenderer.render_batch(&analysis, &mut output)?;
    } else {
        TextRenderer::new(lang).render_batch(&analysis, &mut output)?;
        place::show(&batch, &arguments.runs, &mut output)?;
    }
    output.flush()?;
    Ok(exit)
}

fn write_junit(path: &Path, batch: &BatchAnalysis) -> Result<(), Failure> {
    let mut text = Vec::new();
    JunitRenderer.render_batch(batch, &mut text)?;
    fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
    Ok(())
}

fn exit_of(analysis: &Analysis) -> Exit {
    match analysis.verdict {
        Some(Verdict::Failed) => Exit::Failed,
        Some(Verdict::Inconclusive) => Exit::Inconclusive,
        Some(Verdict::Held) | None => Exit::Held,
    }
}
