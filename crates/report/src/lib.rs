//! An analysis for the terminal, for programs and for CI.
//!
//! A [`Renderer`] is pure: the same analysis gives the same bytes, no clock, no terminal, no
//! colour. Figures come from the analysis only, and every claim names the frames that prove it.

mod csv;
mod explain;
mod json;
mod junit;
mod text;

pub use csv::CsvRenderer;
pub use explain::{explain, scenario as explain_scenario, topics};
pub use json::JsonRenderer;
pub use junit::JunitRenderer;
pub use text::TextRenderer;

use analysis::{Analysis, BatchAnalysis};
use std::io::{self, Write};

/// Writes analyses down in some form.
pub trait Renderer {
    /// One run, or one capture.
    ///
    /// # Errors
    /// The output can't be written to.
    fn render(&self, analysis: &Analysis, output: &mut dyn Write) -> io::Result<()>;

    /// The runs of one command, side by side.
    ///
    /// # Errors
    /// The output can't be written to.
    fn render_batch(&self, batch: &BatchAnalysis, output: &mut dyn Write) -> io::Result<()>;
}
