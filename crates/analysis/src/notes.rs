//! What the reader should know besides.

use crate::{frame::Frames, model::note::Note};
use record::{
    manifest::HostRecord,
    run::{BadLine, HostData},
};
use std::collections::BTreeMap;

/// What is wrong with a capture file.
pub(crate) fn damage(host: Option<String>, frames: &Frames<'_>) -> impl Iterator<Item = Note> {
    frames.warnings.iter().map(move |warning| Note::Capture {
        host: host.clone(),
        warning: warning.clone(),
    })
}

/// Hosts whose stack had to be nudged.
pub(crate) fn nudged(hosts: &[HostRecord]) -> impl Iterator<Item = Note> {
    let nudged = hosts.iter().filter(|host| host.nudges > 0);
    nudged.map(|host| Note::Nudged {
        host: host.name.clone(),
        count: host.nudges,
    })
}

/// One note a file.
pub(crate) fn bad_lines(data: &HostData) -> impl Iterator<Item = Note> {
    let mut files: BTreeMap<&Option<String>, Vec<&BadLine>> = BTreeMap::new();
    for line in &data.bad_lines {
        files.entry(&line.program).or_default().push(line);
    }
    files.into_iter().filter_map(|(program, lines)| {
        let first = lines.first()?;
        Some(Note::BadLines {
            host: data.name.clone(),
            program: program.clone(),
            count: lines.len(),
            first: first.number,
            error: first.error.clone(),
        })
    })
}
