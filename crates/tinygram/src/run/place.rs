//! Where a run takes place, and where its files go.

use crate::{
    cli::{BackendArg, RunArgs},
    exit::{Exit, Failure},
};
use analysis::{Analysis, Skipped};
use anyhow::{Context, anyhow};
use backend::{
    Backend, BackendError,
    netns::{self, Namespaces},
    uml,
};
use record::{batch::Batch, manifest::SIMULATED};
use scenario::{
    need::Need,
    plan::{Engine, Plan, VariantPlan},
};
use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Where a run takes place.
pub(super) enum Place {
    /// In this kernel.
    Here(Box<dyn Backend>),
    /// In a kernel of its own.
    Uml(uml::Ability),
    /// In no kernel at all.
    Sim,
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
        BackendArg::Sim => Place::Sim,
        BackendArg::Auto => match netns::allowed() {
            Ok(()) => {
                anstream::eprintln!("backend: namespaces (allowed here)");
                here()
            }
            Err(error) => instead(&error, uml::find),
        },
    };
    // A variant that needs netem is skipped where there is none.
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

/// What `auto` takes where there are no namespaces: another kernel, and where there is none, the
/// simulation, which needs nothing.
fn instead(
    error: &BackendError,
    find: impl FnOnce() -> Result<uml::Ability, BackendError>,
) -> Place {
    let reason = match error {
        BackendError::Forbidden { reason } => reason.clone(),
        other => control::reason(other),
    };
    // The rest is how to mend it, which `doctor` tells.
    let reason = reason.lines().next().unwrap_or_default();
    match find() {
        Ok(ability) => {
            anstream::eprintln!("backend: user-mode linux ({reason})");
            Place::Uml(ability)
        }
        Err(_) => {
            anstream::eprintln!("backend: {SIMULATED} ({reason}; no user-mode linux)");
            Place::Sim
        }
    }
}

/// Only what is simulated is the same for a seed every time, and fast enough to search seeds.
pub(super) fn needs_simulation(arguments: &RunArgs) -> Result<(), Failure> {
    if arguments.backend == BackendArg::Sim {
        return Ok(());
    }
    let error = anyhow!("--seeds searches simulated runs: add `--backend sim`");
    Err(Failure::new(Exit::Wrong, error))
}

/// Leaves out the variants that can't be simulated, and says why.
pub(super) fn leave_out_for_sim(plan: &mut Plan) -> Result<Vec<Skipped>, Failure> {
    leave_out(plan, sim::obstacle)
}

/// Leaves out the variants that need something else than this kernel, and says why.
pub(super) fn leave_out_here(plan: &mut Plan) -> Result<Vec<Skipped>, Failure> {
    let needs = |need| move |variant: &VariantPlan| variant.needs.contains(&need);
    // To look takes a host of its own.
    let netem = match plan.variants.iter().any(needs(Need::Netem)) {
        true => Some(netns::abilities()?.netem),
        false => None,
    };
    leave_out(plan, |variant| {
        if needs(Need::Smoltcp)(variant) {
            return Some("it needs smoltcp, and this is a kernel: `--backend sim`".to_owned());
        }
        let netem = netem.as_ref().filter(|netem| !netem.is_ok());
        let netem = netem.filter(|_| needs(Need::Netem)(variant))?;
        Some(format!("it needs netem: {}", netem.detail))
    })
}

fn leave_out(
    plan: &mut Plan,
    obstacle: impl Fn(&VariantPlan) -> Option<String>,
) -> Result<Vec<Skipped>, Failure> {
    let mut skipped = Vec::new();
    plan.variants.retain(|variant| match obstacle(variant) {
        None => true,
        Some(reason) => {
            anstream::eprintln!("skipped: {}: {reason}", variant.name);
            skipped.push(Skipped {
                variant: variant.name.clone(),
                reason,
            });
            false
        }
    });
    if plan.variants.is_empty() {
        return Err(anyhow!("none of {}'s variants can be played here", plan.name).into());
    }
    Ok(skipped)
}

fn here() -> Place {
    Place::Here(Box::new(Namespaces::default()))
}

fn wants_netem(plan: &Plan) -> bool {
    let variants = plan.variants.iter();
    let others = variants.filter(|variant| !variant.needs.contains(&Need::Netem));
    let mut hosts = others.flat_map(|variant| &variant.hosts);
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
            let (folder, created) = elsewhere(scenario, now)
                .with_context(|| format!("can't write to {}: {error}", runs.display()))?;
            anstream::eprintln!(
                "can't write to {} ({error}): runs go to {}",
                runs.display(),
                folder.display()
            );
            Ok(created)
        }
        created => Ok(created.with_context(|| format!("can't write to {}", runs.display()))?),
    }
}

/// A batch in a folder of its own, wherever temporary files may lie: a container with a read-only root
/// still has /dev/shm.
fn elsewhere(scenario: &str, now: SystemTime) -> io::Result<(PathBuf, Batch)> {
    const SHARED_MEMORY: &str = "/dev/shm";
    let make = |place: &Path| {
        let folder = tempfile::Builder::new()
            .prefix("tinygram-runs-")
            .tempdir_in(place)?;
        let batch = Batch::create(folder.path(), scenario, now)?;
        Ok((folder.keep(), batch))
    };
    let usual = env::temp_dir();
    // Of two errors the one about the usual place says more.
    make(&usual).or_else(|error| make(Path::new(SHARED_MEMORY)).map_err(|_: io::Error| error))
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

    fn forbidden() -> BackendError {
        BackendError::Forbidden {
            reason: "no".to_owned(),
        }
    }

    #[test]
    fn without_namespaces_another_kernel_is_taken_if_there_is_one() {
        let ability = uml::Ability {
            program: "linux.uml".into(),
            release: "6.1".to_owned(),
            modules: "/".into(),
        };
        let place = instead(&forbidden(), || Ok(ability));
        assert!(matches!(place, Place::Uml(_)));
    }

    #[test]
    fn without_any_kernel_it_is_simulated() {
        let missing = || {
            Err(BackendError::NoUml {
                reason: "none".to_owned(),
            })
        };
        assert!(matches!(instead(&forbidden(), missing), Place::Sim));
        let broken = BackendError::Start(io::Error::other("broken"));
        assert!(matches!(instead(&broken, missing), Place::Sim));
    }
}
