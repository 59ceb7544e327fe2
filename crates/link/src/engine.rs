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
            Ok((netem, true)) => Ok((Some(netem), InForce::Netem)),
            Ok((netem, false)) => {
                netem.remove()?;
                let reason = "what happens in this kernel's netem would not follow from the seed";
                instead(Some(reason.to_owned()))
            }
            Err(refusal) => instead(Some(refusal.to_string())),
        },
    }
}

/// Installs netem, which has then taken all that the plan will ask of it, and whether its chance
/// follows from the seed.
fn install(spec: &LinkSpec, lanes: &[String]) -> Result<(Netem, bool), Refusal> {
    netem::supports(&spec.plan)?;
    let mut netem = Netem::install(&spec.wire, lanes, spec.seed)?;
    let is_seeded = netem.rehearse(&spec.plan)?;
    Ok((netem, is_seeded))
}

/// Whether there is nothing that netem would do: MTUs are an interface's and a router's.
fn asks_nothing(plan: &LinkPlan) -> bool {
    netem::asked(plan).all(|impairments| {
        let others = Impairments {
            mtu: impairments.mtu,
            path_mtu: impairments.path_mtu,
            black_hole: impairments.black_hole,
            ..Impairments::default()
        };
        *impairments == others
    })
}
