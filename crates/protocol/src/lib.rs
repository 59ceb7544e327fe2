//! What peers say to each other: state machines without I/O, and their options.
//!
//! [`stream_peer`] and [`datagram_peer`] make the machine that a [`PeerConfig`] describes; a driver
//! carries its orders out, on kernel sockets or on a simulated stack. `docs/wire.md` has every
//! protocol in bytes.

mod answering;
mod asking;
mod bulk;
mod command;
mod config;
mod conversation;
mod datagram;
mod encoding;
mod greeting;
mod http;
mod machine;
mod problem;

pub use config::{PeerConfig, ProtocolName, Role, Wait};
pub use encoding::Encoding;
pub use framing::Framing;
pub use http::Cut;
pub use machine::{
    Broken, Command, DatagramEvent, DatagramOrders, DatagramPeer, End, Note, Orders, Ran,
    StreamEvent, StreamPeer,
};
pub use problem::Problem;

/// The machine for one TCP connection of this peer.
pub fn stream_peer(config: &PeerConfig) -> Box<dyn StreamPeer + Send> {
    match (config.protocol, config.role) {
        (ProtocolName::Greeting, Role::TcpServer) => {
            Box::new(answering::Server::new(config, greeting::Greeting))
        }
        (ProtocolName::Greeting, _) => Box::new(asking::Client::new(config, true)),
        (ProtocolName::Command, Role::TcpServer) => {
            let runner = command::Runner::new(config);
            Box::new(answering::Server::new(config, runner))
        }
        (ProtocolName::Command, _) => Box::new(asking::Client::new(config, false)),
        (ProtocolName::Http, Role::TcpServer) => Box::new(http::Server::new(config)),
        (ProtocolName::Http, _) => Box::new(http::Client::new(config)),
        (ProtocolName::Source, _) => Box::new(bulk::Source::new(config)),
        (ProtocolName::Sink, _) => Box::new(bulk::Sink::new(config)),
    }
}

/// The machine for this UDP peer. What is for TCP only, which the options refuse, greets.
pub fn datagram_peer(config: &PeerConfig) -> Box<dyn DatagramPeer + Send> {
    match (config.protocol, config.to) {
        (ProtocolName::Source, _) => Box::new(datagram::Sender::source(config)),
        (ProtocolName::Sink, _) => Box::new(datagram::Sink::new(config)),
        (_, Some(_)) => Box::new(datagram::Sender::greeting(config)),
        (_, None) => Box::new(datagram::Answerer::new(config)),
    }
}

#[cfg(test)]
mod tests;
