//! What peers say to each other: state machines without I/O, and their options.
//!
//! [`stream_peer`] and [`datagram_peer`] make the machine that a [`PeerConfig`] describes; a driver
//! carries its orders out, on kernel sockets or on a simulated stack. `docs/wire.md` has every
//! protocol in bytes.

mod bulk;
mod config;
mod conversation;
mod datagram;
mod greeting;
mod machine;
mod problem;

pub use config::{PeerConfig, ProtocolName, Role, Wait};
pub use framing::Framing;
pub use machine::{
    Broken, DatagramEvent, DatagramOrders, DatagramPeer, End, Note, Orders, StreamEvent, StreamPeer,
};
pub use problem::Problem;

/// The machine for one TCP connection of this peer.
pub fn stream_peer(config: &PeerConfig) -> Box<dyn StreamPeer + Send> {
    match (config.protocol, config.role) {
        (ProtocolName::Greeting, Role::TcpServer) => Box::new(greeting::Server::new(config)),
        (ProtocolName::Greeting, _) => Box::new(greeting::Client::new(config)),
        (ProtocolName::Source, _) => Box::new(bulk::Source::new(config)),
        (ProtocolName::Sink, _) => Box::new(bulk::Sink::new(config)),
    }
}

/// The machine for this UDP peer.
pub fn datagram_peer(config: &PeerConfig) -> Box<dyn DatagramPeer + Send> {
    match (config.protocol, config.to) {
        (ProtocolName::Source, _) => Box::new(datagram::Sender::source(config)),
        (ProtocolName::Greeting, Some(_)) => Box::new(datagram::Sender::greeting(config)),
        (ProtocolName::Greeting, None) => Box::new(datagram::Answerer::new(config)),
        (ProtocolName::Sink, _) => Box::new(datagram::Sink::new(config)),
    }
}

#[cfg(test)]
mod tests;
