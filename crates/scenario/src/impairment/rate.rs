//! How fast packets leave.

use crate::units::Rate;
use serde::{Deserialize, Serialize};

/// How fast packets leave, one after the other: each takes its IP packet's and its overhead's bytes
/// at this rate, once its delay and the packet before it have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RateLimit {
    /// Bits a second; never zero.
    pub rate: Rate,
    /// Bytes that each packet takes besides its IP packet, such as 14 for Ethernet's header or 38
    /// with preamble, check sequence and gap. May be negative; no packet takes less than nothing.
    #[serde(default)]
    pub overhead: i32,
}
