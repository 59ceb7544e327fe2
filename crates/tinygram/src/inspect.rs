//! `tinygram inspect`: the analysis of a run, or of any capture.

mod input;

use crate::exit::{Exit, Failure};
use analysis::{
    Analysis, Inspection, ReadError,
    tcp_flags::{Flagged, Flags},
};
use anyhow::{Context, anyhow};
use input::Input;
use record::{layout::RunDir, run::Run};
use report::{JsonRenderer, Renderer, TextRenderer};
use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
};

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

/// What is shown of an analysis, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// JSON instead of text.
    pub(crate) json: bool,
    /// Only this connection.
    pub(crate) connection: Option<usize>,
    /// How text is written.
    pub(crate) text: TextRenderer,
}

/// Analyses and prints. A folder is a run, or a batch of runs; a file is a capture.
pub(crate) fn inspect(path: &Path, view: &View) -> Result<Exit, Failure> {
    // JSON comes in many small pieces.
    let mut output = BufWriter::with_capacity(BUFFER, anstream::stdout().lock());
    if path.is_dir() {
        for analysis in runs(path)? {
            show(path, &analysis, view, &mut output)?;
        }
    } else {
        let input = open(path)?;
        capture(path, &input, view, &mut output)?;
    }
    output.flush()?;
    Ok(Exit::Held)
}

/// A capture may be larger than memory: what is not shown is not kept.
fn capture(path: &Path, input: &Input, view: &View, output: &mut dyn Write) -> Result<(), Failure> {
    let (name, bytes) = (&input.name, &input.bytes);
    let analysis = match view.connection {
        Some(number) => analysis::inspect_connection(name, bytes, number),
        None if view.json => {
            let inspection =
                Inspection::new(name, bytes).map_err(|error| no_capture(path, error))?;
            return Ok(JsonRenderer.inspection(&inspection, output)?);
        }
        None => analysis::summarise(name, bytes, TextRenderer::LISTING),
    };
    let analysis = analysis.map_err(|error| no_capture(path, error))?;
    show(path, &analysis, view, output)
}

fn show(
    path: &Path,
    analysis: &Analysis,
    view: &View,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    match view.connection {
        Some(number) => {
            let details = analysis
                .details(number)
                .ok_or_else(|| no_connection(path, number, analysis))?;
            match view.json {
                true => JsonRenderer.connection(&details, output)?,
                false => view.text.connection(analysis, &details, output)?,
            }
        }
        None if view.json => JsonRenderer.render(analysis, output)?,
        None => view.text.render(analysis, output)?,
    }
    Ok(())
}

fn no_capture(path: &Path, error: ReadError) -> Failure {
    let error = anyhow!(error).context(format!("{} is no capture", path.display()));
    Failure::new(Exit::Wrong, error)
}

fn no_connection(path: &Path, number: usize, analysis: &Analysis) -> Failure {
    let path = path.display();
    let error = match analysis.connections.len() {
        0 => anyhow!("{path} has no TCP connection"),
        1 => anyhow!("{path} has no connection {number}, only connection 0"),
        some => anyhow!("{path} has no connection {number}, only 0 to {}", some - 1),
    };
    Failure::new(Exit::Wrong, error)
}

/// Prints what Wireshark's TCP analysis says of each frame of a capture: lines of its number, a tab,
/// and its flags with commas between them. Frames without flags have no line. Damage in the file is
/// told on standard error.
pub(crate) fn flags(path: &Path) -> Result<Exit, Failure> {
    let capture = open(path)?;
    let mut flags = Flags::new(&capture.bytes).map_err(|error| no_capture(path, error))?;
    let mut output = BufWriter::new(anstream::stdout().lock());
    for Flagged { frame, flags } in &mut flags {
        writeln!(output, "{frame}\t{flags}")?;
    }
    output.flush()?;
    for warning in flags.warnings() {
        tracing::warn!("{}: {warning}", path.display());
    }
    Ok(Exit::Held)
}

fn open(path: &Path) -> Result<Input, Failure> {
    let input = Input::open(path).map_err(|error| Failure::new(Exit::Wrong, error))?;
    if let Some(warning) = &input.warning {
        tracing::warn!("{}: {warning}", path.display());
    }
    Ok(input)
}

/// Those of a batch, or the only one.
fn runs(path: &Path) -> Result<Vec<Analysis>, Failure> {
    let mut runs = vec![path.to_owned()];
    if !RunDir::new(path).manifest().exists() {
        let entries =
            fs::read_dir(path).with_context(|| format!("can't look into {}", path.display()))?;
        let folders = entries.flatten().map(|entry| entry.path());
        let mut folders: Vec<_> = folders
            .filter(|folder| RunDir::new(folder).manifest().exists())
            .collect();
        folders.sort();
        if !folders.is_empty() {
            runs = folders;
        }
    }
    let analyse = |run: &std::path::PathBuf| {
        let run = Run::load(&RunDir::new(run)).map_err(|e| Failure::new(Exit::Wrong, e))?;
        Ok(analysis::analyse(&run))
    };
    runs.iter().map(analyse).collect()
}
