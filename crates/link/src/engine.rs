//! Who puts a link's impairments into force.

use crate::{
    LinkError, LinkSpec,
    netem::{self, Netem, Refusal},
};
use scenario::{
    impairment::Impairments,
    plan::{Engine, LinkPlan},
};

/// Who puts a link's impairments into force, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// The kernel's netem.
    Netem,
    /// The user-space link.
    UserSpace {
        /// Why not the kernel's netem, where that had been tried first.
        instead: Option<String>,
    },
}

/// Puts netem on the wire if the plan wants it and the kernel does all of it.
pub(crate) fn choose(
    spec: &LinkSpec,
    lanes: &[String],
) -> Result<(Option<Netem>, InForce), LinkError> {
    let instead = |reason| Ok((None, InForce::UserSpace { instead: reason }));
    match spec.plan.engine {
        Engine::User => instead(None),
        Engine::Netem => {
            let (netem, _) = install(spec, lanes)?;
            Ok((Some(netem), InForce::Netem))
        }
        Engine::Auto if asks_nothing(&spec.plan) => instead(None),
        Engine::Auto => match install(spec, lanes) {
            Ok((netem, is_seeded)) if is_seeded || !has_chance(&spec.plan) => {
                Ok((Some(netem), InForce::Netem))
            }
            Ok((netem, _)) => {
                netem.remove()?;
                instead(Some("this kernel's netem can't be seeded".to_owned()))
            }
            Err(refusal) => instead(Some(refusal.to_string())),
        },
    }
}

/// Installs netem, and whether its chance follows from the seed.
fn install(spec: &LinkSpec, lanes: &[String]) -> Result<(Netem, bool), Refusal> {
    netem::supports(&spec.plan)?;
    let mut netem = Netem::install(&spec.wire, lanes, spec.seed)?;
    let is_seeded = netem.change(0, &spec.plan.start.egress)?;
    Ok((netem, is_seeded))
}

fn asked(plan: &LinkPlan) -> impl Iterator<Item = &Impairments> {
    plan.phases()
        .flat_map(|(_, state)| std::iter::once(&state.egress).chain(state.toward.values()))
}

fn has_chance(plan: &LinkPlan) -> bool {
    asked(plan).any(Impairments::has_chance)
}

/// Whether there is nothing that netem would do: MTUs are an interface's and a router's.
fn asks_nothing(plan: &LinkPlan) -> bool {
    asked(plan).all(|impairments| {
        let others = Impairments {
            mtu: impairments.mtu,
            path_mtu: impairments.path_mtu,
            black_hole: impairments.black_hole,
            ..Impairments::default()
        };
        *impairments == others
    })
}
