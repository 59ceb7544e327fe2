//! Which packets go past others.

use super::Chance;
use serde::{Deserialize, Serialize};

/// Which packets are sent at once, past those that are being delayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reorder {
    /// Of the packets that may be: to which share it happens.
    pub chance: Chance,
    /// After one that was sent at once, the next `gap - 1` packets are delayed whatever their luck.
    /// At least 1. (With a share of 100 % every `gap`-th packet is sent at once.)
    pub gap: u32,
}
