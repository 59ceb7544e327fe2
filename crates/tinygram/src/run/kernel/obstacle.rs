//! What stands in the way of a variant, in which kernel.

use crate::{exit::Failure, run::place};
use analysis::Skipped;
use anyhow::anyhow;
use backend::{docker::Compose, netns};
use control::Ability;
use scenario::{
    need::Need,
    plan::{Engine, HostPlan, Plan, Program, ProgramPlan, VariantPlan},
};
use std::env;

/// Where hosts are.
#[derive(Clone, Copy)]
pub(super) enum Where<'a> {
    /// Namespaces of this kernel.
    Namespaces,
    /// Containers made for the variant.
    Docker,
    /// Containers that somebody else has made.
    Compose(&'a Compose),
}

/// Leaves out the variants that need something else than this kernel and these hosts, and says why.
pub(super) fn leave_out(plan: &mut Plan, hosts: Where<'_>) -> Result<Vec<Skipped>, Failure> {
    let needs = |need| move |variant: &VariantPlan| variant.needs.contains(&need);
    // To look takes a host of its own.
    let asks = plan.variants.iter().any(needs(Need::Netem));
    let netem = asks.then(netem);
    place::leave_out(plan, |variant| {
        if needs(Need::Smoltcp)(variant) {
            return Some("it needs smoltcp, and this is a kernel: `--backend sim`".to_owned());
        }
        let obstacle = match hosts {
            Where::Namespaces => image(variant),
            Where::Docker => None,
            Where::Compose(compose) => image(variant).or_else(|| compose.obstacle(variant)),
        };
        let obstacle = obstacle.or_else(|| python3(variant, hosts));
        obstacle.or_else(|| {
            let netem = netem.as_ref().filter(|netem| !netem.is_ok());
            let netem = netem.filter(|_| needs(Need::Netem)(variant))?;
            Some(format!("it needs netem: {}", netem.detail))
        })
    })
}

fn image(variant: &VariantPlan) -> Option<String> {
    let mut hosts = variant.hosts.iter();
    hosts.find_map(|host| {
        let (name, image) = (&host.name, host.image.as_ref()?);
        Some(format!(
            "{name} is made of the image {image}: `--backend docker`"
        ))
    })
}

/// Namespaces share the machine's files; the lab's own image has no python3, and of others nobody knows.
fn python3(variant: &VariantPlan, hosts: Where<'_>) -> Option<String> {
    if !variant.needs.contains(&Need::Python3) {
        return None;
    }
    let is_bare = |host: &HostPlan| {
        let is_command = |plan: &ProgramPlan| matches!(plan.program, Program::Command(_));
        host.image.is_none() && host.run.iter().any(is_command)
    };
    match hosts {
        Where::Namespaces if !is_on_path("python3") => {
            Some("it needs python3, which is not on the search path".to_owned())
        }
        Where::Docker | Where::Compose(_) if variant.hosts.iter().any(is_bare) => Some(
            "it needs python3, which the lab's image lacks: give its hosts an `image`".to_owned(),
        ),
        _ => None,
    }
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// # Errors
/// A link asks for netem, without which its variant could be played, and there is none.
pub(super) fn needs_netem(plan: &Plan) -> Result<(), Failure> {
    let variants = plan.variants.iter();
    let others = variants.filter(|variant| !variant.needs.contains(&Need::Netem));
    let mut hosts = others.flat_map(|variant| &variant.hosts);
    if !hosts.any(|host| host.link.engine == Engine::Netem) {
        return Ok(());
    }
    let netem = netem();
    if netem.is_ok() {
        return Ok(());
    }
    Err(anyhow!(
        "{} asks for `engine: netem`: {}\n\
         to mend it, `modprobe sch_netem`, or `--backend uml`, or `engine: auto`",
        plan.name,
        netem.detail
    )
    .into())
}

/// The kernel's netem; where namespaces are forbidden, nobody can look.
fn netem() -> Ability {
    let abilities = netns::abilities();
    abilities.map_or_else(
        |error| Ability::missing(control::reason(&error)),
        |abilities| abilities.netem,
    )
}
