//! `tinygram run`: plays a scenario's variants and compares them.

#[cfg(kernels)]
mod kernel;
mod place;
mod player;
mod progress;
mod search;
mod simulate;
mod stage;

use crate::{
    cli::RunArgs,
    exit::{Exit, Failure},
    scenarios,
};
use analysis::{Analysis, BatchAnalysis, Skipped, Verdict};
use anyhow::{Context, anyhow};
use player::{Chooser, Chosen};
use report::{CsvRenderer, JsonRenderer, JunitRenderer, Renderer, TextRenderer};
use scenario::{plan::Plan, text::Lang};
use stage::Stage;
use std::{fs, io::Write, path::Path};

/// Plays what the arguments ask for, prints the comparison, leaves run directories.
pub(crate) fn run(arguments: &RunArgs, lang: Lang, verbose: u8) -> Result<Exit, Failure> {
    let chooser = Chooser::new(arguments)?;
    arguments
        .junit
        .iter()
        .chain(&arguments.csv)
        .try_for_each(|file| place::writable(file))?;
    let mut plan = scenarios::find(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        plan.seed = seed;
    }
    scenarios::select(&mut plan, &arguments.variants)?;
    if let Some(seeds) = arguments.seeds {
        place::needs_simulation(arguments)?;
        place::tell_skipped(&place::leave_out(&mut plan, sim::obstacle));
        if plan.variants.is_empty() {
            return Err(place::nothing_left(&plan));
        }
        return search::run(arguments, plan, seeds, lang);
    }
    let (player, skipped) = match chooser.choose(&mut plan, lang, verbose)? {
        Chosen::Player { player, skipped } => (player, skipped),
        #[cfg(kernels)]
        Chosen::Done(exit) => return Ok(exit),
    };
    place::tell_skipped(&skipped);
    if plan.variants.is_empty() {
        return nothing(arguments, &plan, skipped);
    }
    let batch = place::batch(arguments, &plan.name)?;

    let mut analyses = Vec::new();
    let mut told = Vec::new();
    for variant in &plan.variants {
        #[cfg(kernels)]
        if arguments.inside_compose {
            // Hosts tell their story there, and do not know of which variant.
            anstream::eprintln!("── {}: {} ──", plan.name, variant.name);
        }
        let bar = progress::Bar::start(variant, arguments.repeat);
        for repetition in 1..=arguments.repeat {
            let name = match arguments.repeat {
                1 => variant.name.clone(),
                _ => format!("{}.{repetition}", variant.name),
            };
            let dir = batch
                .run(&name)
                .with_context(|| format!("can't make a folder for {name}"))?;
            let stage = Stage {
                plan: &plan,
                variant,
                dir: &dir,
            };
            match player.play(&stage, &bar) {
                Ok(analysis) => {
                    place::tell_engine(&analysis, &mut told);
                    analyses.push(analysis);
                }
                Err(error) if error.is_interrupt() => {
                    return Err(Failure::new(Exit::Interrupted, anyhow!("interrupted")));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    player.played();

    let exit = analyses.iter().map(exit_of).fold(Exit::Held, Exit::worse);
    let mut analysis = BatchAnalysis::new(&plan, analyses);
    analysis.skipped = skipped;
    stage::write_json(&batch.path().join("comparison.json"), &analysis.comparison)?;
    write_file(&batch.path().join("junit.xml"), &analysis, &JunitRenderer)?;
    if let Some(file) = &arguments.junit {
        write_file(file, &analysis, &JunitRenderer)?;
    }
    if let Some(file) = &arguments.csv {
        write_file(file, &analysis, &CsvRenderer)?;
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

/// No variant can be played: whoever waits for a file or for JSON finds the reasons there.
fn nothing(arguments: &RunArgs, plan: &Plan, skipped: Vec<Skipped>) -> Result<Exit, Failure> {
    let mut analysis = BatchAnalysis::new(plan, Vec::new());
    analysis.skipped = skipped;
    if let Some(file) = &arguments.junit {
        write_file(file, &analysis, &JunitRenderer)?;
    }
    if arguments.json {
        let mut output = anstream::stdout().lock();
        JsonRenderer.render_batch(&analysis, &mut output)?;
        output.flush()?;
    }
    Err(place::nothing_left(plan))
}

fn write_file(path: &Path, batch: &BatchAnalysis, renderer: &dyn Renderer) -> Result<(), Failure> {
    let mut text = Vec::new();
    renderer.render_batch(batch, &mut text)?;
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
