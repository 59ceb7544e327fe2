//! What coordinator and agents tell each other.
//!
//! One JSON object a line, over a Unix socket (or whatever carries bytes both ways), never over
//! the lab network, so that captures hold lab traffic only. A run goes through these phases; the
//! coordinator begins each when all agents have answered the one before:
//!
//! | coordinator says | agent does | agent answers |
//! |---|---|---|
//! | | starts | [`Report::Hello`] |
//! | [`Order::Prepare`] | link, capture | [`Report::Prepared`] |
//! | [`Order::Launch`] | starts its programs; servers listen | [`Report::Launched`] |
//! | [`Order::Go`] | lets its programs run | [`Report::Done`] when those that end by themselves have |
//! | [`Order::Settle`] | waits until no packet is under way | [`Report::Settled`] |
//! | [`Order::Finish`] | tells the others to end | [`Report::Finished`] |
//! | [`Order::Settle`] | waits until connections have ended, too | [`Report::Settled`] |
//! | [`Order::Collect`] | ends capture and link, writes its files | [`Report::Collected`] |
//!
//! At any time an agent may say [`Report::Trouble`], which ends the run, or vanish, which does too.
//! An agent whose coordinator vanishes ends itself.

mod ability;
mod call;
mod channel;
mod message;
mod pinned;

pub use ability::{Ability, HostAbilities, State};
pub use call::{Arrival, Call, VERSION, hear, say};
pub use channel::{Channel, ControlError, Receiver, Sender, over};
pub use message::{Order, Report, Task};
pub use pinned::{below_ipv4, sysctls};
