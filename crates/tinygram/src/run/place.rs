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
        BackendArg::Auto => match netns::allowed() {
            Ok(()) => {
                anstream::eprintln!("backend: namespaces (allowed here)");
                here()
            }
            Err(forbidden) => instead(forbidden, uml::find)?,
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

/// What `auto` takes where namespaces are forbidden.
fn instead(
    error: BackendError,
    find: impl FnOnce() -> Result<uml::Ability, BackendError>,
) -> Result<Place, BackendError> {
    let BackendError::Forbidden { reason } = &error else {
        return Err(error);
    };
    let Ok(ability) = find() else {
        return Err(error);
    };
    anstream::eprintln!("backend: user-mode linux ({reason})");
    Ok(Place::Uml(ability))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_kernel_is_looked_for_only_where_namespaces_are_forbidden() {
        let forbidden = || BackendError::Forbidden {
            reason: "no".to_owned(),
        };
        let ability = uml::Ability {
            program: "linux.uml".into(),
            release: "6.1".to_owned(),
            modules: "/".into(),
        };
        let found = instead(forbidden(), || Ok(ability));
        assert!(matches!(found, Ok(Place::Uml(_))));
        let missing = || {
            Err(BackendError::NoUml {
                reason: "none".to_owned(),
            })
        };
        let error = instead(forbidden(), missing).err();
        assert!(matches!(error, Some(BackendError::Forbidden { .. })));
        let broken = BackendError::Start(io::Error::other("broken"));
        let error = instead(broken, || unreachable!("nobody asks")).err();
        assert!(matches!(error, Some(BackendError::Start(_))));
    }
}
