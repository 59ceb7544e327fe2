//! Protocols driven on smoltcp, a TCP/IP stack in user space. The clock is passed in.
//!
//! A [`Host`] has one address, its own stack and the programs that it runs. It does no I/O: whoever
//! drives it hands in the packets that arrive ([`Host::receive`]), says what time it is
//! ([`Host::run`]), and takes away the packets it sends ([`Host::sent`]) and what its programs did
//! ([`Host::take_events`]). The same seed and the same packets at the same times make the same host.
//!
//! It is a real TCP, but not Linux's. What differs is in docs/sim.md.
//!
//! | module | holds |
//! |---|---|
//! | `host` | programs, who a packet is for, what is due when |
//! | `stream`, `datagrams` | the drivers: orders of a machine → socket calls → events |
//! | `net`, `device` | smoltcp's interface, and the wire it sees |
//! | `cost` | how long a program takes for a call |

mod cost;
mod datagrams;
mod device;
mod error;
mod host;
mod net;
mod program;
mod stream;
mod wakes;

pub use error::StackError;
pub use host::{Host, Identity, SMOLTCP};
pub use program::{End, ProgramId};

/// A point in time, or a span of it, in nanoseconds of the driver's clock.
pub type Nanos = u64;

/// A span of time in nanoseconds; one of centuries is cut.
fn nanos(span: std::time::Duration) -> Nanos {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
