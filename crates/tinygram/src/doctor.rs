//! `tinygram doctor`: what this machine can do, and how to mend what it can't.

mod checkup;
mod mend;
mod programs;
mod text;

use crate::exit::{Exit, Failure};
use checkup::Checkup;
use scenario::text::Lang;
use std::io::Write;

/// Looks at the machine. The simulation needs nothing and so is always there; only backends with real
/// kernels make a machine able.
pub(crate) fn doctor(json: bool, lang: Lang) -> Result<Exit, Failure> {
    let checkup = Checkup::run();
    let mut output = anstream::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut output, &checkup.to_json())?;
        writeln!(output)?;
    } else {
        write!(output, "{}", text::text(&checkup, lang))?;
    }
    Ok(match checkup.has_kernel() {
        true => Exit::Held,
        false => Exit::Unable,
    })
}
