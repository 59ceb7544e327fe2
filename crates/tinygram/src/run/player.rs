//! Who plays the runs: kernels, where there are any, or the simulation.

#[cfg(kernels)]
use super::kernel;
use super::{
    place,
    progress::Bar,
    simulate,
    stage::{PlayError, Stage},
};
#[cfg(kernels)]
use crate::exit::Exit;
use crate::{cli::RunArgs, exit::Failure};
use analysis::{Analysis, Skipped};
#[cfg(kernels)]
use backend::docker::Compose;
use scenario::{plan::Plan, text::Lang};

/// Who plays the runs.
pub(super) enum Player {
    /// Hosts in this kernel.
    #[cfg(kernels)]
    Kernel(kernel::Player),
    /// Simulated hosts.
    Sim,
}

/// What came of choosing.
pub(super) enum Chosen {
    /// Somebody who plays, and what they can't.
    Player {
        player: Player,
        skipped: Vec<Skipped>,
    },
    /// The same command has played it all in a kernel of its own.
    #[cfg(kernels)]
    Done(Exit),
}

/// Chooses who plays.
pub(super) struct Chooser<'a> {
    arguments: &'a RunArgs,
    #[cfg(kernels)]
    compose: Option<Compose>,
}

impl<'a> Chooser<'a> {
    /// Waits for hosts that come by themselves, where there are such. They would not come to a command that
    /// has ended because something is wrong with what it shall play, so this goes first.
    ///
    /// # Errors
    /// One does not come.
    pub(super) fn new(arguments: &'a RunArgs) -> Result<Self, Failure> {
        Ok(Self {
            arguments,
            #[cfg(kernels)]
            compose: kernel::gather(arguments)?,
        })
    }

    /// Who plays what the arguments ask for. Variants that can't be played so are left out of the plan.
    #[cfg(kernels)]
    pub(super) fn choose(
        self,
        plan: &mut Plan,
        lang: Lang,
        verbose: u8,
    ) -> Result<Chosen, Failure> {
        match kernel::choose(self.arguments, self.compose, plan)? {
            kernel::Place::Here {
                backend,
                skipped,
                interrupter,
            } => Ok(Chosen::Player {
                skipped,
                player: Player::Kernel(kernel::Player::new(backend, interrupter)),
            }),
            kernel::Place::Uml(ability) => {
                kernel::elsewhere(&ability, self.arguments, plan, lang, verbose).map(Chosen::Done)
            }
            kernel::Place::Sim => sim(self.arguments, plan),
        }
    }

    /// Who plays what the arguments ask for. Variants that can't be played so are left out of the plan.
    #[cfg(not(kernels))]
    pub(super) fn choose(self, plan: &mut Plan, _: Lang, _: u8) -> Result<Chosen, Failure> {
        if self.arguments.backend == crate::cli::BackendArg::Auto {
            let what = record::manifest::SIMULATED;
            anstream::eprintln!("backend: {what} (this build has no Linux kernels to run in)");
        }
        sim(self.arguments, plan)
    }
}

impl Player {
    /// Nothing more is to be played.
    pub(super) fn played(&self) {
        match self {
            #[cfg(kernels)]
            Self::Kernel(player) => player.played(),
            Self::Sim => {}
        }
    }

    /// Plays one run and analyses it.
    pub(super) fn play(&self, stage: &Stage<'_>, bar: &Bar) -> Result<Analysis, PlayError> {
        match self {
            #[cfg(kernels)]
            Self::Kernel(player) => player.play(stage, bar),
            Self::Sim => {
                bar.simulating();
                simulate::play(stage)
            }
        }
    }
}

fn sim(arguments: &RunArgs, plan: &mut Plan) -> Result<Chosen, Failure> {
    if arguments.repeat > 1 {
        anstream::eprintln!(
            "--repeat: a seed's simulated run is the same each time; `--seeds 1..{}` plays others",
            arguments.repeat
        );
    }
    let skipped = place::leave_out(plan, sim::obstacle);
    simulate::end_on_signals()?;
    Ok(Chosen::Player {
        player: Player::Sim,
        skipped,
    })
}
