//! `tinygram doctor`: what this machine can do, and how to mend what it can't.

mod checkup;
mod mend;
mod programs;
mod text;

use crate::exit::{Exit, Failure};
use checkup::Checkup;
use scenario::text::Lang;
use std::io::Write;

/// Looks at the machine. There is always something that runs: the simulation needs nothing.
pub(crate) fn doctor(json: bool, lang: Lang) -> Result<Exit, Failure> {
    let checkup = Checkup::run();
    let mut output = anstream::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut output, &checkup.to_json())?;
        writeln!(output)?;
    } else {
        write!(output, "{}", text::text(&checkup, lang))?;
    }
    Ok(Exit::Held)
}
