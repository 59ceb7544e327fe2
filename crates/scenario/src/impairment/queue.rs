//! How much a link holds.

use serde::{Deserialize, Serialize};

/// How much a link holds. As with netem's `limit` everything under way counts, what is merely being
/// delayed included, so a limit should have room for what the delay keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Queue {
    /// So many packets; at least 1.
    Packets(u32),
    /// So many bytes of IP packets; at least 1. The kernel's netem can't.
    Bytes(u64),
}
