//! For programs: the analysis as it is, in JSON. The fields are documented where they are defined,
//! in [`analysis::model`] and [`analysis::BatchAnalysis`], and for users in docs/json.md.

use crate::Renderer;
use analysis::{Analysis, BatchAnalysis, Inspection, model::ConnectionDetails};
use serde::Serialize;
use std::io::{self, Write};

/// Writes one JSON object, indented, with a newline at its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonRenderer;

impl JsonRenderer {
    /// A capture, connection by connection: it may be larger than memory.
    ///
    /// # Errors
    /// The output can't be written to.
    pub fn inspection(
        &self,
        inspection: &Inspection<'_>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        write(inspection, output)
    }

    /// One connection of an analysis.
    ///
    /// # Errors
    /// The output can't be written to.
    pub fn connection(
        &self,
        details: &ConnectionDetails<'_>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        write(details, output)
    }
}

impl Renderer for JsonRenderer {
    fn render(&self, analysis: &Analysis, output: &mut dyn Write) -> io::Result<()> {
        write(analysis, output)
    }

    fn render_batch(&self, batch: &BatchAnalysis, output: &mut dyn Write) -> io::Result<()> {
        write(batch, output)
    }
}

fn write(value: &impl Serialize, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, value)?;
    writeln!(output)
}
