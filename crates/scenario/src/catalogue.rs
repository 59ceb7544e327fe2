//! Scenarios that have a name: those in ./scenarios, then those built in.

use crate::{Diagnostics, load, parse, plan::Plan, suggest};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where scenarios are looked for before the built-in ones.
const FOLDER: &str = "scenarios";
/// What scenario files' names end with.
const ENDING: &str = "yaml";

/// The files that every lab carries, by name.
macro_rules! built_in {
    ($($name:literal,)*) => {
        const BUILT_IN: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!("../../../scenarios/", $name, ".yaml")),
        ),)*];
    };
}

built_in! {
    "buffers",
    "dead-peer",
    "greeting",
    "http-get",
    "impairments",
    "leftover",
    "lossy",
    "nagle-delack",
    "partition",
    "pmtu-black-hole",
    "remote-command",
    "silly-window-both",
    "silly-window-receiver",
    "silly-window-sender",
    "slow-reader",
    "small-mtu",
    "sticky-backlog",
    "sticky-one-write",
    "sticky",
    "tinygrams",
    "udp-fragments",
    "udp-greeting",
    "udp-truncate",
    "udp-vs-tcp",
    "your-own",
}

/// A scenario that can be had by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a scenario comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// The program carries it; this is its text.
    BuiltIn(&'static str),
}

/// There is no scenario of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario `{name}`: {hint}")]
pub struct NotFound {
    /// What was asked for.
    pub name: String,
    /// The one that was probably meant, or all there are.
    pub hint: String,
}

impl Entry {
    /// Reads and resolves it.
    ///
    /// # Errors
    /// It can't be read, or something in it is wrong.
    pub fn load(&self) -> Result<Plan, Diagnostics> {
        match &self.origin {
            Origin::File(path) => load(path),
            Origin::BuiltIn(text) => {
                let label = format!("{}.{ENDING} (built in)", self.name);
                parse(&self.name, text.as_bytes(), &label, ".")
            }
        }
    }
}

/// All scenarios that have a name, sorted by it.
pub fn list() -> Vec<Entry> {
    list_in(Path::new(FOLDER))
}

/// The scenario of that name.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Entry, NotFound> {
    find_in(Path::new(FOLDER), name)
}

fn find_in(folder: &Path, name: &str) -> Result<Entry, NotFound> {
    let mut entries = list_in(folder);
    match entries.iter().position(|entry| entry.name == name) {
        Some(index) => Ok(entries.swap_remove(index)),
        None => Err(NotFound {
            name: name.to_owned(),
            hint: suggest::hint(
                name,
                "scenarios",
                entries.iter().map(|entry| entry.name.as_str()),
            ),
        }),
    }
}

/// A folder that is not there, or can't be read, holds no scenarios.
fn list_in(folder: &Path) -> Vec<Entry> {
    let files = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|file| {
            let path = file.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            (path.extension()? == ENDING).then_some(Entry {
                name,
                origin: Origin::File(path),
            })
        });
    let mut entries: Vec<Entry> = files.collect();
    for (name, text) in BUILT_IN {
        if !entries.iter().any(|entry| entry.name == *name) {
            entries.push(Entry {
                name: (*name).to_owned(),
                origin: Origin::BuiltIn(text),
            });
        }
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
    }

    #[test]
    fn every_file_of_the_folder_is_built_in_and_nothing_else() {
        let mut files: Vec<String> = fs::read_dir(shipped())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let built_in: Vec<String> = BUILT_IN
            .iter()
            .map(|(name, _)| format!("{name}.{ENDING}"))
            .collect();
        assert_eq!(built_in, files);
    }

    #[test]
    fn every_built_in_scenario_is_valid() {
        for entry in list_in(Path::new("no such folder")) {
            assert!(matches!(entry.origin, Origin::BuiltIn(_)));
            let plan = entry.load().unwrap_or_else(|wrong| panic!("{wrong}"));
            assert_eq!(plan.name, entry.name);
        }
    }

    #[test]
    fn a_file_goes_before_the_built_in_one_of_its_name() {
        let found = find_in(&shipped(), "sticky").unwrap();
        assert_eq!(found.origin, Origin::File(shipped().join("sticky.yaml")));
        assert_eq!(found.load().unwrap().name, "sticky");
    }

    #[test]
    fn a_slip_of_the_pen_gets_a_suggestion() {
        let hint = |name| find_in(Path::new("no such folder"), name).unwrap_err().hint;
        assert_eq!(hint("stikcy"), "did you mean `sticky`?");
        assert!(hint("congestion").starts_with("scenarios: "));
    }
}
