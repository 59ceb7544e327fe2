//! TCP as Wireshark sees it: the flags of its TCP analysis (`tcp.analysis.*`), packet by packet.
//!
//! A pure state machine: segments go in, in the order of the capture, flags come out at once. The
//! rules are meant to be those of Wireshark 4.0 with its default preferences and one pass: drafted
//! from what is generally known of them, then corrected until tshark 4.0.17 printed the same for
//! captures made to tell rules apart. `make parity` compares the two; docs/flags.md has what is left.
//!
//! | module | flags |
//! |---|---|
//! | `sent_again` | retransmission, fast-retransmission, spurious-retransmission, out-of-order |
//! | `duplicate_ack` | duplicate-ack |
//! | `windows` | zero-window, zero-window-probe, zero-window-probe-ack, window-update, window-full |
//! | `keep_alive` | keep-alive, keep-alive-ack |
//! | `lost` | lost-segment, ack-lost-segment |
//! | `connection` | port-reuse, and the order of the rules |
//!
//! Findings don't rest on these flags: they have a model of their own, which knows of fragments,
//! of both captures of a connection, and of diaries.

mod connection;
mod counts;
mod duplicate_ack;
mod flag;
mod fragments;
mod half;
mod keep_alive;
mod lost;
mod pass;
mod segment;
mod sent_again;
mod table;
mod unacked;
mod windows;

pub use connection::Connection;
pub use counts::Counts;
pub use flag::{FlagSet, TcpFlag};
pub(crate) use fragments::Fragments;
pub(crate) use pass::payload_shown;
pub use pass::{Flagged, Flags};
pub(crate) use segment::Addressed;
pub use segment::Segment;
pub use table::Connections;
