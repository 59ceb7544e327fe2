//! Which kernel a run takes place in.

use super::{
    obstacle::{Where, leave_out, needs_netem, only_smoltcp},
    signals::{self, AtOnce},
};
use crate::{
    cli::{BackendArg, RunArgs},
    exit::Failure,
    run::{place, progress},
};
use analysis::Skipped;
use backend::{
    Backend, BackendError,
    coordinator::Interrupter,
    docker::{Compose, Docker},
    netns::{self, Namespaces},
    uml,
};
use record::manifest::SIMULATED;
use scenario::plan::Plan;

/// Where a run takes place.
pub(in crate::run) enum Place {
    /// In this kernel, or an engine's.
    Here {
        /// What brings hosts up.
        backend: Box<dyn Backend>,
        /// What can't be played there.
        skipped: Vec<Skipped>,
        /// What ends the run.
        interrupter: Interrupter,
    },
    /// In a kernel of its own.
    Uml(uml::Ability),
    /// In no kernel at all.
    Sim,
}

/// The hosts that `docker compose up` starts, when all of them have come.
///
/// # Errors
/// One does not come.
pub(in crate::run) fn gather(arguments: &RunArgs) -> Result<Option<Compose>, Failure> {
    if !arguments.inside_compose {
        return Ok(None);
    }
    let _at_once = AtOnce::begin()?;
    Ok(Some(Compose::open()?))
}

/// Picks the backend; says which and why where the choice was left to us. What the links need and
/// the kernel lacks is found out before any host starts. Variants that can't be played there are left
/// out of the plan.
pub(in crate::run) fn choose(
    arguments: &RunArgs,
    compose: Option<Compose>,
    plan: &mut Plan,
) -> Result<Place, Failure> {
    if arguments.inside_uml {
        return here(plan, Namespaces::named("user-mode linux"));
    }
    if let Some(compose) = compose {
        let skipped = leave_out(plan, Where::Compose(&compose));
        needs_netem(plan)?;
        return Ok(Place::Here {
            backend: Box::new(compose),
            skipped,
            interrupter: signals::listen()?,
        });
    }
    match arguments.backend {
        BackendArg::Docker => {
            let docker = Docker::connect()?;
            anstream::eprintln!("backend: docker (engine {})", docker.version());
            in_docker(plan, docker)
        }
        BackendArg::Netns => here(plan, Namespaces::default()),
        BackendArg::Uml => Ok(Place::Uml(uml::find()?)),
        BackendArg::Sim => Ok(Place::Sim),
        BackendArg::Auto if only_smoltcp(plan) => {
            anstream::eprintln!("backend: {SIMULATED} ({} needs smoltcp)", plan.name);
            Ok(Place::Sim)
        }
        BackendArg::Auto => auto(plan),
    }
}

/// The best there is: containers, else namespaces, else a kernel of its own, else none.
fn auto(plan: &mut Plan) -> Result<Place, Failure> {
    let reason = match Docker::connect() {
        Ok(docker) => {
            let version = docker.version().to_owned();
            let mut inside = plan.clone();
            match in_docker(&mut inside, docker) {
                Ok(_) if inside.variants.is_empty() => place::nothing_left(plan).reason(),
                Ok(place) => {
                    anstream::eprintln!("backend: docker (engine {version} answers)");
                    *plan = inside;
                    return Ok(place);
                }
                Err(failure) => failure.reason(),
            }
        }
        Err(error) => record::reason(&error),
    };
    let reason = reason.lines().next().unwrap_or_default().to_owned();
    match netns::allowed() {
        Ok(()) => {
            anstream::eprintln!("backend: namespaces ({reason})");
            here(plan, Namespaces::default())
        }
        Err(error) => Ok(instead(&error, uml::find)),
    }
}

fn here(plan: &mut Plan, namespaces: Namespaces) -> Result<Place, Failure> {
    let skipped = leave_out(plan, Where::Namespaces);
    needs_netem(plan)?;
    Ok(Place::Here {
        backend: Box::new(namespaces),
        skipped,
        interrupter: signals::listen()?,
    })
}

/// The containers of the first variant are brought up at once: what stands in the way is known then.
fn in_docker(plan: &mut Plan, docker: Docker) -> Result<Place, Failure> {
    let skipped = leave_out(plan, Where::Docker);
    needs_netem(plan)?;
    if !plan.variants.is_empty() {
        let _at_once = AtOnce::begin()?;
        docker.take_turn(|| {
            anstream::eprintln!("waiting: other runs keep the engine's processors busy");
        })?;
    }
    let interrupter = signals::listen()?;
    if let Some(first) = plan.variants.first() {
        let hosts = first.hosts.len();
        let _spinner =
            progress::waiting(format!("starting a network, {hosts} hosts, a coordinator"));
        docker.raise(first)?;
    }
    Ok(Place::Here {
        backend: Box::new(docker),
        skipped,
        interrupter,
    })
}

/// What `auto` takes where there are no namespaces: another kernel, and where there is none, the
/// simulation, which needs nothing.
fn instead(
    error: &BackendError,
    find: impl FnOnce() -> Result<uml::Ability, BackendError>,
) -> Place {
    let reason = match error {
        BackendError::Forbidden { reason } => reason.clone(),
        other => record::reason(other),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

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
