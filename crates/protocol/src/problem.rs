//! Options that make no sense together.

use crate::{PeerConfig, ProtocolName, Role, Wait};
use framing::{EncodeError, Encoder, Framing};

/// Why a peer can't do what it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A client without a server.
    #[error("a tcp-client needs `to`: whom it connects to")]
    NoDestination,
    /// Nobody to send datagrams to.
    #[error("a udp-peer that sends needs `to`: whom it sends to")]
    NoReceiver,
    /// Pipelining a protocol that takes turns.
    #[error("handshake framing can't be pipelined, since both sides take turns: use wait reply")]
    PipelinedHandshake,
    /// More messages than the stream has ends.
    #[error("until-close framing carries one message a connection, {messages} are to be sent")]
    SeveralUntilClose {
        /// How many were asked for.
        messages: usize,
    },
    /// A message that the framing can't carry.
    #[error("message {number} can't be sent: {error}")]
    Message {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EncodeError,
    },
    /// A read that asks for nothing returns nothing.
    #[error("read must be at least one byte")]
    EmptyRead,
    /// A write of nothing.
    #[error("write must be at least one byte")]
    EmptyWrite,
    /// No connection at all.
    #[error("connections must be at least one")]
    NoConnections,
}

impl PeerConfig {
    /// Everything that makes no sense in these options; empty when all is well.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let udp = self.role == Role::UdpPeer;
        if self.role == Role::TcpClient && self.to.is_none() {
            problems.push(Problem::NoDestination);
        }
        let sends = !self.send.is_empty() || self.protocol == ProtocolName::Source;
        if udp && sends && self.to.is_none() {
            problems.push(Problem::NoReceiver);
        }
        if self.read == 0 {
            problems.push(Problem::EmptyRead);
        }
        if self.write == Some(0) {
            problems.push(Problem::EmptyWrite);
        }
        if self.connections == 0 {
            problems.push(Problem::NoConnections);
        }
        if !udp && self.protocol == ProtocolName::Greeting && self.role == Role::TcpClient {
            self.check_messages(&mut problems);
        }
        problems
    }

    fn check_messages(&self, problems: &mut Vec<Problem>) {
        if self.framing == Framing::Handshake && self.wait == Wait::Never && self.send.len() > 1 {
            problems.push(Problem::PipelinedHandshake);
        }
        if self.framing == Framing::UntilClose && self.send.len() > 1 {
            problems.push(Problem::SeveralUntilClose {
                messages: self.send.len(),
            });
        }
        let encoder = Encoder::new(self.framing.clone(), self.max_message);
        for (number, message) in (1..).zip(&self.send) {
            if let Err(error) = encoder.encode(message.as_bytes()) {
                problems.push(Problem::Message { number, error });
            }
        }
    }
}
