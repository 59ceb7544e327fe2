//! For spreadsheets and statistics: one row a run and value (RFC 4180, with line feeds).

use crate::{Renderer, text::run::place};
use analysis::{Analysis, BatchAnalysis, Verdict};
use scenario::{expectation::Unit, text::Lang};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Writes `scenario,variant,run,seed,place,verdict,value,unit,measured`: of each run, counted from 1 within its
/// variant, every value; what was not measured is an empty field.
#[derive(Clone, Copy, Debug, Default)]
pub struct CsvRenderer;

impl Renderer for CsvRenderer {
    fn render(&self, analysis: &Analysis, output: &mut dyn Write) -> io::Result<()> {
        head(output)?;
        rows(analysis, 1, output)
    }

    fn render_batch(&self, batch: &BatchAnalysis, output: &mut dyn Write) -> io::Result<()> {
        head(output)?;
        let mut played: BTreeMap<&str, u64> = BTreeMap::new();
        for analysis in &batch.runs {
            let variant = analysis.run().map_or("", |run| &run.variant);
            let number = played.entry(variant).or_default();
            *number += 1;
            rows(analysis, *number, output)?;
        }
        Ok(())
    }
}

fn head(output: &mut dyn Write) -> io::Result<()> {
    writeln!(
        output,
        "scenario,variant,run,seed,place,verdict,value,unit,measured"
    )
}

fn rows(analysis: &Analysis, number: u64, output: &mut dyn Write) -> io::Result<()> {
    let Some(run) = analysis.run() else {
        return Ok(());
    };
    let verdict = match analysis.verdict {
        Some(Verdict::Held) => "held",
        Some(Verdict::Failed) => "failed",
        Some(Verdict::Inconclusive) => "inconclusive",
        None => "",
    };
    let (scenario, variant) = (field(&run.scenario), field(&run.variant));
    let place = place(analysis, run, Lang::En);
    let place = field(&place.split_whitespace().collect::<Vec<_>>().join(" "));
    for measured in &analysis.values {
        let unit = match measured.path.metric.unit() {
            Unit::Count => "count",
            Unit::Bytes => "bytes",
            Unit::Nanoseconds => "ns",
        };
        let value = measured.value.map(|value| value.to_string());
        writeln!(
            output,
            "{scenario},{variant},{number},{},{place},{verdict},{},{unit},{}",
            run.seed,
            measured.path,
            value.unwrap_or_default()
        )?;
    }
    Ok(())
}

/// A scenario is called like its file, which may be called anything.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_with_a_comma_is_quoted() {
        assert_eq!(field("sticky"), "sticky");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
