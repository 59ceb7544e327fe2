//! For people at a terminal, 80 columns wide, in English or Chinese.

mod batch;
mod beside;
mod capture;
mod claims;
mod columns;
mod comparison;
mod connection;
mod course;
mod datagrams;
mod flags;
mod holes;
pub(crate) mod judged;
mod kernel;
mod lanes;
pub(crate) mod layout;
mod links;
mod opening;
mod programs;
mod quantity;
mod queues;
mod repeated;
pub(crate) mod run;
mod spread;
mod story;
mod table;
mod waits;
mod wire;

use crate::Renderer;
use analysis::{
    Analysis, BatchAnalysis, Listing,
    model::{ConnectionDetails, Subject},
};
use scenario::text::Lang;
use std::io::{self, Write};

/// Columns that are enough.
const WIDTH: usize = 80;

/// Writes plain text.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextRenderer {
    lang: Lang,
    ethernet: bool,
}

impl TextRenderer {
    /// What of a capture is listed, where it is not about one connection.
    pub const LISTING: Listing = wire::LISTING;

    /// In that language.
    pub fn new(lang: Lang) -> Self {
        Self {
            lang,
            ethernet: false,
        }
    }

    /// Whether the efficiency of connections counts what Ethernet adds to each packet.
    pub fn with_ethernet(self, ethernet: bool) -> Self {
        Self { ethernet, ..self }
    }

    /// One connection of an analysis, in detail.
    ///
    /// # Errors
    /// The output can't be written to.
    pub fn connection(
        &self,
        analysis: &Analysis,
        details: &ConnectionDetails<'_>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let text = connection::whole(analysis, details, self.ethernet, self.lang);
        output.write_all(text.as_bytes())
    }
}

impl Renderer for TextRenderer {
    fn render(&self, analysis: &Analysis, output: &mut dyn Write) -> io::Result<()> {
        let text = match &analysis.subject {
            Subject::Run(subject) => run::whole(analysis, subject, self.lang),
            Subject::Capture { name } => capture::whole(analysis, name, self.ethernet, self.lang),
        };
        output.write_all(text.as_bytes())
    }

    fn render_batch(&self, batch: &BatchAnalysis, output: &mut dyn Write) -> io::Result<()> {
        output.write_all(batch::whole(batch, self.lang).as_bytes())
    }
}

/// The text in the language that is spoken. Both stand side by side, so that neither is forgotten.
fn say(lang: Lang, en: impl Into<String>, zh: impl Into<String>) -> String {
    match lang {
        Lang::En => en.into(),
        Lang::Zh => zh.into(),
    }
}
