//! What a variant can't be played without.

use crate::finding::names;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

names! {
    /// What a variant can't be played without. Where it is missing, the variant is skipped.
    Need {
        /// Linux's TCP: every backend but the simulation.
        Linux = "linux",
        /// smoltcp's TCP: the simulation.
        Smoltcp = "smoltcp",
        /// The kernel's netem, wherever a link asks for anything that it can do.
        Netem = "netem",
        /// python3, where hosts run: on the search path.
        Python3 = "python3",
    }
}
