//! What is going on, on stderr, where that is a terminal.

use backend::coordinator::Phase;
use indicatif::{ProgressBar, ProgressStyle};
use scenario::plan::VariantPlan;
use std::time::Duration;

/// A spinner for one variant. It vanishes when dropped; elsewhere than on a terminal nothing shows.
pub(super) struct Bar {
    bar: ProgressBar,
    repeat: u32,
}

impl Bar {
    pub(super) fn start(variant: &VariantPlan, repeat: u32) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(variant.name.clone());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, repeat }
    }

    pub(super) fn show(&self, phase: Phase, repetition: u32) {
        let what = match phase {
            Phase::Preparing => "setting up hosts and links",
            Phase::Launching => "starting programs",
            Phase::Playing => "playing",
            Phase::Ending => "waiting for the last packets",
            Phase::Collecting => "collecting captures",
        };
        self.bar.set_message(match self.repeat {
            1 => what.to_owned(),
            repeat => format!("{repetition} of {repeat}, {what}"),
        });
    }

    pub(super) fn analysing(&self) {
        self.bar.set_message("analysing");
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
