//! What peers say to each other: state machines without I/O.

mod config;
mod machine;

pub use config::{PeerConfig, ProtocolName, Role, Wait};
pub use framing::Framing;
pub use machine::{Broken, DatagramEvent, DatagramOrders, DatagramPeer, End, Note, Orders, StreamEvent, StreamPeer};
