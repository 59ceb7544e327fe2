//! What stands in the way of a variant, in which kernel.

use crate::{exit::Failure, run::place};
use analysis::Skipped;
use anyhow::anyhow;
use backend::{docker::Compose, netns};
use control::Ability;
use scenario::{
    need::Need,
    plan::{Engine, Plan, Program, ProgramPlan, VariantPlan},
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
pub(super) fn leave_out(plan: &mut Plan, hosts: Where<'_>) -> Vec<Skipped> {
    let needs = |need| move |variant: &VariantPlan| variant.needs.contains(&need);
    // To look takes a host of its own.
    let asks = plan.variants.iter().any(needs(Need::Netem));
    let netem = asks.then(netem);
    place::leave_out(plan, |variant| {
        if needs(Need::Smoltcp)(variant) {
            return Some("it needs smoltcp, and this is a kernel: `--backend sim`".to_owned());
        }
        let obstacle = match hosts {
            Where::Namespaces => image(variant).or_else(|| python3(variant)),
            Where::Docker => command(variant),
            Where::Compose(compose) => image(variant).or_else(|| compose.obstacle(variant)),
        };
        obstacle.or_else(|| {
            let netem = netem.as_ref().filter(|netem| !netem.is_ok());
            let netem = netem.filter(|_| needs(Need::Netem)(variant))?;
            Some(format!("it needs netem: {}", netem.detail))
        })
    })
}

/// The lab's image has busybox, and none of the programs that a scenario's command may mean.
fn command(variant: &VariantPlan) -> Option<String> {
    let is_command = |program: &ProgramPlan| matches!(program.program, Program::Command(_));
    let mut hosts = variant.hosts.iter();
    let host = hosts.find(|host| host.image.is_none() && host.run.iter().any(is_command))?;
    let name = &host.name;
    Some(format!(
        "{name} runs a command: give it an `image` that has it, or `--backend netns`"
    ))
}

/// Whether no variant can be played in a kernel.
pub(super) fn only_smoltcp(plan: &Plan) -> bool {
    let mut variants = plan.variants.iter();
    variants.all(|variant| variant.needs.contains(&Need::Smoltcp))
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

/// Namespaces share the machine's files. Of other images nobody knows.
fn python3(variant: &VariantPlan) -> Option<String> {
    let is_missing = variant.needs.contains(&Need::Python3) && !is_on_path("python3");
    is_missing.then(|| "it needs python3, which is not on the search path".to_owned())
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
        |error| Ability::missing(record::reason(&error)),
        |abilities| abilities.netem,
    )
}
