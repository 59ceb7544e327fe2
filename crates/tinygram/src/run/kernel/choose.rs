//! Which kernel a run takes place in.

use crate::{
    cli::{BackendArg, RunArgs},
    exit::Failure,
    run::place,
};
use analysis::Skipped;
use anyhow::anyhow;
use backend::{
    Backend, BackendError,
    netns::{self, Namespaces},
    uml,
};
use record::manifest::SIMULATED;
use scenario::{
    need::Need,
    plan::{Engine, Plan, VariantPlan},
};

/// Where a run takes place.
pub(in crate::run) enum Place {
    /// In this kernel.
    Here(Box<dyn Backend>),
    /// In a kernel of its own.
    Uml(uml::Ability),
    /// In no kernel at all.
    Sim,
}

/// Picks the backend; says which and why where the choice was left to us. What the links need and
/// this kernel lacks is found out before any host starts.
pub(in crate::run) fn choose(arguments: &RunArgs, plan: &Plan) -> Result<Place, Failure> {
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

/// Leaves out the variants that need something else than this kernel, and says why.
pub(in crate::run) fn leave_out(plan: &mut Plan) -> Result<Vec<Skipped>, Failure> {
    let needs = |need| move |variant: &VariantPlan| variant.needs.contains(&need);
    // To look takes a host of its own.
    let netem = match plan.variants.iter().any(needs(Need::Netem)) {
        true => Some(netns::abilities()?.netem),
        false => None,
    };
    place::leave_out(plan, |variant| {
        if needs(Need::Smoltcp)(variant) {
            return Some("it needs smoltcp, and this is a kernel: `--backend sim`".to_owned());
        }
        let netem = netem.as_ref().filter(|netem| !netem.is_ok());
        let netem = netem.filter(|_| needs(Need::Netem)(variant))?;
        Some(format!("it needs netem: {}", netem.detail))
    })
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
