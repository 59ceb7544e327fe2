//! `tinygram explain`: a word of the lab's, or a scenario, in the terminal.

use crate::{
    exit::{Exit, Failure},
    scenarios,
};
use anyhow::anyhow;
use scenario::{catalogue, text::Lang};
use std::io::Write;

/// Explains a topic; without one, lists all.
pub(crate) fn explain(topic: Option<&str>, lang: Lang) -> Result<Exit, Failure> {
    let mut output = anstream::stdout().lock();
    let Some(topic) = topic else {
        for topic in report::topics() {
            writeln!(output, "{topic}")?;
        }
        for entry in catalogue::list() {
            writeln!(output, "{}", entry.name)?;
        }
        return Ok(Exit::Held);
    };
    let text = report::explain(topic, lang);
    let is_scenario = catalogue::list().iter().any(|entry| entry.name == topic);
    if let Some(text) = &text {
        write!(output, "{text}")?;
        if !is_scenario {
            return Ok(Exit::Held);
        }
        // A finding and the lesson of that name.
        writeln!(output)?;
    }
    if !scenarios::is_path(topic) && !is_scenario {
        let error = anyhow!("nothing is known of `{topic}`: `tinygram explain` lists what is");
        return Err(Failure::new(Exit::Wrong, error));
    }
    let plan = scenarios::find(topic)?;
    write!(output, "{}", report::explain_scenario(&plan, lang))?;
    Ok(Exit::Held)
}
