//! A run in memory: what analysis reads, whether it was loaded from a directory or made in this
//! process by the simulation.

use crate::{event::Event, layout::RunDir, manifest, manifest::Manifest};
use scenario::plan::{HostPlan, Program};
use std::{collections::BTreeMap, fs, io, path::PathBuf};

/// One run, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What was asked and how it ended.
    pub manifest: Manifest,
    /// What each host left, in the plan's order.
    pub hosts: Vec<HostData>,
}

/// What one host left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostData {
    /// The host's name.
    pub name: String,
    /// The diary of its peers, sorted by time.
    pub events: Vec<Event>,
    /// Lines of the diary that could not be read.
    pub bad_lines: Vec<BadLine>,
    /// Whether its diary is missing, which is not the same as an empty one.
    pub diary_missing: bool,
    /// What its `command:` programs wrote to their standard output, by program.
    pub outputs: BTreeMap<String, Vec<u8>>,
    /// Its packets: the bytes of a pcap or pcapng file; empty when there is none.
    pub capture: Vec<u8>,
}

/// A line of a diary that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The `command:` program whose own diary it stands in; none for that of the lab's peers.
    pub program: Option<String>,
    /// Its number in the file, from 1.
    pub number: usize,
    /// What is wrong with it.
    pub error: String,
}

/// A run that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no manifest: not a run directory, or a run that did not get far enough.
    #[error(
        "{path} is not a run: it holds no manifest.json; name a folder that `tinygram run` left"
    )]
    NotARun {
        /// The directory.
        path: PathBuf,
    },
    /// A file is there and cannot be read.
    #[error("cannot read {path}; check that it is yours to read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The manifest is not one.
    #[error("{path} is damaged or from another version of tinygram; run the scenario again")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The manifest's version is not ours.
    #[error(
        "{path} has format version {found}, this tinygram reads version {}; run the scenario again",
        manifest::VERSION
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

impl Run {
    /// Loads a run directory. A capture or a diary that is missing is an empty one: a run that
    /// broke may have left none, and its manifest says so.
    pub fn load(dir: &RunDir) -> Result<Self, LoadError> {
        let manifest = load_manifest(dir)?;
        let hosts = manifest
            .variant
            .hosts
            .iter()
            .map(|host| load_host(dir, host));
        Ok(Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            manifest,
        })
    }

    /// Writes it, all but the logs and what analysis makes of it, into a directory that exists.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn store(&self, dir: &RunDir) -> io::Result<()> {
        for host in &self.hosts {
            fs::write(dir.capture(&host.name), &host.capture)?;
            for (program, output) in &host.outputs {
                fs::write(dir.output(&host.name, program), output)?;
            }
            if !host.diary_missing {
                let mut diary = Vec::new();
                write_events(&host.events, &mut diary)?;
                fs::write(dir.events(&host.name), diary)?;
            }
        }
        let mut manifest = serde_json::to_vec_pretty(&self.manifest)?;
        manifest.push(b'\n');
        fs::write(dir.manifest(), manifest)
    }

    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&HostData> {
        self.hosts.iter().find(|host| host.name == name)
    }
}

fn load_manifest(dir: &RunDir) -> Result<Manifest, LoadError> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }

    let path = dir.manifest();
    let Some(bytes) = read_if_there(path.clone())? else {
        return Err(LoadError::NotARun {
            path: dir.path().to_owned(),
        });
    };
    // The version first: another version's fields need not fit.
    let damaged = |source| LoadError::Manifest {
        path: path.clone(),
        source,
    };
    let Version { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version != manifest::VERSION {
        return Err(LoadError::Version {
            path: path.clone(),
            found: version,
        });
    }
    serde_json::from_slice(&bytes).map_err(damaged)
}

fn load_host(dir: &RunDir, plan: &HostPlan) -> Result<HostData, LoadError> {
    let name = &plan.name;
    let diary = read_if_there(dir.events(name))?;
    let diary_missing = diary.is_none();
    let (mut events, mut bad_lines) = read_events(&diary.unwrap_or_default());
    let mut outputs = BTreeMap::new();
    let commands = plan
        .run
        .iter()
        .filter(|program| matches!(program.program, Program::Command(_)));
    for program in commands {
        let diary = read_if_there(dir.own_events(name, &program.name))?.unwrap_or_default();
        let (own, bad) = read_events(&diary);
        // Whatever it calls itself: it can only speak for itself.
        events.extend(own.into_iter().map(|event| Event {
            peer: program.name.clone(),
            ..event
        }));
        bad_lines.extend(bad.into_iter().map(|line| BadLine {
            program: Some(program.name.clone()),
            ..line
        }));
        if let Some(output) = read_if_there(dir.output(name, &program.name))? {
            outputs.insert(program.name.clone(), output);
        }
    }
    events.sort_by_key(|event| event.at);
    Ok(HostData {
        name: name.clone(),
        events,
        bad_lines,
        diary_missing,
        outputs,
        capture: read_if_there(dir.capture(name))?.unwrap_or_default(),
    })
}

fn read_if_there(path: PathBuf) -> Result<Option<Vec<u8>>, LoadError> {
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LoadError::Read { path, source }),
    }
}

/// Reads a diary (JSON Lines) and sorts it by time; events of equal time keep their order. Lines
/// that are no event, such as one cut short by a kill or of a kind this version does not know,
/// are set aside. Empty lines are skipped.
pub fn read_events(diary: &[u8]) -> (Vec<Event>, Vec<BadLine>) {
    let mut events: Vec<Event> = Vec::new();
    let mut bad = Vec::new();
    for (index, line) in diary.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(event) => events.push(event),
            Err(error) => bad.push(BadLine {
                program: None,
                number: index + 1,
                error: error.to_string(),
            }),
        }
    }
    events.sort_by_key(|event| event.at);
    (events, bad)
}

/// Writes events as a diary: one JSON object a line.
pub fn write_events<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    mut out: impl io::Write,
) -> io::Result<()> {
    for event in events {
        serde_json::to_writer(&mut out, event)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
