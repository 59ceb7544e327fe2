//! Where a run takes place, and where its files go.

use crate::{
    cli::{BackendArg, RunArgs},
    exit::Failure,
};
use analysis::Analysis;
use anyhow::{Context, anyhow};
use backend::{
    Backend, BackendError,
    netns::{self, Namespaces},
    uml,
};
use record::batch::Batch;
use scenario::plan::{Engine, Plan};
use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    time::SystemTime,
};

/// Where a run takes place.
pub(super) enum Place {
    /// In this kernel.
    Here(Box<dyn Backend>),
    /// In a kernel of its own.
    Uml(uml::Ability),
}

/// Picks the backend; says which and why where the choice was left to us. What the links need and
/// this kernel lacks is found out before any host starts.
pub(super) fn choose(arguments: &RunArgs, plan: &Plan) -> Result<Place, Failure> {
    if arguments.inside_uml {
        return Ok(Place::Here(Box::new(Namespaces::named("user-mode linux"))));
    }
    let place = match arguments.backend {
        BackendArg::Netns => here(),
        BackendArg::Uml => Place::Uml(uml::find()?),
        BackendArg::Auto => match (netns::allowed(), uml::find()) {
            (Ok(()), _) => {
                anstream::eprintln!("backend: namespaces (allowed here)");
                here()
            }
            (Err(BackendError::Forbidden { reason }), Ok(ability)) => {
                anstream::eprintln!("backend: user-mode linux ({reason})");
                Place::Uml(ability)
            }
            (Err(error), _) => return Err(error.into()),
        },
    };
    if matches!(place, Place::Here(_)) && wants_netem(plan) {
        let netem = netns::abilities()?.netem;
        if !netem.is_ok() {
            return Err(anyhow!(
                "{} asks for `engine: netem`: {}\n\
                 to mend it, `modprobe sch_netem`, or `--backend uml`, or `engine: auto`",
                plan.name,
                netem.detail
            )
            .into());
        }
    }
    Ok(place)
}

/// Says in one line why links are not the kernel's netem, where that had been tried first; each
/// reason once.
pub(super) fn tell_engine(analysis: &Analysis, told: &mut Vec<String>) {
    for reason in analysis
        .links
        .iter()
        .filter_map(|link| link.instead.clone())
    {
        if !told.contains(&reason) {
            anstream::eprintln!("links: user-space ({reason})");
            told.push(reason);
        }
    }
}

fn here() -> Place {
    Place::Here(Box::new(Namespaces::default()))
}

fn wants_netem(plan: &Plan) -> bool {
    let mut hosts = plan.variants.iter().flat_map(|variant| &variant.hosts);
    hosts.any(|host| host.link.engine == Engine::Netem)
}

/// Makes the batch's folder below `runs`, or, where nothing can be written, below a temporary one.
pub(super) fn batch(runs: &Path, scenario: &str) -> Result<Batch, Failure> {
    let now = SystemTime::now();
    match Batch::create(runs, scenario, now) {
        Err(error)
            if [
                io::ErrorKind::PermissionDenied,
                io::ErrorKind::ReadOnlyFilesystem,
            ]
            .contains(&error.kind()) =>
        {
            let elsewhere = env::temp_dir().join(format!("tinygram-runs-{}", std::process::id()));
            fs::create_dir_all(&elsewhere)
                .with_context(|| format!("can't write to {}", elsewhere.display()))?;
            anstream::eprintln!(
                "can't write to {} ({error}): runs go to {}",
                runs.display(),
                elsewhere.display()
            );
            Ok(Batch::create(&elsewhere, scenario, now)
                .with_context(|| format!("can't write to {}", elsewhere.display()))?)
        }
        created => Ok(created.with_context(|| format!("can't write to {}", runs.display()))?),
    }
}

/// Says where the runs lie, and what to open them with.
pub(super) fn show(batch: &Batch, runs: &Path, output: &mut dyn Write) -> io::Result<()> {
    let here = if batch.path().starts_with(runs) {
        runs.join("latest")
    } else {
        batch.path().into()
    };
    let here = here.display();
    writeln!(output, "{here}     tinygram inspect {here}")
}
