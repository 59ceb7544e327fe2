//! What is going on, on stderr, where that is a terminal.

#[cfg(kernels)]
use backend::coordinator::Phase;
use indicatif::{ProgressBar, ProgressStyle};
use scenario::plan::VariantPlan;
use std::{cell::Cell, time::Duration};

/// A spinner for one variant. It vanishes when dropped; elsewhere than on a terminal nothing shows.
pub(super) struct Bar {
    bar: ProgressBar,
    repeat: u32,
    repetition: Cell<u32>,
}

/// A spinner for something that comes before all variants. It vanishes when dropped.
#[cfg(kernels)]
pub(super) fn waiting(what: String) -> impl Drop {
    struct Waiting(ProgressBar);
    impl Drop for Waiting {
        fn drop(&mut self) {
            self.0.finish_and_clear();
        }
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(TICK);
    Waiting(bar)
}

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

impl Bar {
    pub(super) fn start(variant: &VariantPlan, repeat: u32) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(variant.name.clone());
        bar.enable_steady_tick(TICK);
        Self {
            bar,
            repeat,
            repetition: Cell::new(0),
        }
    }

    #[cfg(kernels)]
    pub(super) fn show(&self, phase: Phase) {
        let what = match phase {
            Phase::Preparing => {
                self.repetition.set(self.repetition.get() + 1);
                "setting up hosts and links"
            }
            Phase::Launching => "starting programs",
            Phase::Playing => "playing",
            Phase::Ending => "waiting for the last packets",
            Phase::Collecting => "collecting captures",
        };
        self.say(what);
    }

    pub(super) fn simulating(&self) {
        self.repetition.set(self.repetition.get() + 1);
        self.say("simulating");
    }

    fn say(&self, what: &str) {
        self.bar.set_message(match self.repeat {
            1 => what.to_owned(),
            repeat => format!("{} of {repeat}, {what}", self.repetition.get()),
        });
    }

    #[cfg(kernels)]
    pub(super) fn analysing(&self) {
        self.bar.set_message("analysing");
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
